using System.Diagnostics;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;

namespace ResellerPortal.Benchmarks;

/// <summary>Server time of the usage pages with ten thousand entries and with many, alternating in one run.</summary>
internal static class DashboardBenchmark
{
    private const int Rounds = 300;
    private const long Small = 10_000;

    /// <summary>
    /// Few enough that ten thousand entries already cover every day of every token, so that more entries do not add rollups.
    /// </summary>
    private const int Customers = 5;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            await using var small = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/small.db", Customers);
            await BigLedger.FillAsync(small, Small);
            await using var large = await BenchmarkData.OpenAsync(new SqliteDialect(), $"Data Source={folder}/large.db", Customers);
            await BigLedger.FillAsync(large, options.Rows);
            foreach (var (name, page) in Pages())
            {
                var times = new Dictionary<BenchmarkData, List<double>> { [small] = [], [large] = [] };
                for (var round = -20; round < Rounds; round++)
                {
                    foreach (var setup in (BenchmarkData[])[small, large])
                    {
                        var start = Stopwatch.GetTimestamp();
                        await page(setup);
                        if (round >= 0)
                        {
                            times[setup].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                        }
                    }
                }

                var (few, many) = (P95(times[small]), P95(times[large]));
                Console.WriteLine(
                    $"{name,-34} p95 {few,7:N2} ms at {Small:N0}, {many,7:N2} ms at {options.Rows:N0}: ratio {many / few:N2} (wanted at "
                        + "most 1.2)");
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static (string Name, Func<BenchmarkData, Task> Page)[] Pages() =>
    [
        ("dashboard", setup => new ResellerDashboardQueries(setup.Database, TimeProvider.System).ReadAsync(Owner(setup))),
        (
            "customers with estimates",
            setup => new CustomerQueries(setup.Database, TimeProvider.System).ReadPageAsync(Owner(setup), null, false, 0, 25)),
        ("ledger, first page", setup => LedgerAsync(setup, 0)),
        ("ledger, last page", setup => LedgerAsync(setup, int.MaxValue)),
        ("ledger of one customer", setup => new LedgerQueries(setup.Database, TimeProvider.System).ReadPageAsync(
            Owner(setup), new LedgerFilter(CustomerId: setup.Tokens[0].Token.CustomerId), LedgerSort.Occurred, true, 0, 25)),
        ("customer's own usage", setup => new CustomerUsageQueries(setup.Database, TimeProvider.System).ReadAsync(Customer(setup))),
        ("customer's own ledger", setup => new CustomerLedgerQueries(setup.Database).ReadPageAsync(Customer(setup), 0, 25)),
    ];

    private static async Task LedgerAsync(BenchmarkData setup, int skip)
    {
        var ledger = new LedgerQueries(setup.Database, TimeProvider.System);
        var from = skip == 0 ? 0 : (int)((setup.Rows / 25 * 25) - 25);
        await ledger.ReadPageAsync(Owner(setup), new LedgerFilter(), LedgerSort.Occurred, true, from, 25);
    }

    private static Actor Owner(BenchmarkData setup) => Actor.Portal("benchmark", TenantScope.ForReseller(setup.Tokens[0].Token.ResellerId));

    private static Actor Customer(BenchmarkData setup) =>
        Actor.Portal("benchmark", TenantScope.ForCustomer(setup.Tokens[0].Token.ResellerId, setup.Tokens[0].Token.CustomerId));

    private static double P95(List<double> times) => times.Order().ElementAt((int)(times.Count * 0.95));
}
