using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>A ledger entry as its customer sees it.</summary>
public sealed record CustomerLedgerRow(
    long Sequence,
    EntryKind Kind,
    DateTimeOffset OccurredAtUtc,
    string Environment,
    string Converter,
    long Quantity,
    UsageSource Source,
    EntryFlags Flags,
    long? CorrectsSequence,
    string? Reference,
    string Hash);

/// <param name="KeptSince">The first day, UTC, since which all entries are listed; those recorded before are in the archive.</param>
public sealed record CustomerLedgerList(
    IReadOnlyList<CustomerLedgerRow> Rows,
    long TotalCount,
    string ChainHead,
    DateOnly? KeptSince);

/// <summary>The customer's own ledger, newest entry first. Paged by sequence, so page cost does not grow with the ledger.</summary>
public sealed class CustomerLedgerQueries(PortalDatabase database)
{
    /// <param name="range">The first and the last entry to list; null for all.</param>
    public async Task<CustomerLedgerList> ReadPageAsync(
        Actor actor,
        int skip,
        int take,
        (long First, long Last)? range = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This query requires a membership of a customer.");
        await using var db = database.Open(actor.Scope);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, cancellationToken);
        var (first, last) = range ?? (1, customer.LastSequence);
        (first, last) = (Math.Max(1, first), Math.Min(customer.LastSequence, last));
        var archived = await db.ArchivedEntries(customerId)
            .Where(r => r.FirstSequence <= last && r.LastSequence >= first)
            .Select(r => new { r.FirstSequence, r.LastSequence })
            .ToListAsync(cancellationToken);
        var newest = last - skip;
        var oldest = Math.Max(first, newest - take + 1);
        var rows = await db.LedgerEntries.AsNoTracking()
            .Where(e => e.CustomerId == customerId && e.Sequence <= newest && e.Sequence >= oldest)
            .OrderByDescending(e => e.Sequence)
            .ToListAsync(cancellationToken);
        return new CustomerLedgerList(
            [.. rows.Select(e => new CustomerLedgerRow(
                e.Sequence,
                e.Kind,
                e.OccurredAtUtc,
                e.Environment,
                e.Converter,
                e.Quantity,
                e.Source,
                e.Flags,
                e.CorrectsSequence,
                e.Reference,
                Convert.ToHexStringLower(e.Hash)))],
            Math.Max(0, last - first + 1)
                - archived.Sum(r => Math.Min(r.LastSequence, last) - Math.Max(r.FirstSequence, first) + 1),
            Convert.ToHexStringLower(customer.ChainHead),
            archived.Count == 0 ? null : await db.FindFirstKeptDayAsync(cancellationToken));
    }
}
