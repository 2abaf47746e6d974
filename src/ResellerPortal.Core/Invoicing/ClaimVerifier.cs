using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Checks that every ledger entry is billed at most once: the ranges claimed by finalised invoices adjoin, starting at entry 1.
/// </summary>
public sealed class ClaimVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verify-ledger: all tenants");

    /// <returns>The faults found; empty if there are none.</returns>
    public Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancellationToken = default) => VerifyAsync(Scope, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var claims = (await db.Invoices.AsNoTracking()
            .Where(Invoice.Stands)
            .Select(i => new { i.CustomerId, i.Number, i.FirstSequence, i.LastSequence })
            .ToListAsync(cancellationToken)).ToLookup(i => i.CustomerId);
        var faults = new List<string>();
        foreach (var customer in await db.Customers.AsNoTracking().ToListAsync(cancellationToken))
        {
            var billed = 0L;
            foreach (var claim in claims[customer.Id].OrderBy(c => c.FirstSequence))
            {
                if (claim.FirstSequence != billed + 1)
                {
                    faults.Add(
                        $"{customer.Name}: invoice {claim.Number} starts at entry {claim.FirstSequence}, but the previous one ends at "
                            + $"{billed}.");
                }

                billed = claim.LastSequence;
            }

            if (billed != customer.BilledThroughSequence)
            {
                faults.Add(
                    $"{customer.Name}: the customer is billed through entry {customer.BilledThroughSequence}, but its invoices through "
                        + $"{billed}.");
            }
        }

        return faults;
    }
}
