using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Accounts;

/// <summary>A reseller's details as entered by the operator.</summary>
public sealed record ResellerDetails(
    string Slug,
    string Name,
    string OwnerEmail,
    string Currency,
    string TimeZone,
    PostalAddress Address,
    string? VatId,
    int? StandardTaxBasisPoints);

/// <summary>A new reseller with its owner's invitation; null if the owner became a member at once.</summary>
public sealed record NewReseller(Reseller Reseller, Invitation? Invitation);

public sealed partial class ResellerService(PortalDatabase database, Memberships memberships, TimeProvider clock)
{
    /// <summary>
    /// Adds a reseller and its owner.
    /// Refused: a detail is not valid; another reseller has this short name.
    /// </summary>
    /// <param name="password">A known password (demonstration data); null invites the owner.</param>
    public async Task<Outcome<NewReseller>> AddAsync(
        Actor actor,
        ResellerDetails details,
        string? password = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellersManage);
        details = details with { Address = PartyValidator.Normalize(details.Address) };
        if (Check(details) is { } refusal)
        {
            return refusal;
        }

        var user = await memberships.GetOrCreateUserAsync(details.OwnerEmail, password, cancellationToken);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Resellers.AnyAsync(r => r.Slug == details.Slug, cancellationToken))
        {
            return Refusal.Because("This short name is already in use. Choose another one.", nameof(details.Slug));
        }

        var reseller = new Reseller
        {
            Slug = details.Slug,
            Name = details.Name.Trim(),
            Email = details.OwnerEmail.Trim(),
            Currency = Currency.FromCode(details.Currency),
            TimeZone = details.TimeZone,
            Address = details.Address,
            VatId = VatId.Normalize(details.VatId, details.Address.Country),
            ElectronicAddress = ElectronicAddressScheme.Propose(details.Address.Country, details.VatId),
            StandardTaxBasisPoints = details.StandardTaxBasisPoints,
            CreatedAtUtc = clock.GetUtcNow(),
        };
        db.Resellers.Add(reseller);
        var invitation = await memberships.AddAsync(
            db, actor, reseller.Email, Role.ResellerOwner, reseller.Id, null, user, cancellationToken);
        db.Audit(
            actor,
            reseller.CreatedAtUtc,
            Permission.ResellersManage,
            $"added {reseller.Name} ({reseller.Slug}) with {reseller.Email} as its owner",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new NewReseller(reseller, invitation);
    }

    private static Refusal? Check(ResellerDetails details) => details switch
    {
        { Slug: var slug } when !SlugRegex().IsMatch(slug) =>
            Refusal.Because("Enter a short name of 2 to 40 lower-case letters, digits and hyphens.", nameof(details.Slug)),
        { Name: var name } when string.IsNullOrWhiteSpace(name) || name.Length > 200 || !DocumentText.IsClean(name) =>
            Refusal.Because("Enter the reseller's name, up to 200 characters.", nameof(details.Name)),
        { OwnerEmail: var email } when !EmailAddress.IsValid(email) =>
            Refusal.Because("Enter the owner's email address.", nameof(details.OwnerEmail)),
        { Currency: var code } when !Currency.TryParse(code, out _) =>
            Refusal.Because("Choose an ISO 4217 currency such as EUR.", nameof(details.Currency)),
        { TimeZone: var zone } when !TimeZones.TryFind(zone, out _) =>
            Refusal.Because("Enter an IANA time zone such as Europe/Vilnius.", nameof(details.TimeZone)),
        { Address: var address } when PartyValidator.ValidateAddress(address) is { } refusal => refusal,
        { VatId: var id, Address.Country: var country } when PartyValidator.ValidateVatId(id, country) is { } refusal => refusal,
        { StandardTaxBasisPoints: < 1 or > 10_000 } => Refusal.Because(
            "Enter a tax rate above 0 and up to 100%. Where no tax is charged, leave it empty and choose each customer's tax treatment.",
            nameof(details.StandardTaxBasisPoints)),
        _ => null,
    };

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,39}$")]
    private static partial Regex SlugRegex();
}
