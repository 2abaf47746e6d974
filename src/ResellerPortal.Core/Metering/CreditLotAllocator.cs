using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>The locked lots of some resellers, in the order they are drawn: plans before overage, first-expiring first.</summary>
internal sealed class CreditLotAllocator
{
    private readonly LedgerRowCache _rows;
    private readonly HashSet<Guid> _held;
    private readonly DateTimeOffset _earliest;
    private readonly DateTimeOffset _now;

    private CreditLotAllocator(LedgerRowCache rows, HashSet<Guid> held, DateTimeOffset earliest, DateTimeOffset now) =>
        (_rows, _held, _earliest, _now) = (rows, held, earliest, now);

    public CreditLot this[Guid id] => _rows.GetLot(id);

    /// <param name="held">Lots that must be at hand although they may be expired or full.</param>
    /// <param name="earliest">The oldest usage that will be drawn.</param>
    public static async Task<CreditLotAllocator> LoadAsync(
        LedgerRowCache rows,
        IReadOnlyCollection<ResellerId> resellers,
        HashSet<Guid> held,
        DateTimeOffset earliest,
        DateTimeOffset now)
    {
        await rows.LoadOpenLotsAsync(resellers);
        await rows.LoadLotsAsync(held);
        var allocator = new CreditLotAllocator(rows, held, earliest, now);
        foreach (var reseller in resellers)
        {
            if (allocator.FindLast(reseller) is null)
            {
                // Nothing left anywhere: an overrun that really happened still has to be drawn from the newest lot.
                var newest = await rows.Db.CreditLots
                    .Where(l => l.ResellerId == reseller)
                    .OrderByDescending(l => l.ExpiresAtUtc)
                    .Select(l => l.Id)
                    .Take(1)
                    .ToListAsync();
                await rows.LoadLotsAsync(newest);
                held.UnionWith(newest);
            }
        }

        return allocator;
    }

    /// <summary>Spreads a quantity over the lots valid at an instant, first-expiring first. Less than asked where they hold less.</summary>
    public List<(CreditLot Lot, long Quantity)> Allocate(ResellerId reseller, long quantity, DateTimeOffset at)
    {
        var parts = new List<(CreditLot, long)>(1);
        foreach (var lot in _rows.GetOpenLots(reseller))
        {
            var part = lot.IsValidAt(at) ? Math.Min(lot.Available, quantity) : 0;
            if (part > 0)
            {
                parts.Add((lot, part));
                quantity -= part;
            }

            if (quantity == 0)
            {
                break;
            }
        }

        return parts;
    }

    /// <summary>
    /// Uses a quantity: from the preferred lots as far as they held it, then from the others, then beyond the last of them.
    /// </summary>
    public List<(CreditLot Lot, long Quantity)> Draw(
        ResellerId reseller, long quantity, DateTimeOffset at, IReadOnlyList<LotPart> preferred, out bool isOverdrawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>(1);
        foreach (var (lotId, held) in preferred)
        {
            quantity -= Use(parts, _rows.GetLot(lotId), Math.Min(held, quantity));
        }

        if (quantity > 0)
        {
            foreach (var (lot, available) in Allocate(reseller, quantity, at))
            {
                quantity -= Use(parts, lot, available);
            }
        }

        isOverdrawn = quantity > 0;
        if (isOverdrawn)
        {
            var last = parts.Count > 0 ? parts[^1].Lot : FindLast(reseller)
                ?? throw new InvalidOperationException("Usage cannot be recorded before the reseller has its first credit lot.");
            Use(parts, last, quantity);
        }

        return parts;
    }

    /// <summary>Takes a use back, from the lot drawn last to the first.</summary>
    public List<(CreditLot Lot, long Quantity)> GiveBack(long quantity, IReadOnlyList<LotPart> drawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>(1);
        foreach (var (lotId, used) in drawn.Reverse())
        {
            quantity += Use(parts, _rows.GetLot(lotId), -Math.Min(used, quantity));
        }

        return quantity == 0 ? parts : throw new InvalidOperationException("More was to be given back than was drawn.");
    }

    private CreditLot? FindLast(ResellerId reseller) =>
        _rows.GetOpenLots(reseller).LastOrDefault(
            lot => (lot.ExpiresAtUtc > _earliest && lot.ValidFromUtc <= _now) || _held.Contains(lot.Id));

    private static long Use(List<(CreditLot Lot, long Quantity)> parts, CreditLot lot, long quantity)
    {
        if (quantity == 0)
        {
            return 0;
        }

        lot.Used += quantity;
        var known = parts.FindIndex(p => p.Lot == lot);
        if (known < 0)
        {
            parts.Add((lot, quantity));
        }
        else
        {
            parts[known] = (lot, parts[known].Quantity + quantity);
        }

        return quantity;
    }
}
