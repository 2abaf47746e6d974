using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Conversions;

/// <summary>How a reseller's conversions go upstream.</summary>
/// <param name="Secret">Its own secret there; null for the operator's.</param>
/// <param name="Region">One of the regions in the settings; empty for the upstream's own choice.</param>
public sealed record UpstreamChoice(string? Secret, string Region, bool AcceptsQueryCredentials);

/// <summary>What a reseller asks for.</summary>
/// <param name="Secret">A new secret; empty goes back to the operator's account; null leaves what there is.</param>
/// <param name="Region">Empty, or one of the regions that the operator offers.</param>
public sealed record UpstreamSettingsChange(string? Secret, string Region, bool AcceptsQueryCredentials, bool IssuesNativeTokens);

/// <summary>The choice as its owner sees it: of the secret only whether there is one.</summary>
public sealed record UpstreamChoiceRow(bool HasOwnSecret, string Region, bool AcceptsQueryCredentials, bool IssuesNativeTokens);

/// <summary>A reseller's choice of account and region, and of what its customers' programs may use.</summary>
public sealed class UpstreamSettingsService(PortalDatabase database, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector _protector = protection.CreateProtector("ResellerPortal.Reseller.UpstreamSecret.v1");

    /// <summary>For the gateway, which has found the reseller by a token.</summary>
    public async Task<UpstreamChoice> GetAsync(ResellerId reseller, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        var row = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        return new UpstreamChoice(
            row.ProtectedUpstreamSecret is { } secret ? _protector.Unprotect(secret) : null,
            row.UpstreamRegion,
            row.AcceptsQueryCredentials);
    }

    /// <summary>Every reseller's own account, for readings of what it consumed.</summary>
    public async Task<IReadOnlyList<(ResellerId Reseller, UpstreamChoice Choice)>> OwnAccountsAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.CrossTenants("readings of all resellers' own accounts"));
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
                "A ConvertAPI secret has 8 to 200 characters without spaces. Copy it from your account there.", nameof(request.Secret));
        }

        if (request.Region.Length > 0 && !knownRegions.Contains(request.Region))
        {
            return Refusal.Because($"Choose one of the regions: {string.Join(", ", knownRegions)}.", nameof(request.Region));
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
            // In the operator's account nothing would hold such tokens to the credits that the reseller has bought.
            if (request.IssuesNativeTokens)
            {
                return Refusal.Because(
                    "Tokens at ConvertAPI need an account of your own there. Enter its secret first.", nameof(request.IssuesNativeTokens));
            }

            if (await db.ApiTokens.AnyAsync(t => t.IsNative && t.ExpiresAtUtc > now && t.DeletedUpstreamAtUtc == null, cancellationToken))
            {
                return Refusal.Because(
                    "Your account at ConvertAPI still keeps tokens of your customers. Revoke them before you leave it.",
                    nameof(request.Secret));
            }
        }

        var account = secret is null
            ? "account as before"
            : isProtected is null
            ? "the operator's account"
            : "an account of its own, new secret";
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
