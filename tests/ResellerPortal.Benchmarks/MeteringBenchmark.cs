using System.Diagnostics;
using Microsoft.Data.Sqlite;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Reserve-and-settle pairs a second of the group-commit meter, beside (a) one EF Core transaction a command on the same
/// kind of file, (b) PostgreSQL with a row lock and an insert a request, (c) what the disk allows in commits of 256 rows.
/// </summary>
internal static class MeteringBenchmark
{
    /// <summary>A pair inserts a reservation, an entry and its draw, and deletes the reservation; counters are shared by a batch.</summary>
    private const int RowsPerPair = 4;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            var bound = DiskBound(folder, options.Seconds);
            Console.WriteLine($"(c) disk: {bound.SingleRow:N0} commits of one row a second, {bound.Grouped:N0} rows a second in commits of 256");

            var ours = new Dictionary<int, Measured>();
            await using (var market = await Market.OpenAsync(new SqliteDialect(), $"Data Source={folder}/meter.db"))
            {
                foreach (var inFlight in (int[])[1, 64, 512])
                {
                    ours[inFlight] = await Load.RunAsync(inFlight, options.Seconds, market.ConvertAsync);
                    Console.WriteLine($"meter on SQLite, {inFlight,3} in flight: {ours[inFlight]}");
                }
            }

            var efs = new Dictionary<int, Measured>();
            await using (var market = await Market.OpenAsync(new SqliteDialect(), $"Data Source={folder}/ef.db"))
            {
                var single = new OneTransactionACommand(market);
                foreach (var inFlight in (int[])[1, 64])
                {
                    efs[inFlight] = await Load.RunAsync(inFlight, options.Seconds, single.ConvertAsync);
                    Console.WriteLine($"(a) EF, a transaction a command, {inFlight,3} in flight: {efs[inFlight]}");
                }
            }

            using var server = PostgreSqlServer.Start("shared_buffers=1GB", "max_wal_size=4GB");
            Measured rowLocks;
            await using (var market = await Market.OpenAsync(new PostgreSqlDialect(), server.Connection("rowlocks")))
            {
                await using var locks = await RowLockAndInsert.OpenAsync(market, server.Connection("rowlocks"));
                rowLocks = await Load.RunAsync(64, options.Seconds, locks.ConvertAsync);
                Console.WriteLine($"(b) PostgreSQL, a row lock and an insert a command, 64 connections: {rowLocks}");
            }

            Measured onPostgres;
            await using (var market = await Market.OpenAsync(new PostgreSqlDialect(), server.Connection("meter")))
            {
                onPostgres = await Load.RunAsync(512, options.Seconds, market.ConvertAsync);
                Console.WriteLine($"meter on PostgreSQL, 512 in flight: {onPostgres}");
            }

            var rows = ours[512].PerSecond * RowsPerPair;
            Console.WriteLine();
            Console.WriteLine($"at 512 in flight over (a): {ours[512].PerSecond / efs[64].PerSecond:N1} times (wanted 50)");
            Console.WriteLine($"at 512 in flight over (b): {ours[512].PerSecond / rowLocks.PerSecond:N1} times (wanted 10)");
            Console.WriteLine($"rows over (c): {rows / bound.Grouped:N2} (wanted 0.25; {rows:N0} rows a second)");
            Console.WriteLine($"at 1 in flight over (a): {ours[1].PerSecond / efs[1].PerSecond:N2} (wanted 1)");
            Console.WriteLine($"p99 at 512 in flight: {ours[512].P99:N1} ms (wanted under 50)");
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The meter's rate with a ledger of ten thousand entries and with a large one, in one run, taking turns.</summary>
    public static async Task RunGrowthAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            var rates = new Dictionary<long, List<double>>();
            await using var small = await Market.OpenAsync(new SqliteDialect(), $"Data Source={folder}/small.db");
            await BigLedger.FillAsync(small, 10_000);
            await using var large = await Market.OpenAsync(new SqliteDialect(), $"Data Source={folder}/large.db");
            await BigLedger.FillAsync(large, options.Rows);
            for (var round = 0; round < 3; round++)
            {
                foreach (var market in (Market[])[small, large])
                {
                    var measured = await Load.RunAsync(512, options.Seconds / 2, market.ConvertAsync);
                    Console.WriteLine($"{market.Rows,12:N0} entries, 512 in flight: {measured}");
                    (rates.TryGetValue(market.Rows, out var known) ? known : rates[market.Rows] = []).Add(measured.PerSecond);
                }
            }

            Console.WriteLine($"large over small, medians of 3: {rates[large.Rows].Order().ElementAt(1) / rates[small.Rows].Order().ElementAt(1):N2} (wanted 0.9)");
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The same durability as the portal (WAL, synchronous FULL), narrow rows, one prepared statement, one thread.</summary>
    private static (double SingleRow, double Grouped) DiskBound(DirectoryInfo folder, double seconds)
    {
        using var connection = new SqliteConnection($"Data Source={folder}/bound.db");
        connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE Row (Id INTEGER PRIMARY KEY, A INTEGER, B INTEGER, Hash BLOB);");
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
}
