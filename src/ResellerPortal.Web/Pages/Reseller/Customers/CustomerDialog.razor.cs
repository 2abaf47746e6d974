using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>Adds a customer, or changes the details of <see cref="Customer"/>.</summary>
public sealed partial class CustomerDialog(
    CurrentActor current,
    Core.Accounts.CustomerService customers,
    CustomerCurrencyService charged,
    CurrencyRateService rates)
{
    private string _name = "";
    private string _email = "";
    private string _street = "";
    private string _postalCode = "";
    private string _city = "";
    private string _country = "";
    private string _vatId = "";
    private string _registrationNumber = "";
    private ElectronicAddress _electronicAddress = ElectronicAddress.None;
    private TaxTreatment _tax = TaxTreatment.Automatic;
    private string? _exemption;
    private string? _buyerReference;
    private string? _language;
    private string? _currency;
    private IReadOnlyList<string> _currencies = [];
    private ElectronicProfile _profile = ElectronicProfile.Standard;
    private int _selfServiceTokens = 5;
    private long? _selfServiceMaxLimit;
    private long? _monthlyBudget;
    private NewCustomer? _added;

    [Parameter]
    public Customer? Customer { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var currencies = await rates.ReadAsync(await current.GetAsync());
        (_currency, _currencies) = (
            Customer?.Currency.Code ?? currencies.Own.Code,
            [currencies.Own.Code, .. currencies.Others.Select(c => c.Today.To.Code)]);
        if (Customer is not null)
        {
            (_name, _email, _vatId, _tax, _exemption) = (
                Customer.Name,
                Customer.Email,
                Customer.VatId ?? "",
                Customer.TaxTreatment,
                Customer.TaxExemptionReason);
            (_buyerReference, _language, _profile) = (Customer.BuyerReference, Customer.Language, Customer.ElectronicProfile);
            (_street, _postalCode, _city, _country) = Customer.Address;
            (_registrationNumber, _electronicAddress) = (Customer.RegistrationNumber, Customer.ElectronicAddress);
            (_selfServiceTokens, _selfServiceMaxLimit, _monthlyBudget) = (
                Customer.SelfServiceTokens,
                Customer.SelfServiceMaxLimit,
                Customer.MonthlyBudget);
        }
    }

    private void SetCountry(string country) => ChangeAndPropose(() => _country = country);

    private void SetVatId(string vatId) => ChangeAndPropose(() => _vatId = vatId);

    /// <summary>Proposes the electronic address again, unless another one was entered.</summary>
    private void ChangeAndPropose(Action change)
    {
        var isProposed = _electronicAddress == ElectronicAddress.None
            || _electronicAddress == ElectronicAddressScheme.Propose(_country, _vatId);
        change();
        if (isProposed)
        {
            _electronicAddress = ElectronicAddressScheme.Propose(_country, _vatId);
        }
    }

    private async Task<Refusal?> ActAsync()
    {
        var actor = await current.GetAsync();
        var details = new CustomerDetails(
            _name,
            _email,
            new PostalAddress(_street, _postalCode, _city, _country),
            _vatId,
            _tax,
            _selfServiceTokens,
            _selfServiceMaxLimit,
            _monthlyBudget,
            _exemption,
            _buyerReference,
            _profile,
            _language,
            _currency)
        {
            RegistrationNumber = _registrationNumber,
            ElectronicAddress = _electronicAddress,
        };
        if (Customer is not null)
        {
            return (await charged.SetAsync(actor, Customer.Id, _currency!)).Refusal
                ?? (await customers.UpdateAsync(actor, Customer.Id, details)).Refusal;
        }

        var outcome = await customers.AddAsync(actor, details);
        _added = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
