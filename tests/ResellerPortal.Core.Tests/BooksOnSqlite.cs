using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests;

/// <summary>A migrated SQLite file of its own for a test, with a clock that the test sets and a running meter.</summary>
public sealed class BooksOnSqlite : IAsyncDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"portal-test-{Guid.NewGuid():N}.db");
    private readonly MeterWriter _writer;

    private BooksOnSqlite(DateTimeOffset now)
    {
        Clock = new FakeTimeProvider(now);
        var dialect = new SqliteDialect();
        var options = PortalDatabase.OptionsFor(dialect, $"Data Source={_file}");
        Books = new Books(new PortalDatabase(options, dialect), new EphemeralDataProtectionProvider(), Clock);
        Meter = new Meter();
        _writer = new MeterWriter(Meter, Database, Clock, NullLogger<MeterWriter>.Instance);
    }

    public FakeTimeProvider Clock { get; }

    public Books Books { get; }

    public Meter Meter { get; }

    public PortalDatabase Database => Books.Database;

    public static async Task<BooksOnSqlite> OpenAsync(string now = "2026-10-15T12:00:00Z")
    {
        var books = new BooksOnSqlite(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        await books.Database.MigrateAsync();
        await books._writer.StartAsync(default);
        return books;
    }

    public PortalDbContext OpenAll() => Database.Open(TenantScope.CrossTenants("test"));

    public async Task<Guid> HoldAsync(string secret, long quantity = 1) =>
        Assert.IsType<ReserveResult.Held>(await ReserveAsync(secret, quantity)).ReservationId;

    public Task<ReserveResult> ReserveAsync(string secret, long quantity = 1) =>
        Meter.ReserveAsync(new ReserveRequest(Core.Tokens.TokenSecret.Hash(secret), "docx-to-pdf", quantity));

    public async Task UseAsync(string secret, long quantity = 1) =>
        Assert.IsType<SettleResult.Recorded>(await Meter.SettleAsync(new SettleRequest(await HoldAsync(secret, quantity), quantity)));

    public async Task AssertLedgerIsCleanAsync()
    {
        Assert.Empty((await new LedgerVerifier(Database).VerifyAsync()).Faults);
        Assert.Empty(await new Core.Invoicing.ClaimVerifier(Database).VerifyAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync(default);
        _writer.Dispose();
        SqliteConnection.ClearAllPools();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
        {
            File.Delete(file);
        }
    }
}
