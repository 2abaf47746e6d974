using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Balances;

/// <summary>Verifies numbering, hash chain and sums of every customer's balance.</summary>
public sealed class BalanceVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verify-ledger: balances of all tenants");

    /// <returns>The faults found, in words; empty if there are none.</returns>
    public Task<IReadOnlyList<string>> VerifyAsync(CancellationToken cancellationToken = default) => VerifyAsync(Scope, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel, cancellationToken);
        var faults = new List<string>();
        foreach (var customer in await db.Customers.AsNoTracking().Where(c => c.BalanceSequence > 0).ToListAsync(cancellationToken))
        {
            var entries = await db.BalanceTransactions.AsNoTracking()
                .Where(e => e.ResellerId == customer.ResellerId && e.CustomerId == customer.Id)
                .OrderBy(e => e.Sequence)
                .ToListAsync(cancellationToken);
            Check(customer, entries, faults);
        }

        return faults;
    }

    private static void Check(Customer customer, IReadOnlyList<BalanceTransaction> entries, List<string> faults)
    {
        var (sequence, balance, head) = (0L, 0L, new byte[32]);
        foreach (var entry in entries)
        {
            if (entry.Sequence != sequence + 1)
            {
                faults.Add($"{customer.Name}: balance transaction {sequence + 1} is missing before {entry.Sequence}.");
            }

            if (!entry.PreviousHash.AsSpan().SequenceEqual(head) || !BalanceHash.Compute(entry).AsSpan().SequenceEqual(entry.Hash))
            {
                faults.Add($"{customer.Name}: the balance's hash chain breaks at transaction {entry.Sequence}.");
            }

            balance += entry.AmountMinorUnits;
            if (entry.BalanceMinorUnits != balance)
            {
                faults.Add($"{customer.Name}: balance transaction {entry.Sequence} does not add up.");
            }

            (sequence, head) = (entry.Sequence, entry.Hash);
        }

        if ((customer.BalanceSequence, customer.BalanceMinorUnits) != (sequence, balance)
            || !customer.BalanceHead.AsSpan().SequenceEqual(head))
        {
            faults.Add($"{customer.Name}: the balance differs from its newest transaction.");
        }
    }
}
