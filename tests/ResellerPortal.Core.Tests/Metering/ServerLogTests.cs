using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>On PostgreSQL the meter commits without waiting for the disk, and answers only once everything is on it.</summary>
public sealed class ServerLogTests
{
    [Fact]
    public async Task Whatever_was_answered_survives_a_power_cut_of_the_server()
    {
        // The server itself flushes as seldom as it can be told to, so that only the meter's own flushes count.
        using var server = PostgreSqlServer.Start("wal_writer_delay=10s", "wal_writer_flush_after=1GB", "checkpoint_timeout=1h");
        await using var database = await OpenAsync(server);
        var tokens = await IssueAsync(database);
        for (var round = 0; round < 3; round++)
        {
            var load = new Load(database.Meter, tokens);
            await load.RunUntilAsync(answers: 200);
            var (held, recorded) = (load.Held.ToList(), load.Recorded.ToList());
            server.Kill();
            server.Run();
            await load.StopAsync();

            await using var db = database.OpenAll();
            var entries = (await db.LedgerEntries.Select(e => e.RequestId).ToListAsync()).ToHashSet();
            var reservations = (await db.Reservations.Select(r => r.Id).ToListAsync()).ToHashSet();
            Assert.Empty(recorded.Except(entries));
            Assert.Empty(held.Except(entries).Except(reservations));
            Assert.Equal(entries.Count, await db.LedgerEntries.CountAsync());
        }

        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_lost_connection_for_flushes_loses_and_doubles_nothing_and_nobody_notices()
    {
        using var server = PostgreSqlServer.Start();
        await using var database = await OpenAsync(server);
        var load = new Load(database.Meter, await IssueAsync(database));
        await using var administrator = new NpgsqlConnection(server.AdministratorConnection("portal"));
        await administrator.OpenAsync();
        for (var ended = 0L; ended < 5;)
        {
            await load.RunUntilAsync(answers: 50);
            await using var end = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    + "WHERE query LIKE '%pg_logical_emit_message%' AND pid <> pg_backend_pid()",
                administrator);
            ended += (long)(await end.ExecuteScalarAsync())!;
        }

        await load.RunUntilAsync(answers: 50);
        await load.StopAsync();

        Assert.Equal(0, load.Unavailable);
        await using var db = database.OpenAll();
        Assert.Equal(load.Recorded.Order(), await db.LedgerEntries.Select(e => e.RequestId).OrderBy(id => id).ToListAsync());
        Assert.Empty(await db.Reservations.ToListAsync());
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Locked_rows_of_one_reseller_hold_up_no_reseller_of_another_writer()
    {
        using var server = PostgreSqlServer.Start("fsync=off");
        await using var database = await OpenAsync(server);
        var routes = new MeterRoutes();
        routes.Divide(database.Database.Dialect.Writers);
        var tokens = new List<(ResellerId Reseller, IssuedToken Token)>();
        while (tokens.Select(t => routes.Find(t.Reseller)).Distinct().Count() < 2)
        {
            var (_, owner) = await database.Data.AddResellerAsync($"northwind{tokens.Count}");
            await database.Data.BuyAsync(owner, 100, 1);
            tokens.Add((owner.Reseller, await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"))));
        }

        var (locked, free) = (tokens[^1], tokens[0]);
        await using var db = database.OpenAll();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await database.Database.LockRowsAsync<ApiToken>(db, locked.Reseller, [locked.Token.Token.Id], default);
        var waiting = ReserveAsync(locked);

        Assert.IsType<ReserveResult.Held>(await ReserveAsync(free));
        Assert.False(waiting.IsCompleted);

        await transaction.RollbackAsync();
        Assert.IsType<ReserveResult.Held>(await waiting);

        Task<ReserveResult> ReserveAsync((ResellerId Reseller, IssuedToken Token) token) => database.Meter.ReserveAsync(
            new ReserveRequest(token.Reseller, token.Token.Token.SecretHash, "docx-to-pdf", 1));
    }

    private static Task<TestDatabase> OpenAsync(PostgreSqlServer server) => TestDatabase.OpenAsync(
        PostgreSqlFixture.Dialect,
        server.Connection("portal"),
        NpgsqlConnection.ClearAllPools,
        ownerConnection: server.OwnerConnection("portal"));

    private static async Task<List<ApiToken>> IssueAsync(TestDatabase database)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 1_000_000, 100);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        var tokens = new List<ApiToken>();
        foreach (var environment in (string[])["production", "staging"])
        {
            tokens.Add((await database.Data.IssueAsync(owner, customer, environment: environment)).Token);
        }

        return tokens;
    }

    /// <summary>Conversions that go on until they are stopped, and what was answered to each.</summary>
    private sealed class Load
    {
        private readonly ConcurrentQueue<Guid> _held = [];
        private readonly ConcurrentQueue<Guid> _recorded = [];
        private readonly List<Task> _workers;
        private int _unavailable;
        private bool _isOver;

        public Load(Meter meter, List<ApiToken> tokens) =>
            _workers = [.. Enumerable.Range(0, 16).Select(i => Task.Run(() => ConvertAsync(meter, tokens[i % tokens.Count])))];

        public IReadOnlyCollection<Guid> Held => _held;

        public IReadOnlyCollection<Guid> Recorded => _recorded;

        public int Unavailable => Volatile.Read(ref _unavailable);

        public Task RunUntilAsync(int answers)
        {
            var before = _recorded.Count;
            return Eventually.TrueAsync(() => _recorded.Count >= before + answers, "conversions are recorded");
        }

        public Task StopAsync()
        {
            Volatile.Write(ref _isOver, true);
            return Task.WhenAll(_workers);
        }

        private async Task ConvertAsync(Meter meter, ApiToken token)
        {
            while (!Volatile.Read(ref _isOver))
            {
                try
                {
                    var held = Assert.IsType<ReserveResult.Held>(
                        await meter.ReserveAsync(new ReserveRequest(token.ResellerId, token.SecretHash, "docx-to-pdf", 1)));
                    _held.Enqueue(held.ReservationId);
                    Assert.IsType<SettleResult.Recorded>(await meter.SettleAsync(new SettleRequest(held.Key, 1)));
                    _recorded.Enqueue(held.ReservationId);
                }
                catch (MeterUnavailableException)
                {
                    Interlocked.Increment(ref _unavailable);
                }
            }
        }
    }
}
