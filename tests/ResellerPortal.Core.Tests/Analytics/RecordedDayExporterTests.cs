using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Analytics;

public sealed class RecordedDayExporterTests(DatabaseServers databases) : IClassFixture<DatabaseServers>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-analytics-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [EachProvider]
    public async Task Each_entry_is_in_the_file_of_its_reseller_and_of_the_day_it_was_recorded_on(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (northwind, northwindToken) = await SellAsync(database, "northwind");
        var (fabrikam, fabrikamToken) = await SellAsync(database, "fabrikam");
        await database.UseAsync(northwindToken.Secret, 4);
        await database.UseAsync(fabrikamToken.Secret, 1, "xlsx-to-pdf");
        database.Clock.Advance(TimeSpan.FromDays(2));
        var twoDaysAgo = database.Clock.GetUtcNow().AddDays(-2);
        await database.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(northwindToken, twoDaysAgo, 3)]);
        await database.Meter.SettleAsync(new SettleRequest(await database.HoldAsync(northwindToken.Secret), null, "upstream-1"));
        await TestData.Valued(new LedgerCorrectionService(database.Database, database.Clock).CorrectAsync(
            northwind, northwindToken.Token.CustomerId, 1, 1, "counted too much"));
        database.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(6, await CreateExporter(database).ExportMissingAsync());

        foreach (var (owner, counts) in new[] { (northwind, (int[])[1, 0, 3]), (fabrikam, [1, 0, 0]) })
        {
            var read = new List<int>();
            foreach (var day in (string[])["2026-10-15", "2026-10-16", "2026-10-17"])
            {
                var expected = await ReadLedgerAsync(database, owner.Reseller, day);
                var (rows, _) = await LedgerFile.ReadAsync(LedgerFile.GetPath(_folder, owner.Reseller, day));
                Assert.Equal(expected, rows);
                read.Add(rows.Count);
            }

            Assert.Equal(counts, read);
        }
    }

    [Theory]
    [EachProvider]
    public async Task A_day_is_complete_although_clocks_differ_and_entries_are_recorded_around_midnight(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, token) = await SellAsync(database, "northwind");
        database.Clock.SetUtcNow(Utc("2026-10-15T20:00:00Z"));
        var slow = new FakeTimeProvider(database.Clock.GetUtcNow().AddMinutes(-50));
        var recorders = new[] { database.Data.Recorder, new UsageRecorder(database.Database, slow) };
        var exporter = CreateExporter(database);
        for (var quarter = 0; quarter < 120; quarter++)
        {
            var exporting = exporter.ExportMissingAsync();
            await recorders[quarter % 2].RecordAsync(owner.Scope, [TestData.Fact(token, slow.GetUtcNow())]);
            await exporting;
            database.Clock.Advance(TimeSpan.FromMinutes(15));
            slow.Advance(TimeSpan.FromMinutes(15));
        }

        await exporter.ExportMissingAsync();

        var entries = 0;
        foreach (var day in (string[])["2026-10-15", "2026-10-16"])
        {
            var expected = await ReadLedgerAsync(database, owner.Reseller, day);
            Assert.NotEqual(expected.OrderBy(r => r.RecordedAt), expected);
            Assert.Equal(expected, (await LedgerFile.ReadAsync(LedgerFile.GetPath(_folder, owner.Reseller, day))).Rows);
            entries += expected.Count;
        }

        Assert.Equal(114, entries);

        // Where the search looks depends on how much follows.
        var last = LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-16");
        for (var following = 0; following < 16; following++)
        {
            await database.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, slow.GetUtcNow())]);
            File.Delete(last);
            await exporter.ExportMissingAsync();
            Assert.Equal(await ReadLedgerAsync(database, owner.Reseller, "2026-10-16"), (await LedgerFile.ReadAsync(last)).Rows);
        }
    }

    [Fact]
    public async Task Days_that_were_missed_are_written_once_and_those_that_exist_stay_as_they_are()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, token) = await SellAsync(sqlite, "northwind");
        using var worker = new AnalyticsExportWorker(
            CreateExporter(sqlite),
            new AnalyticsOptions { Folder = _folder.FullName },
            sqlite.Clock,
            NullLogger<AnalyticsExportWorker>.Instance);
        await sqlite.UseAsync(token.Secret);
        sqlite.Clock.SetUtcNow(Utc("2026-10-16T00:59:59Z"));
        Assert.Equal(0, await worker.RunAsync());
        sqlite.Clock.SetUtcNow(Utc("2026-10-16T01:00:00Z"));
        Assert.Equal(1, await worker.RunAsync());
        Assert.Equal(0, await worker.RunAsync());
        var first = LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-15");
        await File.WriteAllTextAsync(first, "as it was");

        sqlite.Clock.Advance(TimeSpan.FromDays(4));
        await sqlite.UseAsync(token.Secret, 2);
        Assert.Equal(4, await worker.RunAsync());

        Assert.Equal("as it was", await File.ReadAllTextAsync(first));
        File.Delete(LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-17"));
        sqlite.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await worker.RunAsync());
        var (rows, _) = await LedgerFile.ReadAsync(LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-20"));
        Assert.Equal(2, Assert.Single(rows).Quantity);
    }

    [Fact]
    public async Task Old_files_that_were_moved_away_are_written_again_only_when_they_are_asked_for()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, token) = await SellAsync(sqlite, "northwind");
        await sqlite.UseAsync(token.Secret);
        sqlite.Clock.Advance(TimeSpan.FromDays(5));
        var exporter = CreateExporter(sqlite);
        Assert.Equal(5, await exporter.ExportMissingAsync());
        foreach (var day in (string[])["2026-10-15", "2026-10-16"])
        {
            File.Delete(LedgerFile.GetPath(_folder, owner.Reseller, day));
        }

        Assert.Equal(0, await exporter.ExportMissingAsync());
        Assert.Equal(1, await exporter.ExportAsync(new DateOnly(2020, 1, 1), new DateOnly(2026, 10, 15)));
        Assert.Equal(1, await exporter.ExportMissingAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => exporter.ExportAsync(new DateOnly(2026, 10, 15), new DateOnly(2026, 10, 20)));
    }

    [Fact]
    public async Task What_a_killed_export_left_is_removed_and_never_has_the_name_of_a_file()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, token) = await SellAsync(sqlite, "northwind");
        await sqlite.UseAsync(token.Secret);
        sqlite.Clock.Advance(TimeSpan.FromDays(1));
        var broken = new RecordedDayExporter(
            sqlite.Database,
            new RecordedDayReader(sqlite.Database),
            new BreakingWriter(),
            new AnalyticsOptions { Folder = _folder.FullName },
            sqlite.Clock);
        await Assert.ThrowsAsync<IOException>(() => broken.ExportMissingAsync());
        var file = LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-15");
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.Empty(_folder.GetFiles("*.parquet", SearchOption.AllDirectories));

        Assert.Equal(1, await CreateExporter(sqlite).ExportMissingAsync());

        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
        Assert.Single((await LedgerFile.ReadAsync(file)).Rows);
    }

    [Fact]
    public async Task Nodes_that_share_the_folder_take_turns()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, token) = await SellAsync(sqlite, "northwind");
        await sqlite.UseAsync(token.Secret);
        sqlite.Clock.Advance(TimeSpan.FromDays(1));
        var waiting = new WaitingWriter();
        var other = new RecordedDayExporter(
            sqlite.Database,
            new RecordedDayReader(sqlite.Database),
            waiting,
            new AnalyticsOptions { Folder = _folder.FullName },
            sqlite.Clock);
        var writing = other.ExportMissingAsync();
        await waiting.Started;

        Assert.Null(await CreateExporter(sqlite).ExportMissingAsync());
        waiting.Finish();

        Assert.Equal(1, await writing);
        Assert.Equal(0, await CreateExporter(sqlite).ExportMissingAsync());
    }

    [Fact]
    public async Task A_long_ledger_is_read_in_pages_and_written_in_groups()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, token) = await SellAsync(sqlite, "northwind");
        for (var day = 0; day < 3; day++)
        {
            for (var part = 0; part < 3; part++)
            {
                var facts = Enumerable.Range(0, 1100 * (day + 1)).Select(_ => TestData.Fact(token, sqlite.Clock.GetUtcNow()));
                await sqlite.Data.Recorder.RecordAsync(owner.Scope, [.. facts]);
                sqlite.Clock.Advance(TimeSpan.FromHours(3));
            }

            sqlite.Clock.Advance(TimeSpan.FromHours(15));
        }

        Assert.Equal(3, await CreateExporter(sqlite, rowGroupSize: 2500).ExportMissingAsync());

        foreach (var (day, count, groups) in new[] { ("2026-10-15", 3300, 2), ("2026-10-16", 6600, 3), ("2026-10-17", 9900, 4) })
        {
            var file = await LedgerFile.ReadAsync(LedgerFile.GetPath(_folder, owner.Reseller, day));
            Assert.Equal((count, groups), (file.Rows.Count, file.Groups));
            Assert.Equal(await ReadLedgerAsync(sqlite, owner.Reseller, day), file.Rows);
        }
    }

    [Fact]
    public async Task No_salt_and_no_text_that_somebody_typed_is_in_a_file()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, token) = await SellAsync(sqlite, "northwind");
        await sqlite.UseAsync(token.Secret, 4);
        await TestData.Valued(new LedgerCorrectionService(sqlite.Database, sqlite.Clock).CorrectAsync(
            owner, token.Token.CustomerId, 1, 1, "Jane Doe counted too much"));
        sqlite.Clock.Advance(TimeSpan.FromDays(1));
        await CreateExporter(sqlite).ExportMissingAsync();

        var file = await File.ReadAllBytesAsync(LedgerFile.GetPath(_folder, owner.Reseller, "2026-10-15"));

        await using var db = sqlite.OpenAll();
        Assert.All(await db.LedgerEntries.ToListAsync(), e => Assert.True(file.AsSpan().IndexOf(e.Hash) > 0));
        Assert.All(await db.LotDraws.ToListAsync(), d => Assert.Equal(-1, file.AsSpan().IndexOf(d.Salt)));
        Assert.Equal(-1, file.AsSpan().IndexOf("Jane"u8));
        Assert.Equal(-1, file.AsSpan().IndexOf("environment-of-jane"u8));
    }

    [Fact]
    public void A_folder_that_is_missing_is_refused_with_its_name()
    {
        var missing = Path.Combine(_folder.FullName, "missing");

        var refusal = Assert.Throws<InvalidOperationException>(() => new AnalyticsOptions { Folder = missing }.Validate());

        Assert.Contains($"Analytics:Folder is '{missing}'", refusal.Message, StringComparison.Ordinal);
        new AnalyticsOptions { Folder = _folder.FullName }.Validate();
        Assert.Empty(_folder.GetFileSystemInfos());
        new AnalyticsOptions().Validate();
    }

    private static DateTimeOffset Utc(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    /// <summary>A reseller whose larger usages draw from two lots.</summary>
    private static async Task<(Actor Owner, IssuedToken Token)> SellAsync(TestDatabase database, string slug)
    {
        var (_, owner) = await database.Data.AddResellerAsync(slug);
        await database.Data.BuyAsync(owner, 3, 0.045m, validityDays: 100);
        await database.Data.BuyAsync(owner, 100_000, 2, validityDays: 200);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme of " + slug);
        return (owner, await database.Data.IssueAsync(owner, customer, environment: "environment-of-jane"));
    }

    /// <summary>What the ledger has of a day, by customer and sequence.</summary>
    private static async Task<IReadOnlyList<LedgerFileRow>> ReadLedgerAsync(TestDatabase database, ResellerId reseller, string day)
    {
        await using var db = database.OpenAll();
        var from = Utc(day + "T00:00:00Z");
        var until = from.AddDays(1);
        var draws = (await db.LotDraws.Where(d => d.ResellerId == reseller).ToListAsync()).ToLookup(d => (d.CustomerId, d.Sequence));
        var entries = await db.LedgerEntries
            .Where(e => e.ResellerId == reseller && e.RecordedAtUtc >= from && e.RecordedAtUtc < until)
            .ToListAsync();
        return
        [
            .. entries
                .Select(e => LedgerFileRow.FromLedger(e, [.. draws[(e.CustomerId, e.Sequence)]]))
                .OrderBy(r => r.CustomerId)
                .ThenBy(r => r.Sequence),
        ];
    }

    private RecordedDayExporter CreateExporter(TestDatabase database, int rowGroupSize = ParquetLedgerWriter.DefaultRowGroupSize) => new(
        database.Database,
        new RecordedDayReader(database.Database),
        new ParquetLedgerWriter(rowGroupSize),
        new AnalyticsOptions { Folder = _folder.FullName },
        database.Clock);

    /// <summary>Fails after a few bytes, as a full disk does.</summary>
    private sealed class BreakingWriter : ILedgerFileWriter
    {
        public string Extension => "parquet";

        public async Task WriteAsync(Stream stream, IAsyncEnumerable<LedgerEntryCost> entries, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("PAR1"u8.ToArray(), cancellationToken);
            throw new IOException("The disk is full.");
        }
    }

    /// <summary>Holds a file open until it is told to finish.</summary>
    private sealed class WaitingWriter : ILedgerFileWriter
    {
        private readonly TaskCompletionSource _started = new();
        private readonly TaskCompletionSource _finished = new();

        public string Extension => "parquet";

        public Task Started => _started.Task;

        public void Finish() => _finished.SetResult();

        public async Task WriteAsync(Stream stream, IAsyncEnumerable<LedgerEntryCost> entries, CancellationToken cancellationToken)
        {
            _started.SetResult();
            await _finished.Task;
        }
    }
}
