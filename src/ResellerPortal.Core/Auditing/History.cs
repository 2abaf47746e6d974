using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>A line of the history, with the customer it concerns.</summary>
public sealed record HistoryRow(DateTimeOffset AtUtc, string ActorName, string Action, string Subject, CustomerId? CustomerId, string? CustomerName);

public sealed record HistoryPage(IReadOnlyList<HistoryRow> Rows, int TotalCount);

/// <summary>What happened to a reseller's account: acts of people, corrections, and what expired.</summary>
public sealed class History(PortalDatabase database)
{
    /// <param name="action">Acts whose name begins so, such as "lots."; null for all.</param>
    public async Task<HistoryPage> PageAsync(Actor actor, string? action, int skip, int take, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        await using var db = database.Open(actor.Scope);
        var entries = db.AuditEntries.AsNoTracking();
        entries = string.IsNullOrEmpty(action) ? entries : entries.Where(a => a.Action.StartsWith(action));
        var rows = await entries.OrderByDescending(a => a.AtUtc).ThenByDescending(a => a.Id).Skip(skip).Take(take).ToListAsync(cancellationToken);
        var names = (await db.Customers.Select(c => new { c.Id, c.Name }).ToListAsync(cancellationToken)).ToDictionary(c => c.Id, c => c.Name);
        return new HistoryPage(
            [.. rows.Select(a => new HistoryRow(a.AtUtc, a.ActorName, a.Action, a.Subject, a.CustomerId, a.CustomerId is { } id ? names.GetValueOrDefault(id) : null))],
            await entries.CountAsync(cancellationToken));
    }
}
