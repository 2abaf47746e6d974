using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.Nodes;

/// <summary>Compares what customers saw and what the upstream charged with the ledger, the counters and the invoices.</summary>
internal sealed class LedgerComparison(
    PortalDatabase database,
    ChargingUpstream upstream,
    SharedAccounts accounts,
    IReadOnlyCollection<Attempt> attempts)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("test");

    /// <summary>Waits until the nodes have ended each job that the upstream has accepted.</summary>
    public Task WaitForJobsAsync() => Eventually.TrueAsync(
        async Task<bool> () =>
        {
            await using var db = database.Open(Scope);
            var running = await db.ConversionJobs.Where(job => job.State == JobState.Running).ToListAsync();
            return !running.Any(job => upstream.Jobs.ContainsKey(job.UpstreamId));
        },
        "the jobs are ended");

    /// <summary>Records the reservations of requests that were lost, as the nodes do half an hour later.</summary>
    public async Task SweepAsync()
    {
        var later = new ShiftedClock();
        later.MoveTo(later.GetUtcNow() + ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        var meter = new Meter(new PrepaidCoverageService(database, TimeProvider.System));
        using var writer = new MeterWriter(meter, database, later, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);
        using var sweeper = new ReservationSweepWorker(meter, database, [], later, NullLogger<ReservationSweepWorker>.Instance);
        await sweeper.RunAsync();
        await writer.StopAsync(default);
    }

    /// <summary>Each conversion that was answered is one confirmed entry at its charge, and each other one at most one entry.</summary>
    public async Task AssertEntriesAsync()
    {
        Assert.Empty(upstream.ChargedAgain);
        await using var db = database.Open(Scope);
        var entries = await db.LedgerEntries.AsNoTracking().Where(e => e.Source == UsageSource.Gateway).ToListAsync();
        Assert.All(entries, entry => Assert.Equal(EntryKind.Usage, entry.Kind));
        var byRequest = entries.ToDictionary(entry => entry.RequestId);
        var answered = attempts.Where(attempt => attempt.Result == AttemptResult.Answered).ToList();
        Assert.NotEmpty(answered);
        Assert.Equal(answered.Count, answered.Select(attempt => attempt.RequestId).Distinct().Count());
        Assert.All(answered, attempt =>
        {
            var entry = Assert.Contains(attempt.RequestId!.Value, (IReadOnlyDictionary<Guid, LedgerEntry>)byRequest);
            Assert.Equal(
                (attempt.Token.Issued.Token.Id, attempt.Converter, upstream.Charges[attempt.Id], false),
                (entry.TokenId, entry.Converter, entry.Quantity, entry.Flags.HasFlag(EntryFlags.Unconfirmed)));
            byRequest.Remove(entry.RequestId);
        });
        Assert.All(
            attempts.Where(attempt => attempt.Result is AttemptResult.Refused or AttemptResult.Rejected),
            attempt => Assert.DoesNotContain(attempt.Id, upstream.Charges));
        Assert.All(
            attempts.Where(attempt => attempt.Result == AttemptResult.Rejected),
            attempt => Assert.DoesNotContain(attempt.RequestId!.Value, (IReadOnlyDictionary<Guid, LedgerEntry>)byRequest));

        // A worker's requests follow each other, and few of them are lost, so that its entries say which they belong to.
        var rest = byRequest.Values.ToLookup(entry => entry.Converter);
        Assert.All(
            attempts.GroupBy(attempt => attempt.Converter),
            worker => AssertUnanswered([.. worker.Where(attempt => attempt.Result == AttemptResult.Unknown)], [.. rest[worker.Key]]));
        Assert.Equal(
            answered.Sum(attempt => upstream.Charges[attempt.Id]),
            entries.Where(entry => !byRequest.ContainsKey(entry.RequestId)).Sum(entry => entry.Quantity));
    }

    /// <summary>Limits, lots and balances are not passed, count what was used, and hold nothing.</summary>
    public async Task AssertCountersAsync()
    {
        await using var db = database.Open(Scope);
        Assert.Equal(0, await db.Reservations.CountAsync());
        var tokens = await db.ApiTokens.AsNoTracking().ToListAsync();
        Assert.All(tokens, token => Assert.Equal((0, 0), (token.Reserved, token.OpenRequests)));
        Assert.All(
            tokens.Where(token => token.UsageLimit is not null),
            token => Assert.True(token.Used <= token.UsageLimit, $"{token.Used} of {token.UsageLimit} are used"));
        var used = await db.LedgerEntries.GroupBy(e => e.TokenId).ToDictionaryAsync(g => g.Key, g => g.Sum(e => e.Quantity));
        Assert.All(tokens, token => Assert.Equal(used.GetValueOrDefault(token.Id), token.Used));
        Assert.All(await db.Customers.AsNoTracking().ToListAsync(), customer => Assert.Equal(0, customer.Reserved));

        var drawn = await db.LotDraws.GroupBy(d => d.LotId).ToDictionaryAsync(g => g.Key, g => g.Sum(d => d.Quantity));
        var lots = await db.CreditLots.AsNoTracking().ToListAsync();
        Assert.All(lots, lot => Assert.Equal((drawn.GetValueOrDefault(lot.Id), 0), (lot.Used, lot.Reserved)));
        Assert.All(lots, lot => Assert.InRange(lot.Used, 0, lot.Conversions));
        Assert.True(lots.Count(lot => lot.Used > 0) > 1, "Conversions are drawn from one lot alone.");

        var overview = await new BalanceQueries(database, TimeProvider.System).ReadAsync(accounts.Owner, accounts.Prepaid.Id);
        Assert.True(overview!.Spending.Left.MinorUnits >= 0, $"{overview.Spending.Left} of the balance is left");
    }

    /// <summary>Each customer with usage in the month has one invoice of it, and the numbers have no gap.</summary>
    public async Task AssertInvoicesAsync()
    {
        await using var db = database.Open(Scope);
        var billed = await db.LedgerEntries
            .Where(e => e.OccurredAtUtc < accounts.Month.EndsAtUtc(TimeZoneInfo.Utc))
            .Select(e => e.CustomerId)
            .Distinct()
            .ToListAsync();
        var invoices = await db.Invoices.AsNoTracking().ToListAsync();
        Assert.All(invoices, invoice => Assert.Equal((accounts.Month.FirstDay, true), (invoice.PeriodStart, invoice.IsFinalised)));
        Assert.Equal(billed.Select(id => id.Value).Order(), invoices.Select(invoice => invoice.CustomerId.Value).Order());
        Assert.Equal(
            Enumerable.Range(1, billed.Count),
            invoices.Select(invoice => int.Parse(invoice.Number!.Split('-')[^1], CultureInfo.InvariantCulture)).Order());
    }

    /// <summary>
    /// Whatever was charged is recorded, since it was held before it was sent; each request has one entry at most; and what is confirmed
    /// was charged.
    /// </summary>
    private void AssertUnanswered(IReadOnlyCollection<Attempt> unanswered, IReadOnlyCollection<LedgerEntry> entries)
    {
        var charges = unanswered
            .Where(attempt => upstream.Charges.ContainsKey(attempt.Id))
            .Select(attempt => upstream.Charges[attempt.Id])
            .ToList();
        Assert.InRange(entries.Count, charges.Count, unanswered.Count);
        var known = unanswered.Select(attempt => attempt.RequestId).OfType<Guid>().ToHashSet();
        Assert.True(entries.Count(entry => !known.Contains(entry.RequestId)) <= unanswered.Count - known.Count);
        Assert.All(entries.Where(entry => !entry.Flags.HasFlag(EntryFlags.Unconfirmed)), entry =>
            Assert.True(charges.Remove(entry.Quantity), $"{entry.Quantity} conversions of {entry.Converter} were not charged"));
    }
}
