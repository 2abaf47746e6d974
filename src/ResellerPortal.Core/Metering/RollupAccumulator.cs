using System.Runtime.InteropServices;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Accumulates the daily usage and cost peaks of one transaction's entries, to be merged into the stored rows.</summary>
internal sealed class RollupAccumulator
{
    private readonly Dictionary<(CustomerId, DateOnly, Guid, string, long), UsageRollup> _rollups = [];
    private readonly Dictionary<(ResellerId, string, DateOnly), long> _peaks = [];

    public IReadOnlyCollection<UsageRollup> Rollups => _rollups.Values;

    public IReadOnlyCollection<ConverterPeak> Peaks =>
        [
            .. _peaks.Select(
                p => new ConverterPeak { ResellerId = p.Key.Item1, Converter = p.Key.Item2, Day = p.Key.Item3, Highest = p.Value }),
        ];

    /// <param name="day">The entry's day in the reseller's time zone.</param>
    public void Add(LedgerEntry entry, DateOnly day, IReadOnlyList<LotDraw> draws)
    {
        var entries = 1;
        foreach (var draw in draws.Count > 1 ? draws.OrderBy(d => d.LotId) : draws.AsEnumerable())
        {
            ref var rollup = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _rollups, (entry.CustomerId, day, entry.TokenId, entry.Converter, draw.UnitCostMicros), out _);
            rollup ??= new UsageRollup
            {
                ResellerId = entry.ResellerId,
                CustomerId = entry.CustomerId,
                Day = day,
                TokenId = entry.TokenId,
                Environment = entry.Environment,
                Converter = entry.Converter,
                UnitCostMicros = draw.UnitCostMicros,
                Currency = draw.Currency,
            };
            rollup.Entries += entries;
            rollup.Quantity += draw.Quantity;
            rollup.CostMicros += draw.CostMicros;
            entries = 0;
        }
    }

    /// <param name="day">The day of the usage in UTC.</param>
    public void Raise(ResellerId reseller, string converter, DateOnly day, long quantity)
    {
        ref var peak = ref CollectionsMarshal.GetValueRefOrAddDefault(_peaks, (reseller, converter, day), out _);
        peak = Math.Max(peak, quantity);
    }
}
