using System.Globalization;
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

    public static async Task<ReservePolicy> LoadAsync(
        PortalDatabase database, PortalDbContext db, IEnumerable<string> converters, IReadOnlyCollection<ResellerId> resellers, DateTimeOffset now)
    {
        var names = converters.Distinct().ToList();
        if (names.Count == 0)
        {
            return Nothing;
        }

        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-ConverterPeak.RememberedDays);
        var least = await database.ReadManyAsync<ConverterReserve>(db, names, isLocking: false, default);
        var days = await database.ReadManyAsync<ConverterPeak>(
            db,
            [nameof(ConverterPeak.ResellerId), nameof(ConverterPeak.Converter)],
            resellers.SelectMany(reseller => names.Select(name => (object?[])[reseller, name])),
            isLocking: false,
            map => $"{map.Column(nameof(ConverterPeak.Day))} >= '{since.ToString("O", CultureInfo.InvariantCulture)}'",
            default);
        return new ReservePolicy(
            least.ToDictionary(r => r.Converter, r => r.Quantity),
            days.GroupBy(p => (p.ResellerId, p.Converter)).ToDictionary(g => g.Key, g => g.Max(p => p.Highest)));
    }

    /// <summary>The operator's quantity, and that or the highest cost seen lately, whichever is more.</summary>
    public (long Least, long Wanted) Of(ResellerId reseller, string converter)
    {
        var least = _least.GetValueOrDefault(converter, ConverterReserve.Default);
        return (least, Math.Max(least, _peaks.GetValueOrDefault((reseller, converter))));
    }
}
