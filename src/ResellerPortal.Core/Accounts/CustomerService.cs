using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A customer's details as entered by the reseller.</summary>
/// <param name="Currency">ISO 4217 code for a new customer; null for the reseller's currency.</param>
public sealed record CustomerDetails(
    string Name,
    string Email,
    PostalAddress Address,
    string? VatId,
    TaxTreatment TaxTreatment,
    int SelfServiceTokens,
    long? SelfServiceMaxLimit,
    long? MonthlyBudget = null,
    string? TaxExemptionReason = null,
    string? BuyerReference = null,
    ElectronicProfile ElectronicProfile = ElectronicProfile.Standard,
    string? Language = null,
    string? Currency = null)
{
    /// <summary>Where the customer receives e-invoices.</summary>
    public ElectronicAddress ElectronicAddress { get; init; } = ElectronicAddress.None;

    /// <summary>The customer's number in the register of companies; empty if there is none.</summary>
    public string RegistrationNumber { get; init; } = "";
}

/// <summary>A new customer with its administrator's invitation; null if the person became a member at once.</summary>
public sealed record NewCustomer(Customer Customer, Invitation? Invitation);

public sealed class CustomerService(PortalDatabase database, Memberships memberships, TimeProvider clock)
{
    /// <summary>
    /// Adds a customer, and invites the person with its email address.
    /// Refused: a detail is not valid; another customer has this name.
    /// </summary>
    /// <param name="password">A known password (demonstration data); null sends an invitation.</param>
    public async Task<Outcome<NewCustomer>> AddAsync(
        Actor actor,
        CustomerDetails details,
        string? password = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersManage);
        details = Normalize(details);
        if (Check(details) is { } refusal)
        {
            return refusal;
        }

