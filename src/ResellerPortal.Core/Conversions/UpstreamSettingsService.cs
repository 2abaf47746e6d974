using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Conversions;

/// <summary>How a reseller's conversions are sent upstream.</summary>
/// <param name="Secret">The reseller's own secret; null for the operator's.</param>
/// <param name="Region">A configured region; empty for the upstream's default.</param>
public sealed record UpstreamChoice(string? Secret, string Region, bool AcceptsQueryCredentials);

/// <summary>The settings as entered by a reseller.</summary>
/// <param name="Secret">A new secret; empty reverts to the operator's account; null keeps the current one.</param>
/// <param name="Region">Empty, or one of the regions configured by the operator.</param>
public sealed record UpstreamSettingsChange(string? Secret, string Region, bool AcceptsQueryCredentials, bool IssuesNativeTokens);

/// <summary>The settings for display; the secret is only reported as present or absent.</summary>
public sealed record UpstreamChoiceRow(bool HasOwnSecret, string Region, bool AcceptsQueryCredentials, bool IssuesNativeTokens);

/// <summary>Manages a reseller's upstream account and region, and what its customers' programs may use.</summary>
public sealed class UpstreamSettingsService(PortalDatabase database, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector _protector = protection.CreateProtector(Reseller.UpstreamSecretPurpose);

    /// <summary>Reads the settings for the gateway, which found the reseller by a token.</summary>
    public async Task<UpstreamChoice> GetAsync(ResellerId reseller, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        var row = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        return new UpstreamChoice(
            row.ProtectedUpstreamSecret is { } secret ? _protector.Unprotect(secret) : null,
            row.UpstreamRegion,
            row.AcceptsQueryCredentials);
    }

    /// <summary>All resellers' own accounts, for reading their consumption.</summary>
    public async Task<IReadOnlyList<(ResellerId Reseller, UpstreamChoice Choice)>> ListOwnAccountsAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ServedTenants("readings of all resellers' own accounts"));
        var rows = await db.Resellers.AsNoTracking().Where(r => r.ProtectedUpstreamSecret != null).ToListAsync(cancellationToken);
        return [
            .. rows.Select(r => (
                r.Id,
                new UpstreamChoice(_protector.Unprotect(r.ProtectedUpstreamSecret!), r.UpstreamRegion, r.AcceptsQueryCredentials))),
        ];
    }

    public async Task<UpstreamChoiceRow> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        await using var db = database.Open(actor.Scope);
        return await db.Resellers
            .Where(r => r.Id == actor.Reseller)
            .Select(r => new UpstreamChoiceRow(
                r.ProtectedUpstreamSecret != null, r.UpstreamRegion, r.AcceptsQueryCredentials, r.IssuesNativeTokens))
            .SingleAsync(cancellationToken);
    }

    /// <summary>
    /// Sets which ConvertAPI account and region a reseller's conversions use.
    /// Refused: the secret is malformed; the region is unknown; native tokens without the reseller's own account, or an own account that
    /// still has
    /// some.
    /// </summary>
    public async Task<Outcome<UpstreamChoiceRow>> SetAsync(
        Actor actor,
        UpstreamSettingsChange request,
        IReadOnlyCollection<string> knownRegions,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        var secret = request.Secret?.Trim();
        if (secret is { Length: > 0 } && (secret.Length is < 8 or > 200 || secret.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            return Refusal.Because(
                "Enter a ConvertAPI secret of 8 to 200 characters without spaces. Copy it from your ConvertAPI account.",
                nameof(request.Secret));
        }

        if (request.Region.Length > 0 && !knownRegions.Contains(request.Region))
        {
            return Refusal.Because($"Choose a region: {string.Join(", ", knownRegions)}.", nameof(request.Region));
        }

        var isProtected = secret is { Length: > 0 } ? _protector.Protect(secret) : null;
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (secret is not null)
        {
            reseller.ProtectedUpstreamSecret = isProtected;
        }

        (
            reseller.UpstreamRegion,
            reseller.AcceptsQueryCredentials,
            reseller.IssuesNativeTokens) = (request.Region, request.AcceptsQueryCredentials, request.IssuesNativeTokens);
        if (reseller.ProtectedUpstreamSecret is null)
        {
            // In the operator's account such tokens would not be limited by the reseller's credits.
            if (request.IssuesNativeTokens)
            {
                return Refusal.Because(
                    "Tokens at ConvertAPI require your own ConvertAPI account. Enter its secret first.",
                    nameof(request.IssuesNativeTokens));
            }

            if (await db.ApiTokens.AnyAsync(t => t.IsNative && t.ExpiresAtUtc > now && t.DeletedUpstreamAtUtc == null, cancellationToken))
            {
                return Refusal.Because(
                    "Your ConvertAPI account still has tokens of your customers. Revoke them before removing the account.",
                    nameof(request.Secret));
            }
        }

        var account = secret is null
            ? "account unchanged"
            : isProtected is null
            ? "the operator's account"
            : "its own account, new secret";
        db.Audit(
            actor,
            now,
            Permission.GatewayManage,
            $"{account}; region {(request.Region.Length > 0
                ? request.Region
                : "automatic")}; tokens in the query {(request.AcceptsQueryCredentials
                    ? "accepted"
                    : "refused")}; tokens at ConvertAPI {(request.IssuesNativeTokens ? "on" : "off")}",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new UpstreamChoiceRow(
            reseller.ProtectedUpstreamSecret is not null, request.Region, request.AcceptsQueryCredentials, request.IssuesNativeTokens);
    }
}
