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

/// <summary>A database with resellers, each with a large lot and customers with tokens, and the nodes that meter them.</summary>
internal sealed class BenchmarkData : IAsyncDisposable
{
    private const int TokensPerCustomer = 4;

    private readonly List<(Meter Meter, MeterWriter Writer)> _nodes = [];

    private BenchmarkData(PortalDatabase database) => Database = database;

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
        string? ownerConnection = null,
        int resellers = 1)
    {
        var database = new PortalDatabase(dialect, connection);
        await database.MigrateAsync(ownerConnection);
        var setup = new BenchmarkData(database);
        var data = new TestData(database, setup.Protection, TimeProvider.System);
        for (var reseller = 0; reseller < resellers; reseller++)
        {
            var (_, owner) = await data.AddResellerAsync(reseller == 0 ? "northwind" : $"northwind{reseller}", zone: zone);
            await data.BuyAsync(owner, 5_000_000_000, 50_000_000);
            for (var i = 0; i < customers; i++)
            {
                var customer = await data.AddCustomerAsync(owner, $"Customer {i}");
                for (var j = 0; j < TokensPerCustomer; j++)
                {
                    setup.Tokens.Add(await data.IssueAsync(owner, customer, limit: 900_000_000, environment: $"env{j}"));
                }
            }
        }

        await setup.AddNodeAsync();
        return setup;
    }

    /// <summary>Starts a further node on the same database.</summary>
    public async Task AddNodeAsync()
    {
        var meter = new Meter(new PrepaidCoverageService(Database, TimeProvider.System));
        var writer = new MeterWriter(meter, Database, TimeProvider.System, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);
        _nodes.Add((meter, writer));
    }

    public PortalDbContext Open() => Database.Open(TenantScope.CrossTenants("benchmark"));

    /// <summary>Runs one conversion through the first node's meter.</summary>
    /// <returns>Latency of the slower command, in ticks.</returns>
    public Task<long> ConvertAsync(int worker) => ConvertAsync(worker, _nodes[0].Meter);

    /// <summary>Runs one conversion through one of all nodes' meters.</summary>
    /// <inheritdoc cref="ConvertAsync(int)"/>
    public Task<long> ConvertOnAllNodesAsync(int worker) => ConvertAsync(worker, _nodes[worker / Tokens.Count % _nodes.Count].Meter);

    /// <summary>Stops the meters, and closes its SQLite file, which its prepared statements keep open until they are collected.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.Writer.StopAsync(default)));
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
        _nodes.ForEach(node => node.Writer.Dispose());
        SqliteConnection.ClearAllPools();
    }

    private async Task<long> ConvertAsync(int worker, Meter meter)
    {
        var token = Tokens[worker % Tokens.Count];
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var held = (ReserveResult.Held)await meter.ReserveAsync(
            new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf"));
        var middle = System.Diagnostics.Stopwatch.GetTimestamp();
        await meter.SettleAsync(new SettleRequest(held.Key, 1));
        return Math.Max(middle - start, System.Diagnostics.Stopwatch.GetTimestamp() - middle);
    }
}
