using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>
/// When a commit precedes its flush to disk, results wait for the disk, the next batch does not, and a reservation is at most one commit
/// ahead of it.
/// </summary>
public sealed class DelayedDurabilityTests
{
    [Fact]
    public async Task A_settlement_waits_for_the_disk_and_the_next_batch_does_not()
    {
        var disk = new SlowDisk();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: disk);
        var secret = await sqlite.SellAsync();
        var held = await sqlite.HoldAsync(secret);
        disk.Stop();

        var settled = sqlite.Meter.SettleAsync(new SettleRequest(held, 1));
        await disk.IsAskedAsync();
        var next = sqlite.ReserveAsync(secret);
        await UntilAsync(async () => (await OpenReservationsAsync(sqlite)).Any(id => id != held));

        Assert.Equal(1, await EntriesAsync(sqlite));
        Assert.False(settled.IsCompleted);
        Assert.False(next.IsCompleted);

        disk.Go();
        Assert.IsType<SettleResult.Recorded>(await settled);
        Assert.IsType<ReserveResult.Held>(await next);
    }

    [Fact]
    public async Task A_hold_goes_one_commit_ahead_of_the_disk_and_no_further()
    {
        var disk = new SlowDisk();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: disk);
        var secret = await sqlite.SellAsync();
        disk.Stop();

        var first = await sqlite.HoldAsync(secret);
        Assert.Equal([first], await OpenReservationsAsync(sqlite));

        await disk.IsAskedAsync();
        var second = sqlite.ReserveAsync(secret);
        await UntilAsync(async () => (await OpenReservationsAsync(sqlite)).Count == 2);
        Assert.False(second.IsCompleted);

        disk.Go();
        Assert.IsType<ReserveResult.Held>(await second);
    }

    [Fact]
    public async Task A_disk_that_fails_gives_no_answer_but_unavailable_and_lets_nothing_go_ahead_until_it_works()
    {
        var disk = new SlowDisk();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: disk);
        var secret = await sqlite.SellAsync();
        var held = await sqlite.HoldAsync(secret);
        disk.Failure = new IOException("Input/output error");

        await Assert.ThrowsAsync<MeterUnavailableException>(() => sqlite.Meter.SettleAsync(new SettleRequest(held, 1)));
        await Assert.ThrowsAsync<MeterUnavailableException>(() => sqlite.ReserveAsync(secret));

        disk.Failure = null;
        disk.Stop();
        var waiting = sqlite.ReserveAsync(secret);
        await disk.IsAskedAsync();
        Assert.False(waiting.IsCompleted);

        disk.Go();
        Assert.IsType<ReserveResult.Held>(await waiting);
    }

    [Fact]
    public async Task Stopping_waits_for_the_disk()
    {
        var disk = new SlowDisk();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: disk);
        var secret = await sqlite.SellAsync();
        disk.Stop();
        var held = await sqlite.HoldAsync(secret);
        await disk.IsAskedAsync();

        var restart = sqlite.RestartAsync();

        Assert.False(restart.IsCompleted);
        disk.Go();
        await restart;
        Assert.Equal([held], await OpenReservationsAsync(sqlite));
    }

    [Fact]
    public async Task The_writers_connection_goes_back_to_the_pool_as_durable_as_all_others()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var secret = await sqlite.SellAsync();
        await sqlite.UseAsync(secret);
        await sqlite.RestartAsync();

        await using var one = sqlite.OpenAll();
        await using var another = sqlite.OpenAll();
        foreach (var db in (PortalDbContext[])[one, another])
        {
            await db.Database.OpenConnectionAsync();
            Assert.Equal(2, await db.Database.SqlQueryRaw<int>("SELECT synchronous AS Value FROM pragma_synchronous").SingleAsync());
        }
    }

    private static async Task<List<RowKey>> OpenReservationsAsync(TestDatabase database)
    {
        await using var db = database.OpenAll();
        return await db.Reservations.Select(r => new RowKey(r.ResellerId, r.Id)).ToListAsync();
    }

    private static async Task<int> EntriesAsync(TestDatabase database)
    {
        await using var db = database.OpenAll();
        return await db.LedgerEntries.CountAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>SQLite with a disk that the test can stall and break.</summary>
    private sealed class SlowDisk() : ForwardingDialect(new SqliteDialect())
    {
        private readonly ManualResetEventSlim _isGoing = new(true);
        private readonly SemaphoreSlim _asked = new(0);

        public IOException? Failure { get; set; }

        public void Stop() => _isGoing.Reset();

        public void Go() => _isGoing.Set();

        public Task IsAskedAsync() => _asked.WaitAsync(TimeSpan.FromSeconds(20));

        public override async Task<IDelayedDurability?> DelayDurabilityAsync(PortalDbContext db) =>
            new Disk(this, (await base.DelayDurabilityAsync(db))!);

        private sealed class Disk(SlowDisk settings, IDelayedDurability real) : IDelayedDurability
        {
            public bool IsRemote => real.IsRemote;

            public Task FlushAsync()
            {
                if (!settings._isGoing.IsSet)
                {
                    settings._asked.Release();
                    settings._isGoing.Wait();
                }

                if (settings.Failure is { } failure)
                {
                    throw failure;
                }

                return real.FlushAsync();
            }

            public ValueTask DisposeAsync() => real.DisposeAsync();
        }
    }
}
