using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The result of a ledger verification.</summary>
/// <param name="Unverified">What could not be verified because its archive was not given.</param>
public sealed record LedgerReport(int Customers, long Entries, IReadOnlyList<string> Faults, IReadOnlyList<string> Unverified);

/// <summary>Verifies numbering, chain, cost commitments, counters and rollups of every customer against the entries.</summary>
public sealed class LedgerVerifier(PortalDatabase database)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("verify-ledger: all tenants");

    public Task<LedgerReport> VerifyAsync(ArchiveFolder? archive = null, CancellationToken cancellationToken = default) =>
        VerifyAsync(Scope, archive, cancellationToken);

    /// <summary>Verifies what a scope sees.</summary>
    /// <param name="archive">The archived months, which are read first; null if they are not at hand.</param>
    public async Task<LedgerReport> VerifyAsync(TenantScope scope, ArchiveFolder? archive, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);

        // One snapshot, so that counters and entries are consistent while the portal keeps writing.
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel, cancellationToken);
        var totals = new LedgerTotals();
        var (faults, unverified) = (new List<string>(), new List<string>());
        var zones = await db.Resellers.ToDictionaryAsync(r => r.Id, r => r.Zone, cancellationToken);
        var tokens = await db.ApiTokens.AsNoTracking().ToDictionaryAsync(t => t.Id, cancellationToken);
        var customers = await db.Customers.AsNoTracking().OrderBy(c => c.Id).ToListAsync(cancellationToken);
        foreach (var customer in customers)
        {
            var check = new CustomerLedgerVerifier(customer, zones[customer.ResellerId], tokens, totals, faults, unverified);
            var source = new LedgerSource(db, customer, await db.ArchivedEntries(customer.Id).ToListAsync(cancellationToken), archive);
            await source.ReadAsync(check, faults, cancellationToken);
            check.Finish(await db.UsageRollups.AsNoTracking().Where(r => r.ResellerId == customer.ResellerId && r.CustomerId == customer.Id)
                .ToListAsync(cancellationToken));
        }

        await VerifyCountersAsync(db, customers, tokens.Values, totals, faults, cancellationToken);
        return new LedgerReport(customers.Count, totals.Entries, faults, unverified);
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
            var isUsedRight = totals.Partial.ContainsKey(token.CustomerId)
                || (token.Used == totals.UsedByToken.GetValueOrDefault(token.Id) && isMonthRight);
            if (!isUsedRight || (token.Reserved, token.OpenRequests) != heldByToken.GetValueOrDefault(token.Id))
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

            var isUsedRight = totals.Partial.ContainsValue(lot.ResellerId) || lot.Used == totals.UsedByLot.GetValueOrDefault(lot.Id);
            if (!isUsedRight || lot.Reserved != heldByLot.GetValueOrDefault(lot.Id))
            {
                faults.Add($"Lot {lot.PlanName} ({lot.Id}): the counters differ from the draws and reservations.");
            }
        }
    }
}
