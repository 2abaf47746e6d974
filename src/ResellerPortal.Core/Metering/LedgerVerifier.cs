using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The result of a ledger verification.</summary>
public sealed record LedgerReport(int Customers, long Entries, IReadOnlyList<string> Faults);

/// <summary>Verifies numbering, chain, cost commitments, counters and rollups of every customer against the entries.</summary>
public sealed class LedgerVerifier(PortalDatabase database)
{
    private const int Chunk = 5000;

    private static readonly TenantScope Scope = TenantScope.CrossTenants("verify-ledger: all tenants");

    public Task<LedgerReport> VerifyAsync(CancellationToken cancellationToken = default) => VerifyAsync(Scope, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    public async Task<LedgerReport> VerifyAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);

        // One snapshot, so that counters and entries are consistent while the portal keeps writing.
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel, cancellationToken);
        var totals = new LedgerTotals();
        var faults = new List<string>();
        var zones = await db.Resellers.ToDictionaryAsync(r => r.Id, r => r.Zone, cancellationToken);
        var tokens = await db.ApiTokens.AsNoTracking().ToDictionaryAsync(t => t.Id, cancellationToken);
        var customers = await db.Customers.AsNoTracking().OrderBy(c => c.Id).ToListAsync(cancellationToken);
        foreach (var customer in customers)
        {
            var check = new CustomerLedgerVerifier(customer, zones[customer.ResellerId], tokens, totals, faults);
            await ReadAsync(db, customer, check, cancellationToken);
            check.Finish(await db.UsageRollups.AsNoTracking().Where(r => r.ResellerId == customer.ResellerId && r.CustomerId == customer.Id)
                .ToListAsync(cancellationToken));
        }

        await VerifyCountersAsync(db, customers, tokens.Values, totals, faults, cancellationToken);
        return new LedgerReport(customers.Count, totals.Entries, faults);
    }

    private static async Task ReadAsync(
        PortalDbContext db,
        Customer customer,
        CustomerLedgerVerifier check,
        CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var entries = await db.LedgerEntries.AsNoTracking()
                .Where(e => e.ResellerId == customer.ResellerId && e.CustomerId == customer.Id && e.Sequence > after)
                .OrderBy(e => e.Sequence)
                .Take(Chunk)
                .ToListAsync(cancellationToken);
            if (entries.Count == 0)
            {
                return;
            }

            var last = entries[^1].Sequence;
            var draws = (await db.LotDraws.AsNoTracking()
                .Where(d => d.ResellerId == customer.ResellerId
                    && d.CustomerId == customer.Id
                    && d.Sequence > after
                    && d.Sequence <= last)
                .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
            foreach (var entry in entries)
            {
                check.Read(entry, [.. draws[entry.Sequence]]);
            }

            after = last;
        }
    }

    private static async Task VerifyCountersAsync(
        PortalDbContext db,
        IReadOnlyCollection<Customer> customers,
        IEnumerable<ApiToken> tokens,
        LedgerTotals totals,
        List<string> faults,
        CancellationToken cancellationToken)
    {
        var reservations = await db.Reservations.AsNoTracking().ToListAsync(cancellationToken);
        var heldByToken = reservations.GroupBy(r => r.TokenId).ToDictionary(
            g => g.Key, g => (Quantity: g.Sum(r => r.Quantity), Requests: g.Count()));
        foreach (var token in tokens)
        {
            var isMonthRight = token.LimitMonth is null || token.UsedBeforeMonth == totals.UsedBeforeMonth.GetValueOrDefault(token.Id);
            if (token.Used != totals.UsedByToken.GetValueOrDefault(token.Id)
                || !isMonthRight
                || (token.Reserved, token.OpenRequests) != heldByToken.GetValueOrDefault(token.Id))
            {
                faults.Add($"Token {token.Environment} (…{token.SecretEnding}): the counters differ from the entries and reservations.");
            }
        }

        var heldByCustomer = reservations.GroupBy(r => r.CustomerId).ToDictionary(g => g.Key, g => g.Sum(r => r.Quantity));
        faults.AddRange(customers
            .Where(c => c.Reserved != heldByCustomer.GetValueOrDefault(c.Id))
            .Select(c => $"{c.Name}: the account holds {c.Reserved} conversions, but its reservations add up to "
                + $"{heldByCustomer.GetValueOrDefault(c.Id)}."));

        var heldByLot = reservations.SelectMany(r => r.Parts).GroupBy(p => p.LotId).ToDictionary(g => g.Key, g => g.Sum(p => p.Quantity));
        var adjusted = await db.LotAdjustments.GroupBy(a => a.LotId).ToDictionaryAsync(
            g => g.Key, g => g.Sum(a => a.Conversions), cancellationToken);
        await foreach (var lot in db.CreditLots.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (lot.Conversions != lot.Granted + adjusted.GetValueOrDefault(lot.Id))
            {
                faults.Add($"Lot {lot.PlanName} ({lot.Id}): the size differs from the granted and corrected total.");
            }

            if (lot.Used != totals.UsedByLot.GetValueOrDefault(lot.Id) || lot.Reserved != heldByLot.GetValueOrDefault(lot.Id))
            {
                faults.Add($"Lot {lot.PlanName} ({lot.Id}): the counters differ from the draws and reservations.");
            }
        }
    }
}
