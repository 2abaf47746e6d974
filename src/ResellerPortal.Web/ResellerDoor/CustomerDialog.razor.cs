using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

/// <summary>Adds a customer, or changes the details of <see cref="Customer"/>.</summary>
public sealed partial class CustomerDialog(CurrentActor current, Core.Accounts.Customers customers)
{
    private string _name = "";
    private string _email = "";
    private string _street = "";
    private string _postalCode = "";
    private string _city = "";
    private string _country = "";
    private string _vatId = "";
    private TaxTreatment _tax = TaxTreatment.Automatic;
    private string? _exemption;
    private string? _buyerReference;
    private string? _language;
    private ElectronicProfile _profile;
    private int _selfServiceTokens = 5;
    private long? _selfServiceMaxLimit;
    private long? _monthlyBudget;
    private NewCustomer? _added;

    [Parameter]
    public Customer? Customer { get; set; }

    protected override void OnInitialized()
    {
        if (Customer is not null)
        {
            (_name, _email, _vatId, _tax, _exemption) = (Customer.Name, Customer.Email, Customer.VatId ?? "", Customer.TaxTreatment, Customer.TaxExemptionReason);
            (_buyerReference, _language, _profile) = (Customer.BuyerReference, Customer.Language, Customer.ElectronicProfile);
            (_street, _postalCode, _city, _country) = Customer.Address;
            (_selfServiceTokens, _selfServiceMaxLimit, _monthlyBudget) = (Customer.SelfServiceTokens, Customer.SelfServiceMaxLimit, Customer.MonthlyBudget);
        }
    }

    private async Task<Refusal?> ActAsync()
    {
        var actor = await current.GetAsync();
        var details = new CustomerDetails(
            _name, _email, new PostalAddress(_street, _postalCode, _city, _country), _vatId, _tax, _selfServiceTokens, _selfServiceMaxLimit, _monthlyBudget, _exemption, _buyerReference, _profile, _language);
        if (Customer is not null)
        {
            return (await customers.UpdateAsync(actor, Customer.Id, details)).Refusal;
        }

        var outcome = await customers.AddAsync(actor, details);
        _added = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
