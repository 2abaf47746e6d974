using System.Diagnostics;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Reserve-and-settle pairs per second of the group-commit meter, compared with (a) one EF Core transaction per command on the same kind
/// of file, (b) PostgreSQL with a row lock and an insert per request, and (c) the disk's limit for commits of 256 rows.
/// </summary>
internal static class MeteringBenchmark
{
    /// <summary>All candidates alternate in every round, so that temporary slowness affects each equally.</summary>
    private const int Rounds = 5;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        using var server = PostgreSqlServer.Start("shared_buffers=1GB", "max_wal_size=4GB");
        try
        {
            var counted = new CountedRows();
            await using var setup = await BenchmarkData.OpenAsync(counted, $"Data Source={folder}/meter.db");
            await using var efSetup = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/ef.db");
            var postgres = new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey));
            await using var lockSetup = await BenchmarkData.OpenAsync(
                postgres, server.Connection("rowlocks"), ownerConnection: server.OwnerConnection("rowlocks"));
            await using var onPostgres = await BenchmarkData.OpenAsync(
                postgres, server.Connection("meter"), ownerConnection: server.OwnerConnection("meter"));
            await using var locks = await RowLockAndInsert.OpenAsync(lockSetup, server.OwnerConnection("rowlocks"));
            var ef = new TransactionPerCommand(efSetup);
            var seconds = options.Seconds / 2;
            var results = new Dictionary<string, List<Measurement>>();
            var written = new List<double>();
            var bounds = new List<(double SingleRow, double Grouped)>();

            // Warm-up, because the runtime recompiles hot paths in the background.
            await Load.RunAsync(512, options.Seconds, setup.ConvertAsync);
            await Load.RunAsync(512, options.Seconds, onPostgres.ConvertAsync);
            for (var round = 0; round < Rounds; round++)
            {
                bounds.Add(DiskBound(folder, round, seconds));
                var (before, clock) = (counted.Rows, Stopwatch.StartNew());
                await MeasureAsync("meter on SQLite, 512 in flight", 512, setup.ConvertAsync);
                written.Add((counted.Rows - before) / clock.Elapsed.TotalSeconds);
                await MeasureAsync("(a) EF, a transaction a command, 64 in flight", 64, ef.ConvertAsync);
                await MeasureAsync("(b) PostgreSQL, a row lock and an insert a command, 64 connections", 64, locks.ConvertAsync);
                await MeasureAsync("meter on SQLite, 64 in flight", 64, setup.ConvertAsync);
                await MeasureAsync("meter on SQLite, 1 in flight", 1, setup.ConvertAsync);
                await MeasureAsync("(a) EF, a transaction a command, 1 in flight", 1, ef.ConvertAsync);
                await MeasureAsync("meter on PostgreSQL, 512 in flight", 512, onPostgres.ConvertAsync);
            }

            Report(bounds, written, results.ToDictionary(r => r.Key, r => r.Value.OrderBy(m => m.PerSecond).ElementAt(Rounds / 2)));

            async Task MeasureAsync(string name, int inFlight, Func<int, Task<long>> pair)
            {
                var measured = await Load.RunAsync(inFlight, seconds, pair);
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

    private static void Report(
        List<(double SingleRow, double Grouped)> bounds,
        List<double> written,
        Dictionary<string, Measurement> medians)
    {
        var grouped = bounds.Select(b => b.Grouped).Order().ElementAt(Rounds / 2);
        Console.WriteLine(
            $"(c) disk: {bounds
                .Select(b => b.SingleRow)
                .Order()
                .ElementAt(Rounds / 2):N0} commits of one row a second, {grouped:N0} rows a second in commits of 256");
        foreach (var (name, measured) in medians)
        {
            Console.WriteLine($"{name,-68}{measured}");
        }

        var full = medians["meter on SQLite, 512 in flight"];
        var rows = written.Order().ElementAt(Rounds / 2);
        Console.WriteLine();
        Console.WriteLine(
            $"at 512 in flight over (a): {full.PerSecond
                / medians["(a) EF, a transaction a command, 64 in flight"].PerSecond:N1} times (wanted 50)");
        Console.WriteLine(
            $"at 512 in flight over (b): {full.PerSecond
                / medians["(b) PostgreSQL, a row lock and an insert a command, 64 connections"].PerSecond:N1} times (wanted 10)");
        Console.WriteLine($"rows over (c): {rows / grouped:N2} (wanted 0.25; {rows:N0} rows a second)");
        Console.WriteLine(
            $"at 1 in flight over (a): {medians["meter on SQLite, 1 in flight"].PerSecond
                / medians["(a) EF, a transaction a command, 1 in flight"].PerSecond:N2} (wanted 1)");
        Console.WriteLine($"p99 at 512 in flight: {full.P99:N1} ms (wanted under 50)");
    }

    /// <summary>
    /// Compares the meter's throughput with a ledger of ten thousand entries and with a large one, alternating in one run.
    /// </summary>
    public static async Task RunGrowthAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            var rates = new Dictionary<long, List<double>>();
            await using var small = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/small.db");
            await BigLedger.FillAsync(small, 10_000);
            await using var large = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/large.db");
            await BigLedger.FillAsync(large, options.Rows);
            for (var round = 0; round < 3; round++)
            {
                foreach (var setup in (BenchmarkData[])[small, large])
                {
                    var measured = await Load.RunAsync(512, options.Seconds / 2, setup.ConvertAsync);
                    Console.WriteLine($"{setup.Rows,12:N0} entries, 512 in flight: {measured}");
                    (rates.TryGetValue(setup.Rows, out var known) ? known : rates[setup.Rows] = []).Add(measured.PerSecond);
                }
            }

            Console.WriteLine(
                $"large over small, medians of 3: {rates[large.Rows].Order().ElementAt(
                    1) / rates[small.Rows].Order().ElementAt(1):N2} (wanted 0.9)");
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Same durability as the portal (WAL, synchronous FULL), with narrow rows, one prepared statement and one thread.</summary>
    private static (double SingleRow, double Grouped) DiskBound(DirectoryInfo folder, int round, double seconds)
    {
        using var connection = new SqliteConnection($"Data Source={folder}/bound{round}.db");
        connection.Open();
        Execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE Row (Id INTEGER PRIMARY KEY, A INTEGER, B INTEGER, Hash "
                + "BLOB);");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO Row (A, B, Hash) VALUES (@a, @b, @hash)";
        insert.Parameters.AddWithValue("@a", 1L);
        insert.Parameters.AddWithValue("@b", 2L);
        insert.Parameters.AddWithValue("@hash", new byte[32]);
        insert.Prepare();
        return (Rate(1), Rate(256));

        double Rate(int rowsACommit)
        {
            var clock = Stopwatch.StartNew();
            var rows = 0L;
            while (clock.Elapsed.TotalSeconds < seconds / 2)
            {
                using var transaction = connection.BeginTransaction();
                insert.Transaction = transaction;
                for (var i = 0; i < rowsACommit; i++)
                {
                    insert.ExecuteNonQuery();
                }

                transaction.Commit();
                rows += rowsACommit;
            }

            return rows / clock.Elapsed.TotalSeconds;
        }

        void Execute(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Counts inserted, updated and deleted rows.</summary>
    private sealed class CountedRows() : ForwardingDialect(new SqliteDialect())
    {
        private long _rows;

        public long Rows => Volatile.Read(ref _rows);

        public override Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref _rows, steps.Where(step => step.Written is not null).Sum(step => step.Count));
            return base.RunAsync(db, steps, cancellationToken);
        }
    }
}
