using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Metering;

/// <summary>What an entry has drawn from lots after all of its corrections.</summary>
internal static class NetDraws
{
    /// <summary>The net draws of an entry and its corrections, by lot, in the order the lots were first drawn.</summary>
    public static async Task<IReadOnlyList<LotPart>> ReadAsync(
        PortalDbContext db,
        LedgerEntry entry,
        CancellationToken cancellationToken)
    {
        long[] sequences =
        [
            entry.Sequence,
            .. await db.LedgerEntries
                .Where(e => e.ResellerId == entry.ResellerId
                    && e.CustomerId == entry.CustomerId && e.CorrectsSequence == entry.Sequence)
                .Select(e => e.Sequence)
                .ToListAsync(cancellationToken),
        ];
        var draws = await db.LotDraws.AsNoTracking()
            .Where(d => d.ResellerId == entry.ResellerId && d.CustomerId == entry.CustomerId && sequences.Contains(d.Sequence))
            .OrderBy(d => d.Sequence)
            .ToListAsync(cancellationToken);
        return [.. draws.GroupBy(d => d.LotId).Select(g => new LotPart(g.Key, g.Sum(d => d.Quantity)))];
    }
}
