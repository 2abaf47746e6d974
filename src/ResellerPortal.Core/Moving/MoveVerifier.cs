using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Moving;

/// <summary>Verifies ledgers, lots, claims, balances and history of what arrived, as <c>verify-ledger</c> does.</summary>
internal static class MoveVerifier
{
    /// <param name="reseller">Null for all.</param>
    /// <returns>The number of ledger entries, and the faults found.</returns>
    public static async Task<(long Entries, IReadOnlyList<string> Faults)> VerifyAsync(
        PortalDatabase database,
        ResellerId? reseller,
        CancellationToken cancellationToken)
    {
        var scope = reseller is { } one ? TenantScope.ForReseller(one) : TenantScope.CrossTenants("verifying a copy: all tenants");
        var ledger = await new LedgerVerifier(database).VerifyAsync(scope, archive: null, cancellationToken);
        return (
            ledger.Entries,
            [
                .. ledger.Faults,
                .. await new ClaimVerifier(database).VerifyAsync(scope, cancellationToken),
                .. await new BalanceVerifier(database).VerifyAsync(scope, cancellationToken),
                .. (await new AuditVerifier(database).VerifyAsync(scope, archive: null, cancellationToken)).Faults,
            ]);
    }
}
