using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <param name="WebhookSecret">Empty if the reseller entered none.</param>
public sealed record ProviderKeys(string SecretKey, string WebhookSecret);

/// <summary>Reads resellers' own payment provider keys, which are stored encrypted.</summary>
public sealed class MerchantKeyStore(PortalDatabase database, IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector(PaymentAccount.KeyPurpose);

    /// <returns>Null if the reseller has none.</returns>
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
