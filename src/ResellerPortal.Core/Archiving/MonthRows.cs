using System.Text.Json;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archiving;

/// <summary>The rows of a month that go to one file.</summary>
internal abstract class MonthRows
{
    protected const int Chunk = 2000;

    private static readonly Actor Command = Actor.Portal(
        "archive-ledger", TenantScope.CrossTenants("archive-ledger: its own entry in the installation's history"));

    public abstract ArchiveKind Kind { get; }

    /// <summary>The divided tables that they are in.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <returns>What has to happen first; empty if the month can be archived.</returns>
    public abstract Task<IReadOnlyList<string>> FindReasonsToWaitAsync(
        PortalDbContext db,
        DateOnly month,
        CancellationToken cancellationToken);

    /// <summary>Locks what the reasons depend on, until the transaction ends.</summary>
    public abstract Task LockAsync(PortalDatabase database, PortalDbContext db, DateOnly month, CancellationToken cancellationToken);

    public abstract Task<long> CountAsync(PortalDbContext db, DateOnly month, CancellationToken cancellationToken);

    public abstract Task WriteAsync(PortalDbContext db, DateOnly month, ArchiveFileWriter writer, CancellationToken cancellationToken);

    /// <summary>Verifies every line of the file: its hash, its chain and what it commits to.</summary>
    /// <returns>What the file holds.</returns>
    /// <exception cref="ArchiveFileException">A line is not what was written.</exception>
    public async Task<IReadOnlyList<ArchivedRange>> VerifyAsync(
        PortalDbContext db,
        ArchiveFolder archive,
        DateOnly month,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ReadRangesAsync(db, archive, month, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidDataException)
        {
            throw new ArchiveFileException(
                $"{ArchiveFolder.GetFileName(Kind, month)} cannot be read again: {unreadable.Message}. Nothing was dropped.");
        }
    }

    /// <summary>Records the act in the installation's history, in the transaction that drops the rows.</summary>
    public void Record(PortalDbContext db, ArchivedMonth file, DateTimeOffset now) =>
        db.Audit(
            Command,
            now,
            "ledger.archive",
            $"{file.Entries:N0} entries moved to {file.FileName}, SHA-256 {Convert.ToHexStringLower(file.FileHash)}",
            reseller: null);

    protected abstract Task<IReadOnlyList<ArchivedRange>> ReadRangesAsync(
        PortalDbContext db,
        ArchiveFolder archive,
        DateOnly month,
        CancellationToken cancellationToken);

    protected static (DateTimeOffset From, DateTimeOffset Until) GetInterval(DateOnly month) =>
        (ArchivedUsage.StartsAtUtc(month), ArchivedUsage.StartsAtUtc(month.AddMonths(1)));
}
