using System.Globalization;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Determines how much to reserve for a request whose cost is not known yet.</summary>
internal sealed class ReserveQuantityPolicy(PortalDatabase database, PortalDbContext db)
{
    private readonly Dictionary<string, long> _least = [];
    private readonly Dictionary<(ResellerId, string), long> _peaks = [];
    private DateOnly _since;

    public void Clear()
    {
        _least.Clear();
        _peaks.Clear();
    }

    /// <summary>Loads minimums and peaks of the given converters that are not cached.</summary>
    public async Task LoadAsync(HashSet<string> converters, IReadOnlyCollection<ResellerId> resellers, DateTimeOffset now)
    {
        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-ConverterPeak.RememberedDays);
        if (since != _since)
        {
            Clear();
            _since = since;
        }

        var (unknown, unseen) = (new List<string>(), new List<object?[]>());
        foreach (var name in converters)
        {
            if (_least.TryAdd(name, ConverterReserve.Default))
            {
                unknown.Add(name);
            }

            foreach (var reseller in resellers)
            {
                if (_peaks.TryAdd((reseller, name), 0))
                {
                    unseen.Add([reseller, name]);
                }
            }
        }

        foreach (var reserve in await database.ReadManyAsync<ConverterReserve>(db, unknown, isLocking: false, default))
        {
            _least[reserve.Converter] = reserve.Quantity;
        }

        var days = await database.ReadManyAsync<ConverterPeak>(
            db,
            [nameof(ConverterPeak.ResellerId), nameof(ConverterPeak.Converter)],
            unseen,
            isLocking: false,
            map => $"{map.Column(nameof(ConverterPeak.Day))} >= '{since.ToString("O", CultureInfo.InvariantCulture)}'",
            default);
        foreach (var day in days)
        {
            Raise(day.ResellerId, day.Converter, day.Highest);
        }
    }

    /// <summary>Raises the cached peak to the cost of a conversion.</summary>
    public void Raise(ResellerId reseller, string converter, long quantity)
    {
        if (_peaks.TryGetValue((reseller, converter), out var peak) && peak < quantity)
        {
            _peaks[(reseller, converter)] = quantity;
        }
    }

    /// <summary>Returns the operator's minimum, and the greater of that and the recent peak cost.</summary>
    public (long Least, long Wanted) GetQuantities(ResellerId reseller, string converter)
    {
        var least = _least.GetValueOrDefault(converter, ConverterReserve.Default);
        return (least, Math.Max(least, _peaks.GetValueOrDefault((reseller, converter))));
    }
}
