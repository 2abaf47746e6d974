using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Batches that the database rejects as a whole.</summary>
public sealed class RefusedBatchTests
{
    private const int Crowd = 40;

    [Fact]
    public async Task A_refused_batch_leaves_nothing_and_each_of_its_commands_is_tried_alone()
    {
        var refusing = new RefusesCrowds();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: refusing);
        var secret = await sqlite.SellAsync();
        var held = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => sqlite.HoldAsync(secret)));
        refusing.IsRefusing = true;

        var settled = await Task.WhenAll(held.Select(id => sqlite.Meter.SettleAsync(new SettleRequest(id, 1))));

        Assert.True(refusing.Refused > 0);
        Assert.Equal(
            Enumerable.Range(1, Crowd).Select(i => (long)i), settled.Select(s => Assert.IsType<SettleResult.Recorded>(s).Sequence).Order());
        await using var db = sqlite.OpenAll();
        var lot = await db.CreditLots.SingleAsync();
        Assert.Equal((Crowd, 0), (lot.Used, lot.Reserved));
        Assert.Empty(await db.Reservations.ToListAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_batch_waits_for_another_writer_of_the_file()
    {
        var announcing = new AnnouncesBegin();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: announcing);
        var secret = await sqlite.SellAsync();
        await sqlite.UseAsync(secret);
        await using var db = sqlite.OpenAll();
        var another = await db.Database.BeginTransactionAsync();
        var begun = announcing.Begun;

        var waiting = Task.Run(() => sqlite.ReserveAsync(secret));
        await Eventually.TrueAsync(() => announcing.Begun > begun, "the writer wants its transaction");
        Assert.False(waiting.IsCompleted);
        await another.CommitAsync();

        Assert.IsType<ReserveResult.Held>(await waiting);
    }

    /// <summary>Counts the transactions that the writer asks for.</summary>
    private sealed class AnnouncesBegin() : ForwardingDialect(new SqliteDialect())
    {
        private int _begun;

        public int Begun => Volatile.Read(ref _begun);

        public override Task<IRowTransaction> BeginAsync(PortalDbContext db)
        {
            Interlocked.Increment(ref _begun);
            return base.BeginAsync(db);
        }
    }

    /// <summary>SQLite that refuses more than one ledger entry at a time.</summary>
    private sealed class RefusesCrowds() : ForwardingDialect(new SqliteDialect())
    {
        private int _refused;

        public bool IsRefusing { get; set; }

        public int Refused => _refused;

        public override Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
        {
            if (IsRefusing && steps.Any(step => step.Written == typeof(LedgerEntry) && step.Count > 1))
            {
                _refused++;
                throw new SqliteException("constraint failed", 19);
            }

            return base.RunAsync(db, steps, cancellationToken);
        }
    }
}
