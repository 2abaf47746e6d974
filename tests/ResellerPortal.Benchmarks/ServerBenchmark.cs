using Microsoft.Data.Sqlite;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Reserve-and-settle pairs per second of the meter on PostgreSQL, compared with SQLite, with (b) a row lock and an insert a command, and
/// with peers that count and keep no ledger: Redis and better-auth.
/// </summary>
internal static class ServerBenchmark
{
    private const int Rounds = 3;
    private const string OnSqlite = "meter on SQLite, 512 in flight";
    private const string OnPostgres = "meter on PostgreSQL, 512 in flight";
    private const string OneNode = "meter on PostgreSQL, 64 resellers, one node";
    private const string TwoNodes = "meter on PostgreSQL, 64 resellers, two nodes";
    private const string Redis = "Redis, a script a conversion, appendfsync always, 512 in flight";
    private const string RowLocks = "(b) a row lock and an insert a command, 64 connections";

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        using var server = PostgreSqlServer.Start("shared_buffers=1GB", "max_wal_size=4GB");
        try
        {
            await using var sqlite = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/meter.db");
            await using var postgres = await OpenAsync(server, "meter");
            await using var source = Npgsql.NpgsqlDataSource.Create(server.OwnerConnection("meter"));
            await using var many = await OpenAsync(server, "many", resellers: 64, customers: 1);
            await many.AddNodeAsync();
            await using var setup = await OpenAsync(server, "rowlocks");
            await using var locks = await RowLockAndInsert.OpenAsync(setup, server.OwnerConnection("rowlocks"));
            await using var redis = await RedisCounter.OpenAsync(folder.FullName);
            var results = new Dictionary<string, List<Measurement>>();
            await Load.RunAsync(512, options.Seconds, sqlite.ConvertAsync);
            await Load.RunAsync(512, options.Seconds, postgres.ConvertAsync);
            await Load.RunAsync(512, options.Seconds, many.ConvertOnAllNodesAsync);
            for (var round = 0; round < Rounds; round++)
            {
                await MeasureAsync(OnSqlite, 512, sqlite.ConvertAsync);
                await MeasureAsync(OnPostgres, 512, postgres.ConvertAsync);
                await MeasureAsync(OneNode, 512, many.ConvertAsync);
                await MeasureAsync(TwoNodes, 512, many.ConvertOnAllNodesAsync);
                await MeasureAsync(RowLocks, 64, locks.ConvertAsync);
                if (redis is not null)
                {
                    await MeasureAsync(Redis, 512, redis.ConvertAsync);
                }
            }

            var keys = await BetterAuthKeys.MeasureAsync(
                $"postgres://portal_owner@127.0.0.1:{server.Port}/rowlocks", options.Seconds, inFlight: 64);
            var medians = results.ToDictionary(r => r.Key, r => r.Value.OrderBy(m => m.PerSecond).ElementAt(Rounds / 2));
            foreach (var (name, measured) in medians)
            {
                Console.WriteLine($"{name,-68}{measured}");
            }

            Console.WriteLine($"better-auth, 64 in flight: {(keys is null ? "not measured, for want of Node" : $"{keys:N0} a second")}");
            var full = medians[OnPostgres];
            Console.WriteLine();
            Console.WriteLine($"over (b): {full.PerSecond / medians[RowLocks].PerSecond:N1} times (wanted 10)");
            Console.WriteLine($"of the meter on SQLite: {full.PerSecond / medians[OnSqlite].PerSecond:N2} (wanted 0.4)");
            Console.WriteLine($"two nodes over one: {medians[TwoNodes].PerSecond / medians[OneNode].PerSecond:N2} (wanted 1.2)");
            Console.WriteLine($"p99: {full.P99:N1} ms (wanted under 60)");

            async Task MeasureAsync(string name, int inFlight, Func<int, Task<long>> pair)
            {
                var log = await ReadLogPositionAsync(source);
                var (portal, database) = (Environment.CpuUsage.TotalTime, server.GetProcessorTime());
                var measured = await Load.RunAsync(inFlight, options.Seconds, pair);
                var pairs = measured.PerSecond * options.Seconds * (1 + Load.WarmUpShare);
                portal = (Environment.CpuUsage.TotalTime - portal) / pairs;
                database = (server.GetProcessorTime() - database) / pairs;
                log = await ReadLogPositionAsync(source) - log;
                Console.WriteLine(
                    $"{name,-68}{measured}   a pair: PostgreSQL {database.TotalMicroseconds:N0}, "
                        + $"portal and load {portal.TotalMicroseconds:N0} µs of processor, {(double)log / pairs:N0} bytes of log");
                (results.TryGetValue(name, out var known) ? known : results[name] = []).Add(measured);
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Npgsql.NpgsqlConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Compares the meter's throughput with a ledger of ten thousand entries and with a large one, in turns.</summary>
    public static async Task RunGrowthAsync(Options options)
    {
        using var server = PostgreSqlServer.Start("shared_buffers=1GB", "max_wal_size=16GB");
        try
        {
            await using var small = await OpenAsync(server, "small");
            await BigServerLedger.FillAsync(server.AdministratorConnection("small"), small, 10_000);
            await using var large = await OpenAsync(server, "large");
            await BigServerLedger.FillAsync(server.AdministratorConnection("large"), large, options.Rows);
            var rates = new Dictionary<long, List<double>> { [small.Rows] = [], [large.Rows] = [] };
            await Load.RunAsync(512, options.Seconds, small.ConvertAsync);
            await Load.RunAsync(512, options.Seconds, large.ConvertAsync);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var setup in (BenchmarkData[])[small, large])
                {
                    var measured = await Load.RunAsync(512, options.Seconds, setup.ConvertAsync);
                    Console.WriteLine($"{setup.Rows,12:N0} entries, 512 in flight: {measured}");
                    rates[setup.Rows].Add(measured.PerSecond);
                }
            }

            var ratio = rates[large.Rows].Order().ElementAt(Rounds / 2) / rates[small.Rows].Order().ElementAt(Rounds / 2);
            Console.WriteLine($"large over small, medians of {Rounds}: {ratio:N2} (wanted 0.9)");
        }
        finally
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>Bytes that the server has written to its log since it was made.</summary>
    private static async Task<decimal> ReadLogPositionAsync(Npgsql.NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");
        return (decimal)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Compares a server with the cluster that TEST_CITUS names, in turns, with one reseller and with many.</summary>
    public static async Task RunDistributedAsync(Options options)
    {
        var cluster = CitusHost.Given
            ?? throw new InvalidOperationException("Set TEST_CITUS to the connection string of a superuser on a coordinator.");
        const string name = "portal_benchmark";
        using var server = PostgreSqlServer.Start();
        cluster.Drop(name);
        cluster.Create(name);
        try
        {
            await using var one = await OpenAsync(server, "one");
            await using var many = await OpenAsync(server, "many", resellers: 64, customers: 1);
            await using var divided = await BenchmarkData.OpenAsync(
                new CitusDialect(new ScopeKey(PostgreSqlServer.ScopeKey)),
                cluster.Connection(name),
                customers: 1,
                ownerConnection: cluster.OwnerConnection(name),
                resellers: 64);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var inFlight in (int[])[16, 512])
                {
                    await MeasureAsync("PostgreSQL, one reseller", inFlight, one.ConvertAsync);
                    await MeasureAsync("Citus, one reseller", inFlight, worker => divided.ConvertAsync(worker % 4));
                    await MeasureAsync("PostgreSQL, 64 resellers", Math.Max(inFlight, 64), many.ConvertAsync);
                    await MeasureAsync("Citus, 64 resellers", Math.Max(inFlight, 64), divided.ConvertAsync);
                }
            }

            async Task MeasureAsync(string setup, int inFlight, Func<int, Task<long>> pair) => Console.WriteLine(
                $"{setup,-28}{inFlight,5} in flight: {await Load.RunAsync(inFlight, options.Seconds, pair)}");
        }
        finally
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            cluster.Drop(name);
        }
    }

    private static Task<BenchmarkData> OpenAsync(PostgreSqlServer server, string database, int resellers = 1, int customers = 16) =>
        BenchmarkData.OpenAsync(
            new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)),
            server.Connection(database),
            customers,
            ownerConnection: server.OwnerConnection(database),
            resellers: resellers);
}
