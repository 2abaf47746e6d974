using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>A secret for verifying signatures, and the hash that identifies its token to the meter.</summary>
public sealed record SigningSecret(string Secret, byte[] Hash);

/// <summary>
/// Authenticates tokens for requests that use no conversions: uploads, jobs, account, signatures. Terms are checked as the meter does.
/// </summary>
public sealed class TokenAuthenticator(
    PortalDatabase database,
    IDataProtectionProvider protection,
    TimeProvider clock,
    TokenRequestRecorder? requests = null)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("gateway: token lookup before the tenant is known");

    private readonly IDataProtector _protector = protection.CreateProtector(ApiTokenService.SecretPurpose);

    /// <param name="reseller">The only reseller whose tokens are known where the request arrived; null for all.</param>
    /// <returns>The token, or the refusal.</returns>
    public async Task<(ApiToken? Token, ReserveResult? Refusal)> AuthenticateAsync(
        byte[] secretHash,
        IPAddress? caller,
        string? origin,
        ResellerId? reseller,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        var token = await db.ApiTokens.AsNoTracking().FirstOrDefaultAsync(
            t => t.SecretHash == secretHash || (t.PreviousSecretHash == secretHash && t.PreviousSecretEndsAtUtc > now), cancellationToken);
        if (token is null || (reseller is { } only && only != token.ResellerId))
        {
            return (null, new ReserveResult.UnknownToken());
        }

        if (TokenAdmissionPolicy.EvaluateTerms(token, caller, origin, now) is { } refusal)
        {
            requests?.Add(TokenIdentity.FromToken(token), refusal);
            return (null, refusal);
        }

        return (token, null);
    }

    /// <summary>Finds whose a token is, whatever its state; null if there is no such token.</summary>
    public async Task<(ResellerId Reseller, CustomerId Customer)?> FindOwnerAsync(byte[] secretHash, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Scope);
        var owner = await db.ApiTokens.AsNoTracking()
            .Where(t => t.SecretHash == secretHash || t.PreviousSecretHash == secretHash)
            .Select(t => new { t.ResellerId, t.CustomerId })
            .FirstOrDefaultAsync(cancellationToken);
        return owner is null ? null : (owner.ResellerId, owner.CustomerId);
    }

    /// <summary>The refusal of an upload by a token whose limit is spent, so that no file is stored that it cannot convert.</summary>
    /// <returns>Null if the token has no limit or conversions left in this period.</returns>
    public async Task<ReserveResult.LimitReached?> FindSpentLimitAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (token.UsageLimit is null)
        {
            return null;
        }

        var zone = TimeZoneInfo.Utc;
        if (token.LimitPeriod == LimitPeriod.Month)
        {
            await using var db = database.Open(Scope);
            zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == token.ResellerId, cancellationToken)).Zone;
        }

        var now = clock.GetUtcNow();
        var month = BillingPeriod.Containing(now, zone).FirstDay;
        return token.IsSpent(month) ? TokenAdmissionPolicy.RefuseLimit(token, month, left: 0, needed: 1) : null;
    }

    /// <summary>The current secret of the token with this key id, and the previous one while it is valid.</summary>
    public async Task<IReadOnlyList<SigningSecret>> FindSecretsAsync(Guid keyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        if (await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == keyId, cancellationToken) is not { } token)
        {
            return [];
        }

        var own = new SigningSecret(_protector.Unprotect(token.ProtectedSecret), token.SecretHash);
        return token.PreviousProtectedSecret is { } former && token.PreviousSecretEndsAtUtc > now
            ? [own, new SigningSecret(_protector.Unprotect(former), token.PreviousSecretHash!)]
            : [own];
    }
}
