using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>
/// Random costs, files, extensions, failures and late settlements: a strict token's limit and the lots hold unless a charge is above what
/// was held, and then exactly that entry is an overrun. Without such charges, a prepaid balance never goes below zero.
/// </summary>
public sealed class StrictLimitTests
{
    private const long TokenLimit = 40;

    private static readonly string[] Converters = ["docx-to-pdf", "pdf-to-docx", "pdf-to-ocr"];

    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Int[0, 99], Gen.Int[0, 2], Gen.Int[1, 9], Gen.Int[0, 130], (kind, choice, files, percent) =>
            new Step(kind, choice, files, percent)).Array[30];

    [Fact]
    public async Task Limits_and_lots_hold_unless_a_charge_is_above_what_was_held() =>
        await Steps.SampleAsync(async steps => await PlayAsync(steps), iter: 15, threads: 1);

    [Fact]
    public async Task A_prepaid_balance_covers_every_charge_up_to_what_was_held() =>
        await Steps.SampleAsync(async steps => await PlayPrepaidAsync(steps), iter: 6, threads: 1);

    private static async Task PlayAsync(Step[] steps)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 50, 1, validityDays: 100);
        await sqlite.Data.BuyAsync(owner, 60, 2, validityDays: 300);
        await TestData.Valued(new ConverterCostService(sqlite.Database, sqlite.Clock).SetAsync(
            TestData.Operator, Converters[2], new StatedCost(2, CeilingPerRequest: 15)));
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        IssuedToken[] tokens =
        [
            await sqlite.Data.IssueAsync(owner, acme, TokenLimit),
            await sqlite.Data.IssueAsync(owner, acme),
            await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Blue"), TokenLimit),
        ];
        var run = new Run(sqlite, tokens);
        foreach (var step in steps)
        {
            await run.StepAsync(step, mayExceed: true);
            await AssertHeldAsync(sqlite, run);
        }

        await sqlite.AssertLedgerIsCleanAsync();
    }

    private static async Task AssertHeldAsync(TestDatabase sqlite, Run run)
    {
        await using var db = sqlite.OpenAll();
        var overruns = (await db.LedgerEntries.AsNoTracking().ToListAsync())
            .Where(e => e.Flags.HasFlag(EntryFlags.Overrun))
            .ToList();
        Assert.All(overruns, e => Assert.Contains(run.Exceeding, id => Near(id, e.RequestId)));
        foreach (var token in await db.ApiTokens.AsNoTracking().ToListAsync())
        {
            Assert.True(token.Used + token.Reserved <= (token.UsageLimit ?? long.MaxValue) || overruns.Exists(e => e.TokenId == token.Id));
        }

        foreach (var lot in await db.CreditLots.AsNoTracking().ToListAsync())
        {
            Assert.True(lot.Used + lot.Reserved <= lot.Conversions || overruns.Count > 0);
        }
    }

    /// <summary>A late settlement's request id differs from its reservation's in the version alone.</summary>
    private static bool Near(Guid reservation, Guid request) =>
        reservation.ToString("N").Remove(12, 1) == request.ToString("N").Remove(12, 1);

    private static async Task PlayPrepaidAsync(Step[] steps)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await Prepaid.PrepaidFixture.OpenAsync(sqlite, 100_000);
        await fixture.TopUpAsync(7.37m);
        var run = new Run(sqlite, [fixture.Token, fixture.Token, fixture.Token]);
        foreach (var step in steps)
        {
            await run.StepAsync(step, mayExceed: false);
            Assert.True((await fixture.ReadAsync()).Spending.Left.MinorUnits >= 0);
        }

        await sqlite.AssertLedgerIsCleanAsync();
    }

    /// <param name="Percent">The cost in percent of what was held.</param>
    private sealed record Step(int Kind, int Choice, int Files, int Percent);

    private sealed class Run(TestDatabase database, IssuedToken[] tokens)
    {
        private readonly List<(RowKey Id, long Quantity)> _held = [];
        private readonly List<(RowKey Id, long Quantity)> _lost = [];

        /// <summary>Reservations whose charge was above what was held.</summary>
        public HashSet<Guid> Exceeding { get; } = [];

        public async Task StepAsync(Step step, bool mayExceed)
        {
            switch (step.Kind)
            {
                case < 45:
                    var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => database.Meter.ReserveAsync(new ReserveRequest(
                        tokens[(step.Choice + i) % 3].Token.ResellerId,
                        tokens[(step.Choice + i) % 3].Token.SecretHash,
                        Converters[step.Files % 3],
                        Extent: new RequestExtent(step.Files)))));
                    _held.AddRange(results.OfType<ReserveResult.Held>().Select(h => (h.Key, h.Quantity)));
                    break;
                case < 60 when _held.Count > 0:
                    var at = step.Choice % _held.Count;
                    if (await database.Meter.ExtendAsync(_held[at].Id, new RequestExtent(step.Files * 2)) is ReserveResult.Held more)
                    {
                        Assert.True(more.Quantity >= _held[at].Quantity);
                        _held[at] = (more.Key, more.Quantity);
                    }

                    break;
                case < 85 when _held.Count > 0:
                    await SettleAsync(_held, step, mayExceed);
                    break;
                case < 90:
                    await LoseAsync();
                    break;
                case < 97 when _lost.Count > 0:
                    await SettleAsync(_lost, step, mayExceed);
                    break;
                case >= 97:
                    await database.RestartAsync();
                    break;
            }
        }

        /// <summary>What was lost is recorded as what it usually costs; a later charge above that was not held any more.</summary>
        private async Task LoseAsync()
        {
            database.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
            await database.SweepAsync();
            await using var db = database.OpenAll();
            foreach (var (id, _) in _held)
            {
                _lost.Add((id, await db.LedgerEntries.Where(e => e.RequestId == id.Id).Select(e => e.Quantity).SingleAsync()));
            }

            _held.Clear();
        }

        private async Task SettleAsync(List<(RowKey Id, long Quantity)> from, Step step, bool mayExceed)
        {
            var (id, quantity) = from[step.Choice % from.Count];
            from.RemoveAll(r => r.Id == id);
            var cost = quantity * (mayExceed ? step.Percent : Math.Min(100, step.Percent)) / 100;
            if (cost > quantity)
            {
                Exceeding.Add(id.Id);
            }

            await database.Meter.SettleAsync(new SettleRequest(id, cost));
        }
    }
}
