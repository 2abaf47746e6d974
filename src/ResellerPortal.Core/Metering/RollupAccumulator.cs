using System.Runtime.InteropServices;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Accumulates the daily usage and the worst costs of one transaction's entries, to be merged into the stored rows.</summary>
internal sealed class RollupAccumulator
{
    private readonly Dictionary<(CustomerId, DateOnly, Guid, string, long), UsageRollup> _rollups = [];
    private readonly Dictionary<(ResellerId, string), (long PerFile, long PerRequest)> _worst = [];

    public IReadOnlyCollection<UsageRollup> Rollups => _rollups.Values;

    /// <summary>In one order for all transactions, since nobody holds a lock on these rows.</summary>
    public IReadOnlyCollection<WorstCost> WorstCosts =>
        [
            .. _worst.OrderBy(w => w.Key.Item1.Value).ThenBy(w => w.Key.Item2, StringComparer.Ordinal).Select(w => new WorstCost
            {
                ResellerId = w.Key.Item1,
                Converter = w.Key.Item2,
                PerFile = w.Value.PerFile,
                PerRequest = w.Value.PerRequest,
            }),
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

    public void Raise(ResellerId reseller, string converter, long perFile, long perRequest)
    {
        ref var worst = ref CollectionsMarshal.GetValueRefOrAddDefault(_worst, (reseller, converter), out _);
        worst = (Math.Max(worst.PerFile, perFile), Math.Max(worst.PerRequest, perRequest));
    }
}
