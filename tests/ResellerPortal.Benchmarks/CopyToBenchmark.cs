using System.Diagnostics;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Moving;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>Copies an installation from SQLite to PostgreSQL while its meter runs; the last pass compares both without it.</summary>
internal static class CopyToBenchmark
{
    private const int InFlight = 4;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        using var server = PostgreSqlServer.Start();
        try
        {
            var connection = $"Data Source={folder}/portal.db";
            await using var setup = await BenchmarkData.OpenAsync(new SqliteDialect(), connection);
            await BigLedger.FillAsync(setup, options.Rows);
            var target = new PortalDatabase(
                new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), server.Connection("portal"));
            await target.MigrateAsync(server.OwnerConnection("portal"));
            var move = new DatabaseMove(
                new MoveEndpoint(setup.Database, new SqliteCopyDialect(), connection, connection, setup.Protection),
                new MoveEndpoint(
                    target,
                    new PostgreSqlCopyDialect(),
                    server.Connection("portal"),
                    server.OwnerConnection("portal"),
                    setup.Protection),
                TimeProvider.System);

            Console.WriteLine($"meter alone, {InFlight} in flight  {await Load.RunAsync(InFlight, options.Seconds, setup.ConvertAsync)}");
            await MeasureAsync("first pass, with the meter", () => move.CopyAsync(null, default));
            await MeasureAsync("second pass, with the meter", () => move.CopyAsync(null, default));
            await setup.StopAsync();
            var start = Stopwatch.GetTimestamp();
            var report = await move.FinishAsync(null, default);
            Console.WriteLine(
                $"last pass: {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s, {report.Tables.Sum(t => t.Rows):N0} rows compared at "
                    + $"both ends ({report.Tables.Count(t => !t.IsEqual)} tables differ), {report.Entries:N0} entries verified");

            async Task MeasureAsync(string name, Func<Task<Core.Persistence.Copying.CopyResult>> pass)
            {
                var copying = Task.Run(async () =>
                {
                    var clock = Stopwatch.StartNew();
                    var result = await pass();
                    return (result.Written, clock.Elapsed.TotalSeconds);
                });
                var converted = 0L;
                await Task.WhenAll(Enumerable.Range(0, InFlight).Select(worker => Task.Run(async () =>
                {
                    while (!copying.IsCompleted)
                    {
                        await setup.ConvertAsync(worker);
                        Interlocked.Increment(ref converted);
                    }
                })));
                var (written, seconds) = await copying;
                Console.WriteLine(
                    $"{name}: {seconds:N1} s, {written:N0} rows written, {written / seconds:N0} a second; meanwhile "
                        + $"{converted / seconds:N0} conversions a second");
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Npgsql.NpgsqlConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }
}