        var user = await memberships.GetOrCreateUserAsync(details.Email, password, cancellationToken);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var name = details.Name.Trim();
        if (await db.Customers.AnyAsync(c => c.Name == name, cancellationToken))
        {
            return Refusal.Because("You already have a customer with this name.", nameof(details.Name));
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (await CurrencyRateService.ValidateChargedCurrencyAsync(
            db, reseller, details.Currency ?? reseller.Currency.Code, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        var customer = new Customer
        {
            ResellerId = actor.Reseller,
            Name = name,
            Email = details.Email.Trim(),
            Address = details.Address,
            Currency = details.Currency is { } code ? Currency.FromCode(code) : reseller.Currency,
            CreatedAtUtc = clock.GetUtcNow(),
        };
        Fill(customer, details);
        db.Customers.Add(customer);
        var invitation = await memberships.AddAsync(
            db, actor, customer.Email, Role.CustomerAdmin, actor.Reseller, customer.Id, user, cancellationToken);
        db.Audit(
            actor,
            customer.CreatedAtUtc,
            Permission.CustomersManage,
            $"added {customer.Name} with {customer.Email} as its administrator",
            actor.Reseller,
            customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new NewCustomer(customer, invitation);
    }

    /// <summary>
    /// Changes a customer's details.
    /// Refused: no such customer; a detail is not valid; another customer has this name.
    /// </summary>
    public async Task<Outcome<Customer>> UpdateAsync(
        Actor actor,
        CustomerId customerId,
        CustomerDetails details,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersManage);
        details = Normalize(details);
        if (Check(details) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var name = details.Name.Trim();
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        if (await db.Customers.AnyAsync(c => c.Name == name && c.Id != customerId, cancellationToken))
        {
            return Refusal.Because("You already have a customer with this name.", nameof(details.Name));
        }

        customer.Name = name;
        customer.Email = details.Email.Trim();
        Fill(customer, details);
        db.Audit(
            actor, clock.GetUtcNow(), Permission.CustomersManage, $"changed the details of {customer.Name}", actor.Reseller, customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        return customer;
    }

    private static CustomerDetails Normalize(CustomerDetails details)
    {
        var address = PartyValidator.Normalize(details.Address);
        return details with
        {
            Address = address,
            ElectronicAddress = ElectronicAddressScheme.Normalize(details.ElectronicAddress),
            RegistrationNumber = CompanyRegistrationRules.Normalize(CreateRegistration(details), address.Country).Number,
        };
    }

    private static CompanyRegistration CreateRegistration(CustomerDetails details) =>
        CompanyRegistration.None with { Number = details.RegistrationNumber };

    private static void Fill(Customer customer, CustomerDetails details)
    {
        customer.Address = details.Address;
        customer.VatId = VatId.Normalize(details.VatId, details.Address.Country);
        customer.TaxTreatment = details.TaxTreatment;
        customer.TaxExemptionReason = details.TaxTreatment == TaxTreatment.Exempt ? details.TaxExemptionReason!.Trim() : null;
        customer.BuyerReference = string.IsNullOrWhiteSpace(details.BuyerReference) ? null : details.BuyerReference.Trim();
        customer.ElectronicProfile = details.ElectronicProfile;
        customer.ElectronicAddress = details.ElectronicAddress;
        customer.RegistrationNumber = details.RegistrationNumber;
        customer.Language = details.Language;
        customer.SelfServiceTokens = details.SelfServiceTokens;
        customer.SelfServiceMaxLimit = details.SelfServiceMaxLimit;
        customer.MonthlyBudget = details.MonthlyBudget;
    }

    private static Refusal? Check(CustomerDetails details) => details switch
    {
        { Name: var name } when string.IsNullOrWhiteSpace(name) || name.Length > 200 || !DocumentText.IsClean(name) =>
            Refusal.Because("Enter the customer's name, up to 200 characters.", nameof(details.Name)),
        { Email: var email } when !EmailAddress.IsValid(email) =>
            Refusal.Because("Enter an email address such as billing@customer.example.", nameof(details.Email)),
        { Address: var address } when PartyValidator.ValidateAddress(address) is { } refusal => refusal,
        { VatId: var id, Address.Country: var country } when PartyValidator.ValidateVatId(id, country) is { } refusal => refusal,
        { TaxTreatment: TaxTreatment.ReverseCharge, VatId: var given } when string.IsNullOrWhiteSpace(given) =>
            Refusal.Because("Enter the customer's VAT ID; reverse charge requires it on the invoice.", nameof(details.VatId)),
        { TaxTreatment: TaxTreatment.Exempt, TaxExemptionReason: var reason } when string.IsNullOrWhiteSpace(reason)
            || reason.Length > 200
            || !DocumentText.IsClean(reason) =>
            Refusal.Because(
                "Enter the reason for the tax exemption, up to 200 characters; it is printed on the invoice.",
                nameof(details.TaxExemptionReason)),
        { BuyerReference: { } reference } when reference.Length > 100 || !DocumentText.IsClean(reference) =>
            Refusal.Because("Shorten the buyer reference to 100 characters.", nameof(details.BuyerReference)),
        { ElectronicAddress: var address } when PartyValidator.ValidateElectronicAddress(address) is { } refusal => refusal,
        { Address.Country: var country } when CompanyRegistrationRules.Validate(
            CreateRegistration(details), country) is { } refusal => refusal,
        { ElectronicProfile: ElectronicProfile.Peppol, ElectronicAddress: { Scheme: "" or ElectronicAddressScheme.Email } } =>
            Refusal.Because(
                "Enter the customer's electronic address in the Peppol network, or choose another e-invoice format.",
                nameof(details.ElectronicAddress.Scheme)),
        { ElectronicProfile: ElectronicProfile.Peppol, BuyerReference: var reference } when string.IsNullOrWhiteSpace(reference) =>
            Refusal.Because(
                "Enter the customer's reference or order number as the buyer reference; Peppol requires one.",
                nameof(details.BuyerReference)),
        { ElectronicProfile: ElectronicProfile.XRechnung, BuyerReference: var reference } when string.IsNullOrWhiteSpace(reference) =>
            Refusal.Because(
                "Enter the authority's routing ID (Leitweg-ID) as the buyer reference; XRechnung requires it.",
                nameof(details.BuyerReference)),
        { Language: { } language } when !DocumentLanguage.Knows(language) =>
            Refusal.Because("Choose a language from the list.", nameof(details.Language)),
        { SelfServiceTokens: < 0 or > 100 } =>
            Refusal.Because("Enter a self-service token limit from 0 to 100.", nameof(details.SelfServiceTokens)),
        { SelfServiceMaxLimit: < 1 } =>
            Refusal.Because("Enter a maximum limit of at least 1, or leave it empty for none.", nameof(details.SelfServiceMaxLimit)),
        { MonthlyBudget: < 1 } =>
            Refusal.Because("Enter a monthly budget of at least 1 conversion, or leave it empty for none.", nameof(details.MonthlyBudget)),
        _ => null,
    };
}
