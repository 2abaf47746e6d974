using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Analytics;
using ResellerPortal.Core.Tests.Moving;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Archiving;

/// <summary>Months leave the database for files, and nothing is lost, counted twice or computed from a part.</summary>
public sealed class ArchiveTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_was_recorded_is_verified_as_a_whole_with_its_archive_and_named_without(int seed)
    {
        await using var fixture = await ArchiveFixture.OpenAsync(databases);
        await RecordFourMonthsAsync(fixture, new Random(seed));
        await fixture.SealAsync();
        var (before, _, clean) = await fixture.VerifyAsync(isArchiveGiven: false);
        Assert.Empty(clean);
        var rows = await fixture.CountAsync();

        var report = (await fixture.RunAsync(2027, 1)).Value;

        Assert.Empty(report.Waiting);
        Assert.Equal(
            [
                "history-2026-10.zip", "history-2026-11.zip", "history-2026-12.zip",
                "ledger-2026-10.zip", "ledger-2026-11.zip", "ledger-2026-12.zip",
            ],
            fixture.Files);
        var left = await fixture.CountAsync();
        Assert.Equal(rows.Entries, left.Entries + report.Months.Where(m => m.Kind == ArchiveKind.Ledger).Sum(m => m.Entries));
        Assert.True(left.Entries < rows.Entries && left.Draws < rows.Draws);
        await fixture.SealAsync();
        var (whole, history, faults) = await fixture.VerifyAsync(isArchiveGiven: true);
        Assert.Empty(faults);
        Assert.Empty(whole.Unverified);
        Assert.Empty(history.Unverified);
        Assert.Equal(before.Entries, whole.Entries);

        var (part, events, none) = await fixture.VerifyAsync(isArchiveGiven: false);
        Assert.Empty(none);
        Assert.Equal(left.Entries, part.Entries);
        Assert.Contains(part.Unverified, text => text.Contains("ledger-2026-12.zip", StringComparison.Ordinal));
        Assert.Contains(events.Unverified, text => text.Contains("history-2026-11.zip", StringComparison.Ordinal));

        await fixture.Database.UseAsync(fixture.Invoicing.Secret, 3);
        Assert.Empty((await fixture.VerifyAsync(isArchiveGiven: true)).Faults);
        Assert.Empty(await new ClaimVerifier(fixture.Database.Database).VerifyAsync());
    }

    [Fact]
    public async Task A_changed_archive_is_found_even_if_the_database_was_told_of_it()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        await fixture.RunAsync();
        var path = Path.Combine(fixture.Folder, "ledger-2026-10.zip");
        ReplaceInArchive(path, "docx-to-pdf", "docx-to-png");

        Assert.Contains(
            "ledger-2026-10.zip is not the file that was written.", (await fixture.VerifyAsync(isArchiveGiven: true)).Faults);

        await using var owner = fixture.Database.OpenAsOwner();
        var hash = System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path));
        await owner.Database.ExecuteSqlAsync(
            $"UPDATE \"ArchivedMonth\" SET \"FileHash\" = {hash} WHERE \"FileName\" = 'ledger-2026-10.zip'");
        Assert.Contains(
            (await fixture.VerifyAsync(isArchiveGiven: true)).Faults,
            f => f.Contains("the chain breaks at entry 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_month_waits_for_its_invoices_and_says_whose_are_missing()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        var data = fixture.Database.Data;
        var other = await data.IssueAsync(fixture.Invoicing.Owner, await data.AddCustomerAsync(fixture.Invoicing.Owner, "Tardy"));
        await data.Recorder.RecordAsync(
            fixture.Invoicing.Owner.Scope, [TestData.Fact(other, new DateTimeOffset(2026, 10, 3, 12, 0, 0, TimeSpan.Zero))]);
        await fixture.SealAsync();

        var report = (await fixture.RunAsync()).Value;

        Assert.Contains(
            "2026-10: the usage of Tardy (customer of northwind Ltd) is not on a finalised invoice",
            report.Waiting[0],
            StringComparison.Ordinal);
        Assert.DoesNotContain(report.Months, m => m.Kind == ArchiveKind.Ledger);
        Assert.Equal(4, (await fixture.CountAsync()).Entries);
        Assert.Contains(
            "stay in the database", (await fixture.RunAsync(2027, 1)).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_is_repeated_and_keeps_the_file_that_it_has_written()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        var rows = await fixture.CountAsync();
        await using (var reader = fixture.Database.OpenAll())
        {
            // The table cannot be changed while somebody reads it, so the run ends after its file was written.
            await using var reading = await reader.Database.BeginTransactionAsync();
            await reader.LedgerEntries.CountAsync();
            Assert.Equal(
                PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => fixture.RunAsync())).SqlState);
        }

        Assert.Equal(["ledger-2026-10.zip"], fixture.Files);
        Assert.Equal(rows, await fixture.CountAsync());
        var written = await File.ReadAllBytesAsync(Path.Combine(fixture.Folder, "ledger-2026-10.zip"));

        var report = (await fixture.RunAsync()).Value;

        Assert.Equal(4, report.Months.Count);
        Assert.Equal(written, await File.ReadAllBytesAsync(Path.Combine(fixture.Folder, "ledger-2026-10.zip")));
        Assert.Empty((await fixture.RunAsync()).Value.Months);
        Assert.Empty((await fixture.VerifyAsync(isArchiveGiven: true)).Faults);
        await using var db = fixture.Database.OpenAll();
        Assert.Equal(4, await db.AuditEntries.CountAsync(a => a.Action == "ledger.archive"));
    }

    [Fact]
    public async Task No_partition_of_an_archived_month_is_left_or_made_again()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        for (var run = 0; run < 2; run++)
        {
            await fixture.RunAsync();

            await using var owner = fixture.Database.OpenAsOwner();
            foreach (var table in (string[])["AuditEntry", "LedgerEntry", "LotDraw"])
            {
                var months = await fixture.Database.Database.Dialect.Partitions!.ListAsync(owner, table, default);
                Assert.Equal(new DateOnly(2026, 12, 1), months[0]);
            }
        }
    }

    [Fact]
    public async Task Another_file_of_the_same_name_is_left_alone_and_nothing_is_dropped()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        var rows = await fixture.CountAsync();
        var path = Path.Combine(fixture.Folder, "ledger-2026-10.zip");
        await File.WriteAllTextAsync(path, "somebody else's");

        Assert.Contains(
            "move that file away",
            (await Assert.ThrowsAsync<ArchiveFileException>(() => fixture.RunAsync())).Message,
            StringComparison.Ordinal);

        Assert.Equal("somebody else's", await File.ReadAllTextAsync(path));
        Assert.Equal(["ledger-2026-10.zip"], fixture.Files);
        Assert.Equal(rows, await fixture.CountAsync());
    }

    [Fact]
    public async Task What_would_need_archived_entries_says_so_and_is_refused()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        var (database, owner, customer) = (fixture.Database, fixture.Invoicing.Owner, fixture.Invoicing.Customer);
        await fixture.RunAsync();
        const string Text = "Entries recorded before 1 December 2026 (UTC) are in the archive.";
        var corrections = new LedgerCorrectionService(database.Database, database.Clock);

        Assert.Contains(
            Text, (await corrections.CorrectAsync(owner, customer.Id, 1, 5, "Wrong")).Refusal!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Text, (await corrections.CorrectAsync(owner, customer.Id, 99, 5, "Wrong")).Refusal!.Message, StringComparison.Ordinal);
        Assert.False((await corrections.CorrectAsync(owner, customer.Id, 3, 5, "Wrong")).IsRefused);

        var token = await database.Data.IssueAsync(owner, customer);
        var late = TestData.Fact(token, new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero));
        await Assert.ThrowsAsync<ArchivedUsageException>(() => database.Data.Recorder.RecordAsync(owner.Scope, [late]));

        await using (var db = database.OpenAll())
        {
            var invoices = await db.Set<Invoice>().OrderBy(i => i.PeriodStart).ToListAsync();
            var notes = new CreditNoteService(database.Database, database.Clock);
            foreach (var invoice in invoices.Skip(1).Reverse())
            {
                var outcome = await notes.VoidAsync(owner, invoice.Id, "Wrong");
                Assert.Equal(invoice != invoices[2], outcome.IsRefused);
                Assert.True(!outcome.IsRefused || outcome.Refusal!.Message.Contains(Text, StringComparison.Ordinal));
            }

            var account = await db.Customers.SingleAsync();
            await Assert.ThrowsAsync<ArchivedUsageException>(() => ClaimedUsage.ReadBilledAsync(
                db,
                account,
                new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero),
                new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
                TimeZoneInfo.Utc,
                default));
        }

        var again = await database.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10));
        Assert.Contains(Text, again.Refusal!.Message, StringComparison.Ordinal);

        var page = await new LedgerQueries(database.Database, database.Clock).ReadPageAsync(
            owner, new LedgerFilter(), LedgerSort.Occurred, descending: true, 0, 25);
        Assert.Equal(new DateOnly(2026, 12, 1), page.KeptSince);
        Assert.Equal(page.TotalCount, page.Rows.Count);
        Assert.Equal([4, 3], page.Rows.Select(r => r.Sequence));
        Assert.Empty((await fixture.VerifyAsync(isArchiveGiven: true)).Faults);
    }

    [Fact]
    public async Task Days_for_analytics_go_on_after_what_is_archived()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        var folder = Directory.CreateDirectory(Path.Combine(fixture.Folder, "analytics")).FullName;
        var exporter = new RecordedDayExporter(
            fixture.Database.Database,
            new RecordedDayReader(fixture.Database.Database),
            new ParquetLedgerWriter(),
            new AnalyticsOptions { Folder = folder },
            fixture.Database.Clock);
        await fixture.RunAsync();
        await fixture.Database.UseAsync(fixture.Invoicing.Secret, 3);
        fixture.Database.Clock.Advance(TimeSpan.FromDays(2));

        var written = await exporter.ExportAsync(new DateOnly(2026, 10, 1), new DateOnly(2027, 1, 2));

        // December, and the first two days of January.
        Assert.Equal(33, written);
        await using (var db = fixture.Database.OpenAll())
        {
            var kept = await db.LedgerEntries.ToListAsync();
            foreach (var day in kept.GroupBy(entry => DateOnly.FromDateTime(entry.RecordedAtUtc.UtcDateTime)))
            {
                var path = LedgerFile.GetPath(new DirectoryInfo(folder), fixture.Invoicing.Owner.Reseller, $"{day.Key:yyyy-MM-dd}");
                Assert.Equal(day.Count(), (await LedgerFile.ReadAsync(path)).Rows.Count);
            }
        }

        Assert.Equal(0, await exporter.ExportMissingAsync());
    }

    [Fact]
    public async Task An_export_names_the_archived_entries_and_is_verified_across_them()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        await fixture.RunAsync();
        var exporter = new LedgerExporter(fixture.Database.Database, fixture.Database.Clock);
        var (owner, customer) = (fixture.Invoicing.Owner, fixture.Invoicing.Customer.Id);
        var gaps = (await exporter.ListArchivedAsync(owner, customer)).Select(g => g.ToJson()).ToList();
        var lines = await exporter.ReadAsync(owner, customer).Select(e => e.ToJson()).ToListAsync();

        Assert.Equal(2, gaps.Count);
        Assert.Equal((null, 3), await VerifyAsync([.. gaps, .. lines]));
        Assert.Equal(("entry 1 is missing; the next is 3", 0), await VerifyAsync(lines));
        Assert.Equal(
            ("the chain breaks at entry 3", 2),
            await VerifyAsync([gaps[0], gaps[1].Replace("\"hash\":\"", "\"hash\":\"0000", StringComparison.Ordinal), .. lines]));

        static async Task<(string? Fault, long Entries)> VerifyAsync(IEnumerable<string> lines)
        {
            var (fault, entries, _) = await LedgerExporter.VerifyAsync(lines.ToAsyncEnumerable());
            return (fault, entries);
        }
    }

    [Fact]
    public async Task A_database_with_archived_months_is_not_copied()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        await using var target = await TestDatabaseOnSqlite.OpenAsync();
        await fixture.RunAsync();
        var move = new Core.Moving.DatabaseMove(
            MoveFixture.CreateEndpoint(fixture.Database), MoveFixture.CreateEndpoint(target), fixture.Database.Clock);

        var refused = await Assert.ThrowsAsync<CopyRefusedException>(() => move.CopyAsync("northwind", default));

        Assert.Contains("The source has archived months.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_divided_says_so()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var archiving = new ArchiveService(sqlite.Database, sqlite.Clock);

        Assert.False(archiving.IsAvailable);
        Assert.Contains(
            "not divided into months",
            (await archiving.RunAsync("", new BillingPeriod(2026, 1), ".")).Refusal!.Message,
            StringComparison.Ordinal);
    }

    /// <summary>Two customers convert, import and are corrected, on and around the boundaries of months, and are invoiced.</summary>
    internal static async Task RecordFourMonthsAsync(ArchiveFixture fixture, Random random)
    {
        var (database, owner) = (fixture.Database, fixture.Invoicing.Owner);
        var second = await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Second"));
        var corrections = new LedgerCorrectionService(database.Database, database.Clock);
        for (var month = new BillingPeriod(2026, 10); month < new BillingPeriod(2027, 2); month = month.Next)
        {
            var end = month.EndsAtUtc(TimeZoneInfo.Utc);
            RowKey? held = null;
            for (var step = 0; step < 12; step++)
            {
                // Half of the time that is left, so that the last steps are close to the boundary.
                database.Clock.Advance((end - database.Clock.GetUtcNow()) / 2);
                var secret = random.Next(2) == 0 ? fixture.Invoicing.Secret : second.Secret;
                switch (random.Next(4))
                {
                    case 0:
                        await database.Data.Recorder.RecordAsync(
                            owner.Scope, [TestData.Fact(second, database.Clock.GetUtcNow(), random.Next(1, 9), "docx-to-png")]);
                        break;
                    case 1 when held is null:
                        held = await database.HoldAsync(secret, 5);
                        break;
                    default:
                        await database.UseAsync(secret, random.Next(1, 9));
                        break;
                }
            }

            await database.UseAsync(second.Secret, 2);
            await using (var db = database.OpenAll())
            {
                var last = await db.LedgerEntries.OrderByDescending(e => e.Sequence).FirstAsync(e => e.Kind == EntryKind.Usage);
                Assert.False((await corrections.CorrectAsync(owner, last.CustomerId, last.Sequence, last.Quantity + 1, "Wrong")).IsRefused);
            }

            database.Clock.SetUtcNow(end.AddHours(12));
            if (held is { } reservation)
            {
                await database.Meter.SettleAsync(new SettleRequest(reservation, 4));
            }

            foreach (var draft in (await database.Data.Drafter.DraftAsync(owner, month)).Value.Results.Where(r => r.InvoiceId is not null))
            {
                await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
            }
        }
    }

    private static void ReplaceInArchive(string path, string before, string after)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Update);
        var entry = zip.Entries.Single();
        string text;
        using (var reader = new StreamReader(entry.Open()))
        {
            text = reader.ReadToEnd();
        }

        Assert.Contains(before, text, StringComparison.Ordinal);
        using var writer = new StreamWriter(entry.Open());
        writer.BaseStream.SetLength(0);
        writer.Write(text.Replace(before, after, StringComparison.Ordinal));
    }
}
