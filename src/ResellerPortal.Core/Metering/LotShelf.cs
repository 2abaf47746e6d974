using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>The locked lots of some resellers, in the order they are drawn: plans before overage, first-expiring first.</summary>
internal sealed class LotShelf
{
    private readonly Dictionary<Guid, CreditLot> _lots;
    private readonly Dictionary<ResellerId, List<CreditLot>> _byReseller;

    private LotShelf(List<CreditLot> lots)
    {
        _lots = lots.ToDictionary(l => l.Id);
        _byReseller = lots
            .GroupBy(l => l.ResellerId)
            .ToDictionary(g => g.Key, g => g.OrderBy(l => l.Kind).ThenBy(l => l.ExpiresAtUtc).ThenBy(l => l.Id).ToList());
    }

    public CreditLot this[Guid id] => _lots[id];

    /// <param name="heldLotIds">Lots that must be at hand although they may be expired or full.</param>
    /// <param name="earliest">The oldest usage that will be drawn.</param>
    public static async Task<LotShelf> LoadAsync(LedgerRows rows, ResellerId[] resellers, IEnumerable<Guid> heldLotIds, DateTimeOffset earliest, DateTimeOffset now)
    {
        var lots = await rows.OpenLotsAsync(resellers);
        lots.RemoveAll(lot => lot.ExpiresAtUtc <= earliest || lot.ValidFromUtc > now);
        lots.AddRange(await rows.LotsAsync([.. heldLotIds.Except(lots.Select(l => l.Id))]));
        foreach (var reseller in resellers.Except(lots.Select(l => l.ResellerId)))
        {
            // Nothing left anywhere: an overrun that really happened still has to be drawn from the newest lot.
            var newest = await rows.Db.CreditLots.Where(l => l.ResellerId == reseller).OrderByDescending(l => l.ExpiresAtUtc).Select(l => l.Id).Take(1).ToListAsync();
            lots.AddRange(await rows.LotsAsync(newest));
        }

        return new LotShelf(lots);
    }

    /// <summary>Spreads a quantity over the lots valid at an instant, first-expiring first. Less than asked where they hold less.</summary>
    public List<(CreditLot Lot, long Quantity)> Allocate(ResellerId reseller, long quantity, DateTimeOffset at)
    {
        var parts = new List<(CreditLot, long)>(1);
        foreach (var lot in _byReseller.GetValueOrDefault(reseller, []))
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

    /// <summary>Uses a quantity: from the preferred lots as far as they held it, then from the others, then beyond the last of them.</summary>
    public List<(CreditLot Lot, long Quantity)> Draw(
        ResellerId reseller, long quantity, DateTimeOffset at, IReadOnlyList<LotPart> preferred, out bool isOverdrawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>(1);
        foreach (var (lotId, held) in preferred)
        {
            quantity -= Use(parts, _lots[lotId], Math.Min(held, quantity));
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
            var last = parts.Count > 0 ? parts[^1].Lot : _byReseller.GetValueOrDefault(reseller)?[^1]
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
            quantity += Use(parts, _lots[lotId], -Math.Min(used, quantity));
        }

        return quantity == 0 ? parts : throw new InvalidOperationException("More was to be given back than was drawn.");
    }

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
