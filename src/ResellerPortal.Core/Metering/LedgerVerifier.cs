using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>What a check of the ledger looked at, and what it found wrong.</summary>
public sealed record LedgerReport(int Customers, long Entries, IReadOnlyList<string> Faults)
{
    public bool IsClean => Faults.Count == 0;
}

/// <summary>Checks numbering, chain, cost commitments, counters and rollups of every customer against the entries.</summary>
public sealed class LedgerVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verify-ledger: all tenants");

    public async Task<LedgerReport> VerifyAsync(CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(Scope);

        // One read transaction, so that counters and entries are of the same instant.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var faults = new List<string>();
        var zones = await db.Resellers.ToDictionaryAsync(r => r.Id, r => r.Zone, cancellationToken);
        var usedByToken = new Dictionary<Guid, long>();
        var usedByLot = new Dictionary<Guid, long>();
        var entries = 0L;
        var customers = await db.Customers.AsNoTracking().OrderBy(c => c.Id).ToListAsync(cancellationToken);
        foreach (var customer in customers)
        {
            entries += await VerifyCustomerAsync(db, customer, zones[customer.ResellerId], usedByToken, usedByLot, faults, cancellationToken);
        }

        await VerifyCountersAsync(db, usedByToken, usedByLot, faults, cancellationToken);
        return new LedgerReport(customers.Count, entries, faults);
    }

    private static async Task<long> VerifyCustomerAsync(
        PortalDbContext db, Customer customer, TimeZoneInfo zone, Dictionary<Guid, long> usedByToken, Dictionary<Guid, long> usedByLot, List<string> faults, CancellationToken cancellationToken)
    {
        var draws = (await db.LotDraws.AsNoTracking().Where(d => d.CustomerId == customer.Id).ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
        var rollups = new Dictionary<(DateOnly, Guid, string, long), (long Quantity, long CostMicros)>();
        var expectedSequence = 1L;
        var head = LedgerHash.Genesis;
        await foreach (var entry in db.LedgerEntries.AsNoTracking().Where(e => e.CustomerId == customer.Id).OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (entry.Sequence != expectedSequence)
            {
                faults.Add($"{customer.Name}: entry {expectedSequence} is missing, {entry.Sequence} follows.");
            }

            if (!entry.PreviousHash.AsSpan().SequenceEqual(head) || !LedgerHash.Of(entry).AsSpan().SequenceEqual(entry.Hash))
            {
                faults.Add($"{customer.Name}: the chain breaks at entry {entry.Sequence}.");
            }

            var entryDraws = draws[entry.Sequence].ToList();
            if (entryDraws.Sum(d => d.Quantity) != entry.Quantity || !LedgerHash.Commit(entryDraws).AsSpan().SequenceEqual(entry.CostCommitment))
            {
                faults.Add($"{customer.Name}: the lot draws of entry {entry.Sequence} are not those it commits to.");
            }

            Add(usedByToken, entry.TokenId, entry.Quantity);
            foreach (var draw in entryDraws)
            {
                Add(usedByLot, draw.LotId, draw.Quantity);
                var key = (zone.DayOf(entry.OccurredAtUtc), entry.TokenId, entry.Converter, draw.UnitCostMicros);
                var sum = rollups.GetValueOrDefault(key);
                rollups[key] = (sum.Quantity + draw.Quantity, sum.CostMicros + draw.CostMicros);
            }

            head = entry.Hash;
            expectedSequence = entry.Sequence + 1;
        }

        if (customer.LastSequence != expectedSequence - 1 || !customer.ChainHead.AsSpan().SequenceEqual(head))
        {
            faults.Add($"{customer.Name}: the account names entry {customer.LastSequence} as its last, the ledger ends at {expectedSequence - 1}.");
        }

        var stored = await db.UsageRollups.AsNoTracking().Where(r => r.CustomerId == customer.Id)
            .ToDictionaryAsync(r => (r.Day, r.TokenId, r.Converter, r.UnitCostMicros), r => (r.Quantity, r.CostMicros), cancellationToken);
        faults.AddRange(rollups.Keys.Union(stored.Keys)
            .Where(key => rollups.GetValueOrDefault(key) != stored.GetValueOrDefault(key))
            .Select(key => $"{customer.Name}: the daily usage of {key.Item1:yyyy-MM-dd}, {key.Item3}, differs from its entries."));
        return expectedSequence - 1;
    }

    private static async Task VerifyCountersAsync(
        PortalDbContext db, Dictionary<Guid, long> usedByToken, Dictionary<Guid, long> usedByLot, List<string> faults, CancellationToken cancellationToken)
    {
        var heldByToken = await db.Reservations.GroupBy(r => r.TokenId).ToDictionaryAsync(g => g.Key, g => g.Sum(r => r.Quantity), cancellationToken);
        await foreach (var token in db.ApiTokens.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (token.Used != usedByToken.GetValueOrDefault(token.Id) || token.Reserved != heldByToken.GetValueOrDefault(token.Id))
            {
                faults.Add($"Token {token.Environment} (…{token.SecretEnding}): its counters differ from its entries and reservations.");
            }
        }

        var heldByLot = await db.ReservationDraws.GroupBy(d => d.LotId).ToDictionaryAsync(g => g.Key, g => g.Sum(d => d.Quantity), cancellationToken);
        await foreach (var lot in db.CreditLots.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (lot.Used != usedByLot.GetValueOrDefault(lot.Id) || lot.Reserved != heldByLot.GetValueOrDefault(lot.Id))
            {
                faults.Add($"Lot {lot.PlanName} ({lot.Id}): its counters differ from its draws and reservations.");
            }
        }
    }

    private static void Add(Dictionary<Guid, long> sums, Guid key, long quantity) => sums[key] = sums.GetValueOrDefault(key) + quantity;
}
