using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>A database with one reseller, a large lot, and customers with tokens.</summary>
internal sealed class BenchmarkData : IAsyncDisposable
{
    private const int TokensPerCustomer = 4;

    private readonly Meter _meter;
    private readonly MeterWriter _writer;

    private BenchmarkData(PortalDatabase database)
    {
        Database = database;
        _meter = new Meter(new PrepaidCoverageService(database, TimeProvider.System));
        _writer = new MeterWriter(_meter, database, TimeProvider.System, NullLogger<MeterWriter>.Instance);
    }

    public PortalDatabase Database { get; }

    public IDataProtectionProvider Protection { get; } = new EphemeralDataProtectionProvider();

    public List<IssuedToken> Tokens { get; } = [];

    /// <summary>Number of generated ledger entries.</summary>
    public long Rows { get; set; }

    public static async Task<BenchmarkData> OpenAsync(
        IDatabaseDialect dialect,
        string connection,
        int customers = 16,
        string zone = "Europe/Vilnius",
        string? ownerConnection = null)
    {
        var database = new PortalDatabase(dialect, connection);
        await database.MigrateAsync(ownerConnection);
        var setup = new BenchmarkData(database);
        var data = new TestData(database, setup.Protection, TimeProvider.System);
        var (_, owner) = await data.AddResellerAsync("northwind", zone: zone);
        await data.BuyAsync(owner, 5_000_000_000, 50_000_000);
        for (var i = 0; i < customers; i++)
        {
            var customer = await data.AddCustomerAsync(owner, $"Customer {i}");
            for (var j = 0; j < TokensPerCustomer; j++)
            {
                setup.Tokens.Add(await data.IssueAsync(owner, customer, limit: 900_000_000, environment: $"env{j}"));
            }
        }

        await setup._writer.StartAsync(default);
        return setup;
    }

    public PortalDbContext Open() => Database.Open(TenantScope.CrossTenants("benchmark"));

    /// <summary>Runs one conversion through the meter.</summary>
    /// <returns>Latency of the slower command, in ticks.</returns>
    public async Task<long> ConvertAsync(int worker)
    {
        var token = Tokens[worker % Tokens.Count];
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var held = (ReserveResult.Held)await _meter.ReserveAsync(new ReserveRequest(token.Token.SecretHash, "docx-to-pdf"));
        var middle = System.Diagnostics.Stopwatch.GetTimestamp();
        await _meter.SettleAsync(new SettleRequest(held.ReservationId, 1));
        return Math.Max(middle - start, System.Diagnostics.Stopwatch.GetTimestamp() - middle);
    }

    /// <summary>Stops the meter, and closes its SQLite file, which its prepared statements keep open until they are collected.</summary>
    public async Task StopAsync()
    {
        await _writer.StopAsync(default);
        SqliteConnection.ClearAllPools();
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _writer.Dispose();
        SqliteConnection.ClearAllPools();
    }
}
