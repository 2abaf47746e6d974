using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Archiving;

/// <param name="Months">What was archived.</param>
/// <param name="Waiting">Why the months after them were not.</param>
public sealed record ArchiveReport(IReadOnlyList<ArchivedMonth> Months, IReadOnlyList<string> Waiting);

/// <summary>
/// Moves whole months of the ledger and of the history from the database to files. A month is dropped in the transaction that records its
/// file, after the file was flushed, read back and verified; a crash before that leaves a file that the next run makes again, or keeps.
/// </summary>
public sealed class ArchiveService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Usage of the current month and of the one before it is still corrected and invoiced.</summary>
    private const int MonthsKept = 2;

    private static readonly TimeSpan LongestStatement = TimeSpan.FromHours(1);

    private static readonly TenantScope Scope = TenantScope.CrossTenants("archive-ledger: all tenants");

    /// <summary>Whether the database is divided into months.</summary>
    public bool IsAvailable => database.Dialect.Partitions is not null;

    /// <summary>
    /// Archives every month before the given one, the oldest first, up to one that has to wait.
    /// Refused: the month is too recent; the folder does not exist; the provider does not divide tables into months.
    /// </summary>
    /// <param name="ownerConnectionString">Connects as the tables' owner, since the running portal's role may drop nothing.</param>
    /// <param name="before">First day of a month.</param>
    /// <exception cref="ArchiveFileException">A file cannot be written, or its rows are not those of the database.</exception>
    public async Task<Outcome<ArchiveReport>> RunAsync(
        string ownerConnectionString,
        BillingPeriod before,
        string folder,
        CancellationToken cancellationToken = default)
    {
        if (database.Dialect.Partitions is not { } partitions)
        {
            return Refusal.Because("This database is not divided into months, so nothing can be archived.");
        }

        var newest = BillingPeriod.Containing(clock.GetUtcNow(), TimeZoneInfo.Utc).FirstDay.AddMonths(1 - MonthsKept);
        if (before.FirstDay > newest)
        {
            return Refusal.Because(
                $"The current month and the one before it stay in the database: archive what is before "
                    + $"{newest.ToString("yyyy-MM", CultureInfo.InvariantCulture)}, or earlier.");
        }

        if (!Directory.Exists(folder))
        {
            return Refusal.Because($"The folder {folder} does not exist.");
        }

        var (archived, waiting) = (new List<ArchivedMonth>(), new List<string>());
        foreach (var rows in (MonthRows[])[new LedgerMonthRows(), new HistoryMonthRows()])
        {
            foreach (var month in await ListMonthsAsync(partitions, rows, ownerConnectionString, before.FirstDay, cancellationToken))
            {
                await using var db = database.OpenAsOwner(ownerConnectionString, Scope);
                var reasons = await MoveAsync(db, partitions, rows, month, folder, archived, cancellationToken);
                if (reasons.Count > 0)
                {
                    waiting.AddRange(reasons);
                    break;
                }
            }
        }

        return new ArchiveReport(archived, waiting);
    }

    private async Task<IReadOnlyList<DateOnly>> ListMonthsAsync(
        MonthPartitions partitions,
        MonthRows rows,
        string ownerConnectionString,
        DateOnly before,
        CancellationToken cancellationToken)
    {
        await using var db = database.OpenAsOwner(ownerConnectionString, Scope);
        var months = new SortedSet<DateOnly>();
        foreach (var table in rows.Tables)
        {
            months.UnionWith((await partitions.ListAsync(db, table, cancellationToken)).Where(month => month < before));
        }

        foreach (var month in months)
        {
            // Rows that came when there was no partition are not one yet. The month may be archived of other tables, which get none.
            foreach (var table in rows.Tables)
            {
                await partitions.CreateAsync(db, table, month, cancellationToken);
            }
        }

        return [.. months];
    }

    /// <returns>Why the month has to wait; empty if it is archived.</returns>
    private async Task<IReadOnlyList<string>> MoveAsync(
        PortalDbContext db,
        MonthPartitions partitions,
        MonthRows rows,
        DateOnly month,
        string folder,
        List<ArchivedMonth> archived,
        CancellationToken cancellationToken)
    {
        db.Database.SetCommandTimeout(LongestStatement);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var table in rows.Tables)
        {
            await partitions.LockAsync(db, table, month, cancellationToken);
        }

        var name = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        if (await rows.FindReasonsToWaitAsync(db, month, cancellationToken) is { Count: > 0 } reasons)
        {
            return [.. reasons.Select(reason => $"{name}: {reason}")];
        }

        var count = await rows.CountAsync(db, month, cancellationToken);
        if (count > 0)
        {
            if (await db.ArchivedMonths.AnyAsync(m => m.Kind == rows.Kind && m.Month == month, cancellationToken))
            {
                return [$"{name}: the month is in the archive already, and the database has further rows of it."];
            }

            var file = await WriteAsync(db, rows, month, folder, count, cancellationToken);
            db.ArchivedMonths.Add(file);
            rows.Record(db, file, clock.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            archived.Add(file);
        }

        // An invoice may have been taken back while the file was written.
        await rows.LockAsync(database, db, month, cancellationToken);
        if (await rows.FindReasonsToWaitAsync(db, month, cancellationToken) is { Count: > 0 } late)
        {
            archived.RemoveAll(file => file.Kind == rows.Kind && file.Month == month);
            return [.. late.Select(reason => $"{name}: {reason}")];
        }

        foreach (var table in rows.Tables)
        {
            await partitions.DropAsync(db, table, month, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return [];
    }

    /// <summary>Writes the file, and reads it again before it is trusted.</summary>
    private async Task<ArchivedMonth> WriteAsync(
        PortalDbContext db,
        MonthRows rows,
        DateOnly month,
        string folder,
        long count,
        CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ArchiveFolder.GetFileName(rows.Kind, month));
        byte[] hash;
        await using (var writer = new ArchiveFileWriter(path))
        {
            await rows.WriteAsync(db, month, writer, cancellationToken);
            hash = await writer.CompleteAsync(cancellationToken);
        }

        var file = new ArchivedMonth
        {
            Kind = rows.Kind,
            Month = month,
            FileName = Path.GetFileName(path),
            FileHash = hash,
            Entries = count,
            ArchivedAtUtc = clock.GetUtcNow(),
        };
        using var archive = await ArchiveFolder.OpenAsync(folder, [file], cancellationToken);
        if (!archive.Holds(rows.Kind, month))
        {
            throw new ArchiveFileException($"{path} cannot be read again. Nothing was dropped.");
        }

        var ranges = await rows.VerifyAsync(db, archive, month, cancellationToken);
        var read = ranges.Sum(range => range.Count);
        if (read != count)
        {
            throw new ArchiveFileException($"{path} holds {read:N0} entries of {count:N0}. Nothing was dropped.");
        }

        db.ArchivedRanges.AddRange(ranges);
        return file;
    }
}
