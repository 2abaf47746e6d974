using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>A reseller's document settings as entered.</summary>
public sealed record DocumentSettings(
    string Name,
    PostalAddress Address,
    string? VatId,
    bool UsesOneStopShop,
    string Email,
    string ContactName,
    string ContactPhone,
    string InvoiceNumberPattern,
    string CreditNotePattern,
    int PaymentTermDays,
    BankAccount Account,
    string PayLink,
    string PaymentInstructions,
    string Language,
    DocumentFont Font,
    string BrandColor,
    bool PrintsCost)
{
    public CompanyRegistration Registration { get; init; } = CompanyRegistration.None;

    public ElectronicAddress ElectronicAddress { get; init; } = ElectronicAddress.None;

    public static DocumentSettings FromReseller(Reseller reseller) => new(
        reseller.Name,
        reseller.Address,
        reseller.VatId,
        reseller.UsesOneStopShop,
        reseller.Email,
        reseller.ContactName,
        reseller.ContactPhone,
        reseller.InvoiceNumberPattern, reseller.CreditNotePattern, reseller.PaymentTermDays,
        reseller.Account, reseller.PayLink, reseller.PaymentInstructions,
        reseller.Language, reseller.Font, reseller.BrandColor, reseller.PrintsCost)
    {
        Registration = reseller.Registration,
        ElectronicAddress = reseller.ElectronicAddress,
    };
}

