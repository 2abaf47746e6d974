using System.Globalization;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Settings;

public sealed partial class InvoiceSettingsPage(
    CurrentActor current,
    InvoiceSettingsService settings,
    LogoService logos,
    TimeProvider clock,
    ISnackbar snackbar)
{
    private Reseller? _reseller;
    private string _name = "";
    private string _email = "";
    private string _street = "";
    private string _postalCode = "";
    private string _city = "";
    private string _country = "";
    private string? _vatId;
    private string _registrationNumber = "";
    private string _taxNumber = "";
    private string _legalForm = "";
    private string _court = "";
    private ElectronicAddress _electronicAddress = ElectronicAddress.None;
    private IReadOnlyList<(string Format, IReadOnlyList<string> Missing)> _missing = [];
    private string? _rateRemedy;
    private bool _usesOneStopShop;
    private string _contactName = "";
    private string _contactPhone = "";
    private string _invoicePattern = "";
    private string _creditPattern = "";
    private int _term;
    private string _holder = "";
    private string _iban = "";
    private string _bic = "";
    private string _payLink = "";
    private string _instructions = "";
    private string _language = "";
    private DocumentFont _font;
    private string _color = "";
    private bool _printsCost;
    private string? _refusal;
    private int _saves;

    /// <summary>Changes with each save so that browsers do not show a cached sample.</summary>
    private string SampleAddress => $"/reseller/invoice-settings/sample.pdf?v={_saves.ToString(CultureInfo.InvariantCulture)}";

    protected override async Task OnInitializedAsync() => await ShowAsync(await settings.ReadAsync(await current.GetAsync()));

    private string Example(string pattern) =>
        InvoiceNumber.IsPattern(pattern)
            ? InvoiceNumber.Format(pattern, clock.GetUtcNow().Year, 42)
            : "invalid, must contain one {seq:0000}";

    private async Task SaveAsync()
    {
        var outcome = await settings.SaveAsync(await current.GetAsync(), new DocumentSettings(
            _name, new PostalAddress(_street, _postalCode, _city, _country), _vatId, _usesOneStopShop, _email, _contactName, _contactPhone,
            _invoicePattern, _creditPattern, _term, new BankAccount(
                _holder, _iban, _bic), _payLink, _instructions, _language, _font, _color, _printsCost)
        {
            Registration = new CompanyRegistration(_registrationNumber, _taxNumber, _legalForm, _court),
            ElectronicAddress = _electronicAddress,
        });
        await ReportAsync(outcome, "Saved. Future invoices use these settings.");
    }

    private async Task SetLogoAsync(IBrowserFile? file)
    {
        byte[]? image = null;
        if (file is not null)
        {
            // One byte over the limit is enough for the file to be refused.
            await using var stream = file.OpenReadStream(Math.Max(file.Size, 1));
            image = new byte[Math.Min(file.Size, LogoService.MaxBytes + 1)];
            await stream.ReadExactlyAsync(image);
        }

        await ReportAsync(await logos.SetAsync(await current.GetAsync(), image), image is null ? "Logo removed." : "Logo updated.");
    }

    private async Task ReportAsync(Outcome<Reseller> outcome, string done)
    {
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            await ShowAsync(outcome.Value);
            _saves++;
            snackbar.Add(done, Severity.Success);
        }
    }

    private async Task ShowAsync(Reseller reseller)
    {
        var actor = await current.GetAsync();
        (_missing, _rateRemedy) = (await settings.FindMissingAsync(actor), await settings.FindRateRemedyAsync(actor));
        (_reseller, _usesOneStopShop) = (reseller, reseller.UsesOneStopShop);
        var shown = DocumentSettings.FromReseller(reseller);
        (_name, _email, _vatId, _contactName, _contactPhone) = (
            shown.Name,
            shown.Email,
            shown.VatId,
            shown.ContactName,
            shown.ContactPhone);
        (_street, _postalCode, _city, _country) = shown.Address;
        (_registrationNumber, _taxNumber, _legalForm, _court) = shown.Registration;
        _electronicAddress = shown.ElectronicAddress;
        (_invoicePattern, _creditPattern, _term) = (shown.InvoiceNumberPattern, shown.CreditNotePattern, shown.PaymentTermDays);
        (_holder, _iban, _bic) = (shown.Account.Holder, shown.Account.ReadableIban, shown.Account.Bic);
        (_payLink, _instructions) = (shown.PayLink, shown.PaymentInstructions);
        (_language, _font, _color, _printsCost) = (shown.Language, shown.Font, shown.BrandColor, shown.PrintsCost);
    }
}
