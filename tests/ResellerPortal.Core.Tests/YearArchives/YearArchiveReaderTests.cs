using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Archiving;
using ResellerPortal.Core.YearArchives;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Documents.YearArchives;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.YearArchives;

/// <summary>A year is whole and the same, wherever its months are by now.</summary>
public sealed class YearArchiveReaderTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_year_with_archived_months_is_what_it_was_before_they_left_the_database(int seed)
    {
        await using var fixture = await ArchiveFixture.OpenAsync(databases);
        await ArchiveTests.RecordFourMonthsAsync(fixture, new Random(seed));
        await fixture.SealAsync();
        var owner = fixture.Invoicing.Owner;
        var (year, next) = (await WriteAsync(fixture.Database, owner, 2026), await WriteAsync(fixture.Database, owner, 2027));
        var unpacked = new UnpackedYear(year);
        Assert.Empty(unpacked.FindWrongFiles());
        Assert.Empty(unpacked.FindBrokenChains());

        // The year ends at midnight in Vilnius, within December of UTC, and nothing is in both years or in none.
        Assert.Empty(new UnpackedYear(next).FindBrokenChains());
        Assert.Equal(unpacked.ReadEnds("lastSequence", "head"), new UnpackedYear(next).ReadEnds("sequenceBefore", "headBefore"));
        await using (var db = fixture.Database.OpenAll())
        {
            var ends = await db.Customers.ToDictionaryAsync(
                c => c.Id.ToString(), c => (c.LastSequence, Convert.ToHexStringLower(c.ChainHead)));
            Assert.Equal(ends, new UnpackedYear(next).ReadEnds("lastSequence", "head"));
            Assert.True(await db.LedgerEntries.AnyAsync(e => e.RecordedAtUtc > new DateTimeOffset(2026, 12, 31, 22, 0, 0, TimeSpan.Zero)
                && e.RecordedAtUtc < new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        }

        Assert.NotEmpty((await fixture.RunAsync(2027, 1)).Value.Months);

        Assert.Equal(year, await WriteAsync(fixture.Database, owner, 2026, fixture.Folder));
        var refusal = (await CreateReader(fixture.Database, null).OpenAsync(owner, 2026)).Refusal!.Message;
        Assert.Contains("history-2026-10.zip", refusal, StringComparison.Ordinal);
        Assert.Contains("ledger-2026-12.zip", refusal, StringComparison.Ordinal);
        Assert.Contains("Archive:Folder", refusal, StringComparison.Ordinal);
        File.Delete(Path.Combine(fixture.Folder, "ledger-2026-11.zip"));
        Assert.Contains(
            "cannot read: ledger-2026-11.zip.",
            (await CreateReader(fixture.Database, fixture.Folder).OpenAsync(owner, 2026)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_lacks_an_entry_is_not_archived_as_if_it_were_whole()
    {
        await using var fixture = await ArchiveFixture.OpenWithThreeMonthsAsync(databases);
        await fixture.RunAsync();
        var owner = fixture.Invoicing.Owner;
        await using (var db = fixture.Database.OpenAsOwner())
        {
            await db.Database.ExecuteSqlRawAsync("DELETE FROM \"ArchivedRange\" WHERE \"Kind\" = 'Ledger' AND \"Month\" = '2026-11-01'");
        }

        using var output = new MemoryStream();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => WriteAsync(fixture.Database, owner, 2026, output, fixture.Folder));

        Assert.Contains("Run verify-ledger.", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, output.Length);
        Assert.Throws<InvalidDataException>(() => new UnpackedYear(output.ToArray()));
    }

    [Fact]
    public async Task Years_that_have_not_begun_are_refused_and_only_members_who_may_export_all_of_it_open_one()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var reader = CreateReader(database, null);

        Assert.Equal([2026], await reader.ListYearsAsync(owner));
        Assert.Contains("2000 to 2026", (await reader.OpenAsync(owner, 2027)).Refusal!.Message, StringComparison.Ordinal);
        var customer = TestData.CreateAdmin(await database.Data.AddCustomerAsync(owner, "Acme"));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => reader.OpenAsync(customer, 2026));
    }

    private static async Task<byte[]> WriteAsync(TestDatabase database, Actor actor, int year, string? folder = null)
    {
        using var output = new MemoryStream();
        await WriteAsync(database, actor, year, output, folder);
        return output.ToArray();
    }

    private static async Task WriteAsync(TestDatabase database, Actor actor, int year, MemoryStream output, string? folder)
    {
        using var archive = (await CreateReader(database, folder).OpenAsync(actor, year)).Value;
        await new YearArchiveWriter(new InvoicePdf(), new ElectronicInvoiceWriter(), new StatementPdf()).WriteAsync(
            archive, output, progress: null, default);
    }

    private static YearArchiveReader CreateReader(TestDatabase database, string? folder) => new(
        database.Database,
        new AccountStatements(database.Database, database.Clock),
        new LogoService(database.Database, new InvoicePdf(), database.Clock),
        new ArchiveOptions { Folder = folder },
        database.Clock);
}
