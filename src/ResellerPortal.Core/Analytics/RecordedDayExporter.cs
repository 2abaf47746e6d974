using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Analytics;

/// <summary>
/// Writes a file for each reseller and UTC day with what was recorded on that day: <c>reseller=ID/day=2026-11-28/ledger.parquet</c>, as
/// analytical databases expect partitions. A file appears under its name when it is complete, and is never written again.
/// </summary>
public sealed class RecordedDayExporter(
    PortalDatabase database,
    RecordedDayReader reader,
    ILedgerFileWriter writer,
    AnalyticsOptions settings,
    TimeProvider clock)
{
    private const string DayPrefix = "day=";
    private const string DayFormat = "yyyy-MM-dd";
    private const string Unfinished = ".unfinished";

    /// <summary>What other processes report for a file that is locked: Linux, macOS and Windows.</summary>
    private static readonly int[] LockedCodes = [11, 35, unchecked((int)0x80070020)];

    private static readonly TenantScope Scope = TenantScope.ServedTenants("analytics: the ledgers of all resellers");

    private string FileName => "ledger." + writer.Extension;

    /// <summary>
    /// Writes the days that are final and have no file yet: from the first file of a reseller on, or from its first entry if it has none.
    /// </summary>
    /// <returns>The number of files written; null if another process is writing.</returns>
    public Task<int?> ExportMissingAsync(CancellationToken cancellationToken = default) => ExportAsync(
        async reseller => await reader.FindFirstDayAsync(reseller, cancellationToken) is not { } kept ? null
            : FindFirstFile(reseller) is { } written && written > kept ? written
            : kept,
        RecordedDayReader.GetLastFinalDay(clock.GetUtcNow()),
        cancellationToken);

    /// <summary>Writes those of the given days that have no file yet, from a reseller's first entry on.</summary>
    /// <param name="to">A day that is final, as <see cref="RecordedDayReader.GetLastFinalDay"/> says.</param>
    /// <returns>The number of files written; null if another process is writing.</returns>
    public Task<int?> ExportAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, RecordedDayReader.GetLastFinalDay(clock.GetUtcNow()));
        return ExportAsync(
            async reseller => await reader.FindFirstDayAsync(reseller, cancellationToken) is { } first
                ? first > from ? first : from
                : null,
            to,
            cancellationToken);
    }

    private async Task<int?> ExportAsync(
        Func<ResellerId, Task<DateOnly?>> findFirst,
        DateOnly last,
        CancellationToken cancellationToken)
    {
        // The system releases the lock with the process, so nothing is left behind by one that is killed.
        await using var lockFile = TryLock();
        if (lockFile is null)
        {
            return null;
        }

        await using var db = database.Open(Scope);
        var written = 0;
        foreach (var reseller in await db.Resellers.OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancellationToken))
        {
            for (var day = await findFirst(reseller); day <= last; day = day.Value.AddDays(1))
            {
                written += await WriteAsync(reseller, day.Value, cancellationToken) ? 1 : 0;
            }
        }

        return written;
    }

    /// <returns>Whether the day had no file.</returns>
    private async Task<bool> WriteAsync(ResellerId reseller, DateOnly day, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(GetFolder(reseller), DayPrefix + day.ToString(DayFormat, CultureInfo.InvariantCulture));
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file))
        {
            return false;
        }

        Directory.CreateDirectory(folder);
        foreach (var leftOver in Directory.EnumerateFiles(folder, "*" + Unfinished))
        {
            File.Delete(leftOver);
        }

        var unfinished = $"{file}.{Guid.NewGuid():N}{Unfinished}";
        await using (var stream = File.Create(unfinished))
        {
            await writer.WriteAsync(stream, reader.ReadAsync(reseller, day, cancellationToken), cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file);
        return true;
    }

    private DateOnly? FindFirstFile(ResellerId reseller)
    {
        var folder = new DirectoryInfo(GetFolder(reseller));
        return !folder.Exists
            ? null
            : folder.EnumerateDirectories(DayPrefix + "*")
                .Where(day => File.Exists(Path.Combine(day.FullName, FileName)))
                .Select(day => DateOnly.TryParseExact(
                    day.Name[DayPrefix.Length..], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
                    ? parsed
                    : (DateOnly?)null)
                .Min();
    }

    private string GetFolder(ResellerId reseller) => Path.Combine(settings.Folder!, $"reseller={reseller}");

    /// <summary>Nodes that share the folder take turns; null if it is another one's.</summary>
    private FileStream? TryLock()
    {
        try
        {
            return new FileStream(Path.Combine(settings.Folder!, "export.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException failure) when (LockedCodes.Contains(failure.HResult))
        {
            return null;
        }
    }
}
