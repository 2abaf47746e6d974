using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Where a commit and its way to the disk are apart, an answer waits for the disk; the next batch does not.</summary>
public sealed class DelayedDurabilityTests
{
    [Fact]
    public async Task An_answer_waits_for_the_disk_and_the_next_batch_does_not()
    {
        var disk = new SlowDisk();
        await using var sqlite = await BooksOnSqlite.OpenAsync(dialect: disk);
        var secret = await IssueAsync(sqlite);
        disk.Stop();

        var first = sqlite.ReserveAsync(secret);
        await disk.IsAskedAsync();
        var second = sqlite.ReserveAsync(secret);
        await UntilAsync(async () => await OpenReservationsAsync(sqlite) == 2);

        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);

        disk.Go();
        Assert.IsType<ReserveResult.Held>(await first);
        Assert.IsType<ReserveResult.Held>(await second);
    }

    [Fact]
    public async Task A_disk_that_fails_gives_no_answer_but_unavailable()
    {
        var disk = new SlowDisk();
        await using var sqlite = await BooksOnSqlite.OpenAsync(dialect: disk);
        var secret = await IssueAsync(sqlite);
        disk.Failure = new IOException("Input/output error");

        await Assert.ThrowsAsync<MeterUnavailableException>(() => sqlite.ReserveAsync(secret));

        disk.Failure = null;
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(secret));
    }

    [Fact]
    public async Task Stopping_waits_for_the_disk()
    {
        var disk = new SlowDisk();
        await using var sqlite = await BooksOnSqlite.OpenAsync(dialect: disk);
        var secret = await IssueAsync(sqlite);
        disk.Stop();
        var held = sqlite.ReserveAsync(secret);
        await disk.IsAskedAsync();

        var restart = sqlite.RestartAsync();

        Assert.False(restart.IsCompleted);
        disk.Go();
        await restart;
        Assert.IsType<ReserveResult.Held>(await held);
    }

    [Fact]
    public async Task The_writers_connection_goes_back_to_the_pool_as_durable_as_all_others()
    {
        await using var sqlite = await BooksOnSqlite.OpenAsync();
        var secret = await IssueAsync(sqlite);
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

    private static async Task<string> IssueAsync(LiveBooks books)
    {
        var (_, owner) = await books.Books.AddResellerAsync("northwind");
        await books.Books.BuyAsync(owner, 100, 1m);
        return (await books.Books.IssueAsync(owner, await books.Books.AddCustomerAsync(owner, "Fabrikam"))).Secret;
    }

    private static async Task<int> OpenReservationsAsync(LiveBooks books)
    {
        await using var db = books.OpenAll();
        return await db.Set<Reservation>().CountAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>SQLite, with a disk that the test stops and breaks.</summary>
    private sealed class SlowDisk() : ForwardingDialect(new SqliteDialect())
    {
        private readonly ManualResetEventSlim _isGoing = new(true);
        private readonly SemaphoreSlim _asked = new(0);

        public IOException? Failure { get; set; }

        public void Stop() => _isGoing.Reset();

        public void Go() => _isGoing.Set();

        public Task IsAskedAsync() => _asked.WaitAsync(TimeSpan.FromSeconds(20));

        public override IDelayedDurability DelayDurability(PortalDbContext db) => new Disk(this, base.DelayDurability(db)!);

        private sealed class Disk(SlowDisk settings, IDelayedDurability real) : IDelayedDurability
        {
            public void Flush()
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

                real.Flush();
            }

            public void Dispose() => real.Dispose();
        }
    }
}
