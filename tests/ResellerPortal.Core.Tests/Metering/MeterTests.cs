using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class MeterTests
{
    [Fact]
    public async Task A_token_never_passes_its_limit_with_200_requests_at_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 1000);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 50);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => sqlite.ReserveAsync(token.Secret))));

        Assert.Equal(50, results.OfType<ReserveResult.Held>().Count());
        Assert.Equal(150, results.OfType<ReserveResult.RemainderHeld>().Count());
    }

    [Fact]
    public async Task A_lot_is_never_oversold_with_200_requests_at_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 60);
        var secrets = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await sqlite.Data.IssueAsync(owner, customer)).Secret));

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            var result = await sqlite.ReserveAsync(secrets[i % 4]);
            while (result is ReserveResult.ShareReached)
            {
                result = await sqlite.ReserveAsync(secrets[i % 4]);
            }

            if (result is not ReserveResult.Held held)
            {
                return false;
            }

            await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 1));
            return true;
        })));

        Assert.Equal(60, results.Count(isServed => isServed));
        await using var db = sqlite.OpenAll();
        Assert.Equal((60, 0), await db.CreditLots.Select(l => ValueTuple.Create(l.Used, l.Reserved)).SingleAsync());
        Assert.Equal(60, await db.LedgerEntries.SumAsync(e => e.Quantity));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Settling_twice_records_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var reservation = await sqlite.HoldAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret);

        var first = await sqlite.Meter.SettleAsync(new SettleRequest(reservation, 1));
        var second = await sqlite.Meter.SettleAsync(new SettleRequest(reservation, 1));

        Assert.Equal(first, second);
        await using var db = sqlite.OpenAll();
        Assert.Equal(1, await db.LedgerEntries.CountAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_released_reservation_gives_everything_back()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 1);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 1);
        var reservation = await sqlite.HoldAsync(token.Secret);

        Assert.IsType<SettleResult.Released>(await sqlite.Meter.ReleaseAsync(reservation));
        Assert.IsType<SettleResult.Gone>(await sqlite.Meter.ReleaseAsync(reservation));
        Assert.IsType<SettleResult.Gone>(await sqlite.Meter.SettleAsync(new SettleRequest(reservation, 1)));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
    }

    [Fact]
    public async Task The_lot_that_expires_first_is_drawn_first_and_a_draw_can_span_two()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var late = await sqlite.Data.BuyAsync(owner, 100, 2, validityDays: 300);
        var soon = await sqlite.Data.BuyAsync(owner, 5, 1, validityDays: 30);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");

        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret, 8);

        await using var db = sqlite.OpenAll();
        var draws = await db.LotDraws.OrderByDescending(d => d.Quantity).ToListAsync();
        Assert.Equal([(soon.Id, 5L, 1_000_000L), (late.Id, 3L, 60_000L)], draws.Select(d => (d.LotId, d.Quantity, d.CostMicros)));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_lot_is_dead_at_the_instant_it_expires()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        sqlite.Clock.Advance(TimeSpan.FromDays(365) - TimeSpan.FromMilliseconds(1));
        await sqlite.UseAsync(token.Secret);

        sqlite.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.IsType<ReserveResult.CreditsExhausted>(await sqlite.ReserveAsync(token.Secret));
    }

    [Fact]
    public async Task A_token_is_dead_once_revoked_or_at_the_instant_it_expires()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var expiring = await sqlite.Data.IssueAsync(owner, customer, expiresAtUtc: sqlite.Clock.GetUtcNow().AddHours(1));
        var revoked = await sqlite.Data.IssueAsync(owner, customer);
        await sqlite.Data.Tokens.RevokeAsync(owner, revoked.Token.Id);
        sqlite.Clock.Advance(TimeSpan.FromHours(1));

        Assert.IsType<ReserveResult.TokenExpired>(await sqlite.ReserveAsync(expiring.Secret));
        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.ReserveAsync(revoked.Secret));
        Assert.IsType<ReserveResult.UnknownToken>(await sqlite.ReserveAsync("rpt_of-nobody"));
    }

    [Fact]
    public async Task More_charged_than_reserved_is_recorded_as_it_was_and_exhausts_the_token()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 4);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 3);

        await sqlite.Meter.SettleAsync(new SettleRequest(await sqlite.HoldAsync(token.Secret), 5));

        await using var db = sqlite.OpenAll();
        var entry = await db.LedgerEntries.SingleAsync();
        Assert.Equal((5, EntryFlags.Overrun), (entry.Quantity, entry.Flags));
        Assert.Equal(
            TokenState.Exhausted, (await db.ApiTokens.SingleAsync()).GetState(sqlite.Clock.GetUtcNow(), new DateOnly(2026, 10, 1)));
        Assert.Equal(5, await db.CreditLots.Select(l => l.Used).SingleAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Less_charged_than_reserved_gives_the_rest_back()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 10);

        await sqlite.Meter.SettleAsync(new SettleRequest(await sqlite.HoldAsync(token.Secret, 10), 4));

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret, 6));
    }

    [Fact]
    public async Task A_reservation_whose_request_died_is_recorded_as_unconfirmed()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        await sqlite.HoldAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret, 2);

        Assert.Equal(0, await sqlite.SweepAsync());
        sqlite.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await sqlite.SweepAsync());

        await using var db = sqlite.OpenAll();
        var entry = await db.LedgerEntries.SingleAsync();
        Assert.Equal((2, EntryFlags.Unconfirmed), (entry.Quantity, entry.Flags));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Usage_is_rolled_up_by_the_resellers_own_day()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-15T21:30:00Z");
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret, 3);

        await using var db = sqlite.OpenAll();
        var rollup = await db.UsageRollups.SingleAsync();
        Assert.Equal((new DateOnly(2026, 10, 16), 3, 45_000), (rollup.Day, rollup.Quantity, rollup.CostMicros));
    }

    [Fact]
    public async Task A_caller_who_gives_up_before_the_writer_takes_it_holds_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        var meter = sqlite.NewMeter();
        using var givenUp = new CancellationTokenSource();

        var reserving = meter.ReserveAsync(
            new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf", 1), givenUp.Token);
        await givenUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reserving);
        using var writer = new MeterWriter(meter, sqlite.Database, sqlite.Clock, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);
        await writer.StopAsync(default);
        await using var db = sqlite.OpenAll();
        Assert.Equal(0, await db.Reservations.CountAsync());
    }

    [Fact]
    public async Task A_full_queue_turns_reservations_away_and_takes_settlements()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 10);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        var held = await sqlite.HoldAsync(token.Secret);
        var meter = sqlite.NewMeter(capacity: 2);
        var request = new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf", 1);
        var waiting = new[] { meter.ReserveAsync(request), meter.ReserveAsync(request) };

        await Assert.ThrowsAsync<MeterUnavailableException>(() => meter.ReserveAsync(request));
        var settling = meter.SettleAsync(new SettleRequest(held, 1));
        using var writer = new MeterWriter(meter, sqlite.Database, sqlite.Clock, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);

        Assert.IsType<SettleResult.Recorded>(await settling);
        Assert.All(await Task.WhenAll(waiting), r => Assert.IsType<ReserveResult.Held>(r));
        await writer.StopAsync(default);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Shutting_down_answers_what_was_accepted_and_accepts_no_more()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite, lot: 1000);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        var meter = sqlite.NewMeter();
        using var writer = new MeterWriter(meter, sqlite.Database, sqlite.Clock, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);
        var request = new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf", 1);
        var accepted = Enumerable.Range(0, 60).Select(_ => meter.ReserveAsync(request)).ToList();

        // The host's shutdown timeout has already elapsed.
        await writer.StopAsync(new CancellationToken(canceled: true));

        Assert.All(await Task.WhenAll(accepted), r => Assert.IsType<ReserveResult.Held>(r));
        await Assert.ThrowsAsync<MeterUnavailableException>(() => meter.ReserveAsync(request));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(TestDatabase sqlite, long lot)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, lot, lot * 0.015m);
        return (owner, await sqlite.Data.AddCustomerAsync(owner, "Acme"));
    }
}
