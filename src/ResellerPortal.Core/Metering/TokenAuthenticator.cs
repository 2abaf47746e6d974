using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>A secret that verifies signatures, and the hash that the meter knows its token by.</summary>
public sealed record SigningSecret(string Secret, byte[] Hash);

/// <summary>Tokens for what uses no conversion: uploads, jobs, the account, signatures. Their terms are those of the meter.</summary>
public sealed class TokenAuthenticator(PortalDatabase database, IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("gateway: the token says whose request it is");

    private readonly IDataProtector _protector = protection.CreateProtector(ApiTokenService.SecretPurpose);

    /// <returns>The token, or why it may not be used.</returns>
    public async Task<(ApiToken? Token, ReserveResult? Refusal)> AuthenticateAsync(
        byte[] secretHash,
        IPAddress? caller,
        string? origin,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        var token = await db.ApiTokens.AsNoTracking().FirstOrDefaultAsync(
            t => t.SecretHash == secretHash || (t.PreviousSecretHash == secretHash && t.PreviousSecretEndsAtUtc > now), cancellationToken);
        return token is null ? (null, new ReserveResult.UnknownToken())
            : TokenAdmissionPolicy.EvaluateTerms(token, caller, origin, now) is { } refusal ? (null, refusal)
            : (token, null);
    }

    /// <summary>The secrets of the token with a key id: its own, and the one before while that is good.</summary>
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