/// <summary>How a reseller's invoices look, are numbered and are paid. Changes do not affect finalised documents.</summary>
public sealed partial class InvoiceSettingsService(PortalDatabase database, TimeProvider clock, PortalAddress portal)
{
    public async Task<Reseller> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        await using var db = database.Open(actor.Scope);
        return await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
    }

    /// <summary>
    /// Saves what a reseller's documents look like and say.
    /// Refused: a setting is not valid; the refusal names the field.
    /// </summary>
    public async Task<Outcome<Reseller>> SaveAsync(Actor actor, DocumentSettings settings, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        settings = settings with
        {
            Account = new BankAccount(
                settings.Account.Holder.Trim(), BankAccount.Normalize(settings.Account.Iban), BankAccount.Normalize(settings.Account.Bic)),
            PayLink = settings.PayLink.Trim(),
            Address = PartyValidator.Normalize(settings.Address),
            Registration = CompanyRegistrationRules.Normalize(
                settings.Registration, Country.Find(settings.Address.Country)?.Code ?? ""),
            ElectronicAddress = ElectronicAddressScheme.Normalize(settings.ElectronicAddress),
        };
        if (Check(settings) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var before = DocumentSettings.FromReseller(reseller);
        (reseller.Name, reseller.Address, reseller.Email) = (settings.Name.Trim(), settings.Address, settings.Email.Trim());
        reseller.VatId = VatId.Normalize(settings.VatId, settings.Address.Country);
        (reseller.Registration, reseller.ElectronicAddress) = (settings.Registration, settings.ElectronicAddress);
        reseller.UsesOneStopShop = settings.UsesOneStopShop;
        (reseller.ContactName, reseller.ContactPhone) = (settings.ContactName.Trim(), settings.ContactPhone.Trim());
        (
            reseller.InvoiceNumberPattern,
            reseller.CreditNotePattern,
            reseller.PaymentTermDays) = (settings.InvoiceNumberPattern, settings.CreditNotePattern, settings.PaymentTermDays);
        (
            reseller.Account,
            reseller.PayLink,
            reseller.PaymentInstructions) = (settings.Account, settings.PayLink, settings.PaymentInstructions.Trim());
        (
            reseller.Language,
            reseller.Font,
            reseller.BrandColor,
            reseller.PrintsCost) = (settings.Language, settings.Font, settings.BrandColor, settings.PrintsCost);

        // Fraudsters change payment accounts unnoticed, so the audit history shows the old and the new account.
        db.Audit(
            actor, clock.GetUtcNow(), Permission.InvoicesConfigure,
            before.Account == reseller.Account
                ? "changed the invoice settings"
                : $"changed the bank account for customer payments from {Describe(before.Account)} to {Describe(reseller.Account)}",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        return reseller;
    }

    /// <summary>Creates a sample invoice for previewing the settings.</summary>
    public async Task<InvoiceSnapshot> CreateSampleAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var rates = await db.CurrencyRates.AsNoTracking().ToListAsync(cancellationToken);
        return SampleInvoiceFactory.Create(reseller, rates, clock.GetUtcNow(), portal);
    }

    /// <summary>
    /// What to do before invoices with tax can be finalised, because they have to state it in the currency of the reseller's country; null
    /// if nothing is missing.
    /// </summary>
    public async Task<string?> FindRateRemedyAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        var reseller = await ReadAsync(actor, cancellationToken);
        var sample = await CreateSampleAsync(actor, cancellationToken);
        return sample is { TaxMinorUnits: not 0, NationalTax: null } && NationalTaxRules.FindMissingRate(
            reseller, sample.Currency, sample.TaxMinorUnits, []) is { } missing
            ? NationalTaxRules.DescribeRemedy(reseller, missing)
            : null;
    }

    /// <summary>What the reseller's own details still lack for e-invoices, by format; a format that lacks nothing is left out.</summary>
    public async Task<IReadOnlyList<(string Format, IReadOnlyList<string> Missing)>> FindMissingAsync(
        Actor actor,
        CancellationToken cancellationToken = default)
    {
        var sample = await CreateSampleAsync(actor, cancellationToken);
        return
        [
            .. new (string Format, ElectronicProfile Profile)[]
            {
                ("Peppol", ElectronicProfile.Peppol),
                ("XRechnung (German authorities)", ElectronicProfile.XRechnung),
            }
            .Select(format => (format.Format, ElectronicInvoiceRequirements.FindMissingOfSeller(
                sample with { ElectronicProfile = format.Profile })))
            .Where(format => format.Item2.Count > 0),
        ];
    }

    private static string Describe(BankAccount account) => account.IsGiven ? account.Iban : "none";

    private static Refusal? Check(DocumentSettings settings) => settings switch
    {
        { Name: var name } when string.IsNullOrWhiteSpace(name) || name.Length > 200 || !DocumentText.IsClean(name) =>
            Refusal.Because("Enter your company's name, up to 200 characters.", nameof(settings.Name)),
        { Address: var address } when PartyValidator.ValidateAddress(address) is { } refusal => refusal,
        { VatId: var id, Address.Country: var country } when PartyValidator.ValidateVatId(id, country) is { } refusal => refusal,
        { Registration: var registration, Address.Country: var country } when CompanyRegistrationRules.Validate(
            registration, country) is { } refusal => refusal,
        { ElectronicAddress: var address } when PartyValidator.ValidateElectronicAddress(address) is { } refusal => refusal,
        { Email: var email } when !EmailAddress.IsValid(email) =>
            Refusal.Because("Enter an email address such as billing@company.example.", nameof(settings.Email)),
        { ContactName: var contact, ContactPhone: var phone } when contact.Length > 100
            || phone.Length > 40
            || !DocumentText.IsClean(contact + phone) =>
            Refusal.Because(
                "Shorten the contact: up to 100 characters for the name and 40 for the telephone number.", nameof(settings.ContactName)),
        { InvoiceNumberPattern: var pattern } when !InvoiceNumber.IsPattern(pattern) => NoPattern(nameof(settings.InvoiceNumberPattern)),
        { CreditNotePattern: var pattern } when !InvoiceNumber.IsPattern(pattern) => NoPattern(nameof(settings.CreditNotePattern)),
        { InvoiceNumberPattern: var ours, CreditNotePattern: var theirs } when InvoiceNumber.Series(
            ours, 2000) == InvoiceNumber.Series(theirs, 2000) =>
            Refusal.Because(
                "Credit notes need their own number series. Choose a different prefix than for invoices.",
                nameof(settings.CreditNotePattern)),
        { PaymentTermDays: < 0 or > 365 } => Refusal.Because("Enter a payment term of 0 to 365 days.", nameof(settings.PaymentTermDays)),
        { Account: { Iban: { Length: > 0 } iban } } when !BankAccount.IsIban(iban) =>
            Refusal.Because("The IBAN is not valid. Check it for typing errors.", nameof(settings.Account.Iban)),
        { Account: { Bic: { Length: > 0 } bic } } when !BankAccount.IsBic(bic) =>
            Refusal.Because("A BIC has 8 or 11 letters and digits. Correct it or leave it empty.", nameof(settings.Account.Bic)),
        { Account: { IsGiven: true, Holder: var holder } } when holder.Length is 0 or > 70 || !DocumentText.IsClean(holder) =>
            Refusal.Because("Enter the account holder, up to 70 characters; banks verify the name.", nameof(settings.Account.Holder)),
        { PayLink: { Length: > 0 } link } when link.Length > 200
            || !Uri.TryCreate(link.Replace("{number}", "1", StringComparison.Ordinal), UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttps =>
            Refusal.Because("Enter an https address such as https://pay.company.example/{number}.", nameof(settings.PayLink)),
        { PaymentInstructions: var text } when text.Length > 500 || !DocumentText.AreLinesClean(text) =>
            Refusal.Because(
                "Shorten the payment instructions to 500 characters, without control characters.", nameof(settings.PaymentInstructions)),
        { Language: var language } when !DocumentLanguage.Knows(language) =>
            Refusal.Because("Choose a language from the list.", nameof(settings.Language)),
        { BrandColor: var color } when !ColorRegex().IsMatch(color) =>
            Refusal.Because("Enter the colour like #0f6d62.", nameof(settings.BrandColor)),
        _ => null,
    };

    private static Refusal NoPattern(string field) =>
        Refusal.Because(
            $"Use one {{seq}} as in {InvoiceNumber.DefaultPattern}, plus letters, digits, {{yyyy}} and - _ / . only.", field);

    [GeneratedRegex("^#[0-9a-f]{6}$", RegexOptions.IgnoreCase)]
    private static partial Regex ColorRegex();
}
