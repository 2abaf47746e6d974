using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <param name="WebhookSecret">Empty where the reseller gave none.</param>
public sealed record ProviderKeys(string SecretKey, string WebhookSecret);

/// <summary>Resellers' own keys at a payment provider, which the database holds encrypted.</summary>
public sealed class MerchantKeyStore(PortalDatabase database, IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("ResellerPortal.Reseller.PaymentKeys.v1");

    /// <returns>Null where the reseller has none.</returns>
    public async Task<ProviderKeys?> FindAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        var account = await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return account?.ProtectedSecretKey is { } key
            ? new ProviderKeys(_protector.Unprotect(key), account.ProtectedWebhookSecret is { } secret ? _protector.Unprotect(secret) : "")
            : null;
    }

    internal string Protect(string key) => _protector.Protect(key);
}
