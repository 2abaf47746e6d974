using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>How much is held for a request whose cost is not known yet.</summary>
internal sealed class ReservePolicy
{
    private static readonly ReservePolicy Nothing = new([], []);

    private readonly Dictionary<string, long> _least;
    private readonly Dictionary<(ResellerId, string), long> _peaks;

    private ReservePolicy(Dictionary<string, long> least, Dictionary<(ResellerId, string), long> peaks) => (_least, _peaks) = (least, peaks);

    public static async Task<ReservePolicy> LoadAsync(PortalDbContext db, string[] converters, IReadOnlyCollection<ResellerId> resellers, DateTimeOffset now)
    {
        if (converters.Length == 0)
        {
            return Nothing;
        }

        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-ConverterPeak.RememberedDays);
        var least = await db.ConverterReserves.AsNoTracking().Where(r => converters.Contains(r.Converter)).ToDictionaryAsync(r => r.Converter, r => r.Quantity);
        var peaks = await db.ConverterPeaks.AsNoTracking()
            .Where(p => resellers.Contains(p.ResellerId) && converters.Contains(p.Converter) && p.Day >= since)
            .GroupBy(p => new { p.ResellerId, p.Converter })
            .Select(g => new { g.Key.ResellerId, g.Key.Converter, Highest = g.Max(p => p.Highest) })
            .ToDictionaryAsync(p => (p.ResellerId, p.Converter), p => p.Highest);
        return new ReservePolicy(least, peaks);
    }

    /// <summary>The operator's quantity, and that or the highest cost seen lately, whichever is more.</summary>
    public (long Least, long Wanted) Of(ResellerId reseller, string converter)
    {
        var least = _least.GetValueOrDefault(converter, ConverterReserve.Default);
        return (least, Math.Max(least, _peaks.GetValueOrDefault((reseller, converter))));
    }
}
