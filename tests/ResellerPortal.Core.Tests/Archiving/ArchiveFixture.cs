using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Archiving;

/// <summary>A database on PostgreSQL whose months are archived to a folder of its own.</summary>
internal sealed class ArchiveFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-archive-");
    private readonly string _ownerConnection;

    private ArchiveFixture(TestDatabase database, InvoicingFixture invoicing, string ownerConnection) =>
        (Database, Invoicing, _ownerConnection) = (database, invoicing, ownerConnection);

    public TestDatabase Database { get; }

    public InvoicingFixture Invoicing { get; }

    public string Folder => _folder.FullName;

    public string[] Files => [.. _folder.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal)];

    public static async Task<ArchiveFixture> OpenAsync(DatabaseServers databases)
    {
        var database = await databases.OpenAsync("PostgreSql");
        await PartitionTests.CreateAsync(database);
        await using var owner = database.OpenAsOwner();
        return new ArchiveFixture(database, await InvoicingFixture.OpenAsync(database), owner.Database.GetConnectionString()!);
    }

    /// <summary>Invoices three months with a use in each, and seals the history: it is the first of January.</summary>
    public static async Task<ArchiveFixture> OpenWithThreeMonthsAsync(DatabaseServers databases)
    {
        var fixture = await OpenAsync(databases);
        for (var month = 0; month < 3; month++)
        {
            await fixture.Invoicing.InvoiceAsync();
        }

        await fixture.SealAsync();
        return fixture;
    }

    public Task SealAsync() => new AuditSealingWorker(
        Database.Database, Database.Clock, NullLogger<AuditSealingWorker>.Instance).SealAsync();

    public Task<Outcome<ArchiveReport>> RunAsync(int year = 2026, int month = 12) =>
        new ArchiveService(Database.Database, Database.Clock).RunAsync(_ownerConnection, new BillingPeriod(year, month), Folder);

    /// <returns>The reports of the verifiers, and the faults of the files.</returns>
    public async Task<(LedgerReport Ledger, AuditReport History, IReadOnlyList<string> Faults)> VerifyAsync(bool isArchiveGiven)
    {
        using var archive = isArchiveGiven ? await new ArchiveQueries(Database.Database).OpenAsync(Folder) : null;
        var ledger = await new LedgerVerifier(Database.Database).VerifyAsync(archive);
        var history = await new AuditVerifier(Database.Database).VerifyAsync(archive);
        return (ledger, history, [.. archive?.Faults ?? [], .. ledger.Faults, .. history.Faults]);
    }

    public async Task<(long Entries, long Draws, long Events)> CountAsync()
    {
        await using var db = Database.OpenAll();
        return (
            await db.LedgerEntries.LongCountAsync(), await db.LotDraws.LongCountAsync(), await db.AuditEntries.LongCountAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
