using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.YearArchives;

/// <summary>Opens everything that a reseller has to keep of a year, for its own archive.</summary>
public sealed class YearArchiveReader(
    PortalDatabase database,
    AccountStatements statements,
    LogoService logos,
    ArchiveOptions options,
    TimeProvider clock)
{
    private const int FirstYear = 2000;

    /// <summary>The years since the reseller's account exists, newest first.</summary>
    public async Task<IReadOnlyList<int>> ListYearsAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var (first, last) = (reseller.Zone.GetDay(reseller.CreatedAtUtc).Year, reseller.Zone.GetDay(clock.GetUtcNow()).Year);
        return [.. Enumerable.Range(first, last - first + 1).Reverse()];
    }

    /// <summary>
    /// Opens a year and records that it was.
    /// Refused: the year has not begun; archived months of it cannot be read.
    /// </summary>
    /// <param name="folder">The folder of archived months; null for the one in the settings.</param>
    public async Task<Outcome<YearArchive>> OpenAsync(
        Actor actor,
        int number,
        string? folder = null,
        CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var now = clock.GetUtcNow();
        var today = reseller.Zone.GetDay(now);
        if (number < FirstYear || number > today.Year)
        {
            return Refusal.Because($"Choose a year from {FirstYear} to {today.Year}.", nameof(number));
        }

        var year = new CalendarYear(number, reseller.Zone, today);
        var ranges = await ListRangesAsync(db, year, cancellationToken);
        var around = ranges.FindAll(r => r.Month >= year.FirstDay.AddMonths(-1));
        var archive = await OpenFolderAsync(db, around, folder ?? options.Folder, cancellationToken);
        if (archive.IsRefused)
        {
            return archive.Refusal!;
        }

        var ledgers = new YearLedgerReader(
            database, actor.Scope, archive.Value, ranges.Where(r => r.Kind == ArchiveKind.Ledger).ToLookup(r => r.Chain));
        List<Customer> customers =
        [
            .. (await db.Customers.AsNoTracking().ToListAsync(cancellationToken))
                .OrderBy(c => c.Name, StringComparer.Ordinal)
                .ThenBy(c => c.Id.ToString(), StringComparer.Ordinal),
        ];
        var parts = new List<YearLedger>(customers.Count);
        foreach (var customer in customers)
        {
            parts.Add(await ledgers.FindAsync(db, customer.Id, year, cancellationToken));
        }

        db.Audit(actor, now, Permission.HistoryExport, $"exported the archive of {year}", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return new YearArchive(
            database,
            actor,
            reseller,
            year,
            customers,
            parts,
            await ListDocumentsAsync(db, year, cancellationToken),
            archive.Value,
            [.. around.Where(r => r.Kind == ArchiveKind.History).Select(r => r.Month).Distinct().Order()],
            ledgers,
            statements,
            logos);
    }

    private static void Demand(Actor actor)
    {
        actor.Demand(Permission.LedgerExport);
        actor.Demand(Permission.HistoryExport);
    }

    /// <summary>
    /// What is archived of the year, of before it, and of the month behind it: months are those of UTC, and two nodes' clocks may differ
    /// where one ends. For the same reason the files of the month before the year are needed as well.
    /// </summary>
    private static async Task<List<ArchivedRange>> ListRangesAsync(
        PortalDbContext db,
        CalendarYear year,
        CancellationToken cancellationToken)
    {
        var last = year.FirstDay.AddMonths(12);
        return await db.ArchivedRanges.AsNoTracking()
            .Where(r => r.Month <= last)
            .OrderBy(r => r.FirstSequence)
            .ToListAsync(cancellationToken);
    }

    private static async Task<Outcome<ArchiveFolder>> OpenFolderAsync(
        PortalDbContext db,
        IReadOnlyCollection<ArchivedRange> ranges,
        string? folder,
        CancellationToken cancellationToken)
    {
        var needed = ranges.Select(r => (r.Kind, r.Month)).ToHashSet();
        var months = (await db.ArchivedMonths.AsNoTracking().OrderBy(m => m.Month).ToListAsync(cancellationToken))
            .FindAll(m => needed.Contains((m.Kind, m.Month)));
        var archive = await ArchiveFolder.OpenAsync(folder ?? "", folder is null ? [] : months, cancellationToken);
        var missing = months.Where(m => !archive.Holds(m.Kind, m.Month)).Select(m => m.FileName).ToList();
        if (missing.Count == 0)
        {
            return archive;
        }

        archive.Dispose();
        return Refusal.Because(
            $"Parts of this year are in archive files that the portal cannot read: {string.Join(", ", missing)}. "
                + "Ask the operator to set Archive:Folder to their folder.");
    }

    /// <summary>Invoices, then credit notes, by number. Ids alone, because snapshots are large.</summary>
    private static async Task<IReadOnlyList<YearDocument>> ListDocumentsAsync(
        PortalDbContext db,
        CalendarYear year,
        CancellationToken cancellationToken)
    {
        var (from, until, firstDay, lastDay) = (year.StartsAtUtc, year.EndsAtUtc, year.FirstDay, year.LastDay);
        var invoices = await db.Invoices
            .Where(i => i.FinalisedAtUtc >= from && i.FinalisedAtUtc < until)
            .Select(i => new YearDocument(i.Id, false, i.Number!))
            .ToListAsync(cancellationToken);
        var notes = await db.CreditNotes
            .Where(n => n.IssuedOn >= firstDay && n.IssuedOn <= lastDay)
            .Select(n => new YearDocument(n.Id, true, n.Number))
            .ToListAsync(cancellationToken);
        return
        [
            .. invoices.OrderBy(d => d.Number, StringComparer.Ordinal),
            .. notes.OrderBy(d => d.Number, StringComparer.Ordinal),
        ];
    }
}
