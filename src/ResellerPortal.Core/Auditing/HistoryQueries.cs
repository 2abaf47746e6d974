using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>A history entry with the names of its customer and reseller.</summary>
public sealed record HistoryRow(AuditEntry Entry, string? ResellerName, string? CustomerName)
{
    public IReadOnlyList<FieldChange> Changes => FieldChanges.Parse(Entry.Changes);
}

public sealed record HistoryList(IReadOnlyList<HistoryRow> Rows, int TotalCount);

/// <summary>Selects history entries; null matches all.</summary>
/// <param name="Action">Prefix of the event name, such as "lots.".</param>
/// <param name="Text">Contained in the actor's name, the subject or the changes, case-insensitive.</param>
/// <param name="From">First day, UTC.</param>
/// <param name="To">Last day, UTC.</param>
public sealed record HistoryFilter(
    string? Action = null,
    string? Text = null,
    DateOnly? From = null,
    DateOnly? To = null,
    CustomerId? Customer = null);

/// <summary>The history of a reseller's account, or of all accounts for the operator.</summary>
public sealed class HistoryQueries(PortalDatabase database, TimeProvider clock)
{
    public async Task<HistoryList> ReadPageAsync(
        Actor actor,
        HistoryFilter filter,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        Demand(actor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        await using var db = database.Open(actor.Scope);
        var entries = Find(db, filter);
        var rows = await entries
            .OrderByDescending(a => a.AtUtc)
            .ThenByDescending(a => a.Id)
            .Skip(skip)
            .Take(take)
            .ToListAsync(cancellationToken);
        return new HistoryList(await AddNamesAsync(db, rows, cancellationToken), await entries.CountAsync(cancellationToken));
    }

    /// <summary>Exports up to 100,000 entries, oldest first, and records the export.</summary>
    public async Task<IReadOnlyList<HistoryRow>> ExportAsync(
        Actor actor,
        HistoryFilter filter,
        CancellationToken cancellationToken = default)
    {
        Demand(actor);
        actor.Demand(ExportPermission(actor));
        await using var db = database.Open(actor.Scope);
        var rows = await Find(db, filter).OrderBy(a => a.AtUtc).ThenBy(a => a.Id).Take(100_000).ToListAsync(cancellationToken);
        db.Audit(actor, clock.GetUtcNow(), Permission.HistoryExport, $"exported {rows.Count} history entries", actor.Scope.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return await AddNamesAsync(db, rows, cancellationToken);
    }

    /// <summary>Records a data export.</summary>
    public async Task RecordExportAsync(Actor actor, string what, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        db.Audit(actor, clock.GetUtcNow(), "exports.download", what, actor.Scope.Reseller, actor.Scope.Customer);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The permission required for an export: the reseller's own, or the operator's for all.</summary>
    public static string ExportPermission(Actor actor) =>
        actor.Scope.CrossesTenants ? Permission.OperatorsManage : Permission.HistoryExport;

    private static void Demand(Actor actor) => actor.Demand(actor.Scope.CrossesTenants ? Permission.OperatorView : Permission.ResellerView);

    private static IQueryable<AuditEntry> Find(PortalDbContext db, HistoryFilter filter)
    {
        var entries = db.AuditEntries.AsNoTracking();
        if (!string.IsNullOrEmpty(filter.Action))
        {
            entries = entries.Where(a => a.Action.StartsWith(filter.Action));
        }

        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var text = filter.Text.Trim().ToUpperInvariant();
            entries = entries.Where(a => a.ActorName.ToUpper().Contains(text)
                || a.Subject.ToUpper().Contains(text)
                || (a.Changes != null && a.Changes.ToUpper().Contains(text))
                || a.FromAddress == filter.Text.Trim());
        }

        if (filter.From is { } from)
        {
            var since = new DateTimeOffset(from, TimeOnly.MinValue, TimeSpan.Zero);
            entries = entries.Where(a => a.AtUtc >= since);
        }

        if (filter.To is { } to)
        {
            var before = new DateTimeOffset(to.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
            entries = entries.Where(a => a.AtUtc < before);
        }

        return filter.Customer is { } customer ? entries.Where(a => a.CustomerId == customer) : entries;
    }

    private static async Task<IReadOnlyList<HistoryRow>> AddNamesAsync(
        PortalDbContext db,
        List<AuditEntry> rows,
        CancellationToken cancellationToken)
    {
        var (customers, resellers) = (
            rows.Select(r => r.CustomerId).OfType<CustomerId>().Distinct().ToList(),
            rows.Select(r => r.ResellerId).OfType<ResellerId>().Distinct().ToList());
        var customerNames = await db.Customers
            .Where(c => customers.Contains(c.Id))
            .Select(c => new { c.Id, c.Name })
            .ToDictionaryAsync(c => c.Id, c => c.Name, cancellationToken);
        var resellerNames = await db.Resellers
            .Where(r => resellers.Contains(r.Id))
            .Select(r => new { r.Id, r.Name })
            .ToDictionaryAsync(r => r.Id, r => r.Name, cancellationToken);
        return
        [
            .. rows.Select(a => new HistoryRow(
                a,
                a.ResellerId is { } reseller ? resellerNames.GetValueOrDefault(reseller) : null,
                a.CustomerId is { } customer ? customerNames.GetValueOrDefault(customer) : null)),
        ];
    }
}
