using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests;

/// <summary>A separate migrated database per test, with a controllable clock and running metering.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Action _remove;
    private readonly Func<PortalDbContext> _owner;
    private readonly ConcurrentDictionary<string, ResellerId> _resellers = [];
    private MeterWriter _writer;

    private TestDatabase(PortalDatabase database, Func<PortalDbContext> owner, DateTimeOffset now, Action remove)
    {
        Clock = new FakeTimeProvider(now);
        Data = new TestData(database, Protection, Clock);
        (_remove, _owner) = (remove, owner);
        Meter = NewMeter();
        _writer = NewWriter();
    }

    public FakeTimeProvider Clock { get; }

    public IDataProtectionProvider Protection { get; } = new EphemeralDataProtectionProvider();

    public TestData Data { get; }

    public Meter Meter { get; private set; }

    public PortalDatabase Database => Data.Database;

    public static async Task<TestDatabase> OpenAsync(
        IDatabaseDialect dialect,
        string connection,
        Action remove,
        string now = "2026-10-15T12:00:00Z",
        string? ownerConnection = null)
    {
        var portal = new PortalDatabase(dialect, connection);
        var database = new TestDatabase(portal, OpenAsOwner, DateTimeOffset.Parse(now, CultureInfo.InvariantCulture), remove);
        await portal.MigrateAsync(ownerConnection);
        await database._writer.StartAsync(default);
        return database;

        PortalDbContext OpenAsOwner() => new(
            PortalDatabase.OptionsFor(dialect, ownerConnection ?? connection), TenantScope.CrossTenants("the owner is refused as well"));
    }

    /// <summary>Connects as the owner of the tables.</summary>
    public PortalDbContext OpenAsOwner() => _owner();

    public PortalDbContext OpenAll() => Database.Open(TenantScope.CrossTenants("test"));

    /// <summary>The secret of a token; its reseller has 100 conversions.</summary>
    public async Task<string> SellAsync()
    {
        var (_, owner) = await Data.AddResellerAsync("northwind");
        await Data.BuyAsync(owner, 100, 1m);
        return (await Data.IssueAsync(owner, await Data.AddCustomerAsync(owner, "Fabrikam"))).Secret;
    }

    public async Task<RowKey> HoldAsync(string secret, long? quantity = 1, string converter = "docx-to-pdf") =>
        Assert.IsType<ReserveResult.Held>(await ReserveAsync(secret, quantity, converter)).Key;

    public async Task<ReserveResult> ReserveAsync(string secret, long? quantity = 1, string converter = "docx-to-pdf") =>
        await Meter.ReserveAsync(new ReserveRequest(await FindResellerAsync(secret), TokenSecret.Hash(secret), converter, quantity));

    /// <summary>Finds whose a token is; no reseller at all if there is no such token.</summary>
    private async Task<ResellerId> FindResellerAsync(string secret)
    {
        if (!_resellers.TryGetValue(secret, out var reseller))
        {
            var hash = TokenSecret.Hash(secret);
            await using var db = OpenAll();
            reseller = await db.ApiTokens.Where(t => t.SecretHash == hash || t.PreviousSecretHash == hash)
                .Select(t => t.ResellerId)
                .FirstOrDefaultAsync();
            _resellers[secret] = reseller;
        }

        return reseller;
    }

    public async Task UseAsync(string secret, long quantity = 1, string converter = "docx-to-pdf") =>
        Assert.IsType<SettleResult.Recorded>(
            await Meter.SettleAsync(new SettleRequest(await HoldAsync(secret, quantity, converter), quantity)));

    /// <summary>Another node: its metering state is lost with its memory.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await _writer.StartAsync(default);
    }

    /// <summary>The node ends, and with it its connections.</summary>
    public async Task StopAsync()
    {
        await _writer.StopAsync(default);
        _writer.Dispose();
        Meter = NewMeter();
        _writer = NewWriter();

        // A SQLite file stays open until the writer's prepared statements are collected; a process that ends needs no collection.
        SqliteConnection.ClearAllPools();
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    public async Task<int> SweepAsync()
    {
        using var sweeper = new ReservationSweepWorker(Meter, Database, [], Clock, NullLogger<ReservationSweepWorker>.Instance);
        return await sweeper.RunAsync();
    }

    public async Task AssertLedgerIsCleanAsync()
    {
        Assert.Empty((await new LedgerVerifier(Database).VerifyAsync()).Faults);
        Assert.Empty(await new Core.Invoicing.ClaimVerifier(Database).VerifyAsync());
        Assert.Empty(await new Core.Balances.BalanceVerifier(Database).VerifyAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync(default);
        _writer.Dispose();
        _remove();
    }

    public Meter NewMeter(int capacity = Meter.DefaultCapacity) => new(new PrepaidCoverageService(Database, Clock), capacity);

    private MeterWriter NewWriter() => new(Meter, Database, Clock, NullLogger<MeterWriter>.Instance);
}

/// <summary>Opens a separate SQLite file.</summary>
internal static class TestDatabaseOnSqlite
{
    public static Task<TestDatabase> OpenAsync(string now = "2026-10-15T12:00:00Z", IDatabaseDialect? dialect = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"portal-test-{Guid.NewGuid():N}.db");
        return TestDatabase.OpenAsync(dialect ?? new SqliteDialect(), $"Data Source={file}", Remove, now);

        void Remove()
        {
            SqliteConnection.ClearAllPools();
            foreach (var part in (string[])[file, file + "-wal", file + "-shm"])
            {
                File.Delete(part);
            }
        }
    }
}
