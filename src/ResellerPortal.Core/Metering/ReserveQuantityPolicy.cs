using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Determines how much to hold for a request whose cost is not known yet.
/// <para>
/// The worst cost of a request is its number of files times the worst cost per file of its converter: the operator's figure, or the highest
/// cost per file ever seen, whichever is more. If the operator says how many pages or megabytes a conversion covers, and the request's
/// are known, the largest of these figures counts. A converter chosen by name that has no figures of its own has those of its pair, and
/// one whose pair has none either has the operator's figures for all converters.
/// </para>
/// <para>
/// The ceiling of a request is the most that it may cost: the converter's ceiling per request if the operator states one, or else the
/// default ceiling or the worst cost, whichever is more. Of a converter that nobody knows, without figures and not used by the reseller
/// yet, each file may cost the default ceiling. A cost that was seen above the operator's ceiling takes its place.
/// </para>
/// <para>
/// A token with a limit or a prepaid balance holds the ceiling, so that only a charge above it can pass the limit. Where less is left, a
/// strict token refuses and a lenient one takes the last ones. Since the default ceiling is nobody's knowledge, a strict token also accepts
/// what the worst cost allows while it has no other request in flight, so that its limit can be used up. Tokens without a limit hold the
/// worst cost.
/// </para>
/// </summary>
internal sealed class ReserveQuantityPolicy(MeterTerms terms)
{
    private const long BytesPerMegabyte = 1_000_000;

    private readonly Dictionary<string, ConverterCost?> _stated = [];
    private readonly Dictionary<(ResellerId, string), (long PerFile, long PerRequest)> _seen = [];

    public void Clear()
    {
        _stated.Clear();
        _seen.Clear();
    }

    /// <summary>Adds reads of what is known of the given converters unless it is cached.</summary>
    public void Read(RowBatch batch, IReadOnlyCollection<string> converters, IReadOnlyCollection<ResellerId> resellers)
    {
        var (unknown, unseen) = (new List<string>(), new List<object?[]>());
        foreach (var name in converters.SelectMany(name => (string[])[name, ConverterName.GetPair(name)]))
        {
            if (_stated.TryAdd(name, null))
            {
                unknown.Add(name);
            }

            foreach (var reseller in resellers)
            {
                if (_seen.TryAdd((reseller, name), default))
                {
                    unseen.Add([reseller, name]);
                }
            }
        }

        if (_stated.TryAdd(ConverterCost.AllConverters, null))
        {
            unknown.Add(ConverterCost.AllConverters);
        }

        batch.Read<ConverterCost>(unknown, isLocking: false, cost => _stated[cost.Converter] = cost);
        batch.Read<WorstCost>(
            [nameof(WorstCost.ResellerId), nameof(WorstCost.Converter)],
            unseen,
            isLocking: false,
            null,
            worst => _seen[(worst.ResellerId, worst.Converter)] = (worst.PerFile, worst.PerRequest));
    }

    /// <summary>Raises the cached worst cost to that of a request.</summary>
    /// <returns>False if the stored worst cost is known to be as high.</returns>
    public bool Raise(ResellerId reseller, string converter, long perFile, long perRequest)
    {
        if (!_seen.TryGetValue((reseller, converter), out var seen))
        {
            return true;
        }

        if (seen.PerFile >= perFile && seen.PerRequest >= perRequest)
        {
            return false;
        }

        _seen[(reseller, converter)] = (Math.Max(seen.PerFile, perFile), Math.Max(seen.PerRequest, perRequest));
        return true;
    }

    /// <summary>What to hold for a request, as the summary of this class says.</summary>
    public QuantityToHold Calculate(ApiToken token, string converter, RequestExtent extent)
    {
        var (reseller, isStrict) = (token.ResellerId, token.LimitPolicy == LimitPolicy.Strict);
        var (stated, seen) = Find(reseller, converter);
        var worst = extent.Files * Math.Max(stated?.PerFile ?? ConverterCost.DefaultPerFile, seen.PerFile);
        if (extent.Pages is { } pages && stated?.PagesPerConversion is { } covered)
        {
            worst = Math.Max(worst, extent.Files * DivideUp(pages, covered));
        }

        if (extent.Bytes is { } bytes && stated?.MegabytesPerConversion is { } megabytes)
        {
            worst = Math.Max(worst, DivideUp(bytes, megabytes * BytesPerMegabyte));
        }

        var ceiling = GetCeiling(reseller, converter);
        if (token.UsageLimit is null && !token.IsPrepaid)
        {
            return isStrict
                ? new QuantityToHold(ceiling ?? worst, ceiling ?? worst)
                : new QuantityToHold(Math.Min(worst, ceiling ?? worst), Least: 1);
        }

        var isUnknown = stated is null && seen.PerRequest == 0;
        var assumed = ceiling ?? Math.Max(worst, isUnknown ? extent.Files * terms.DefaultCeiling : terms.DefaultCeiling);
        return !isStrict ? new QuantityToHold(assumed, Least: 1)
            : ceiling is null && !isUnknown ? new QuantityToHold(assumed, worst, IsGuess: true)
            : new QuantityToHold(assumed, assumed);
    }

    /// <summary>What a request costs as far as anybody knows, up to what was held for it: recorded if its charge stays unknown.</summary>
    public long EstimateCost(ApiToken token, Reservation reservation)
    {
        if (GetCeiling(token.ResellerId, reservation.Converter) is not null || (token.UsageLimit is null && !token.IsPrepaid))
        {
            return reservation.Quantity;
        }

        var (stated, seen) = Find(token.ResellerId, reservation.Converter);
        var perFile = Math.Max(stated?.PerFile ?? ConverterCost.DefaultPerFile, seen.PerFile);
        return Math.Min(reservation.Quantity, reservation.Files * perFile);
    }

    /// <summary>
    /// The most that the operator says a request may cost, or what one has cost above it; null if the operator does not say.
    /// </summary>
    public long? GetCeiling(ResellerId reseller, string converter)
    {
        var (stated, seen) = Find(reseller, converter);
        return stated?.CeilingPerRequest is { } ceiling ? Math.Max(ceiling, seen.PerRequest) : null;
    }

    private (ConverterCost? Stated, (long PerFile, long PerRequest) Seen) Find(ResellerId reseller, string converter)
    {
        var pair = ConverterName.GetPair(converter);
        var stated = _stated.GetValueOrDefault(converter)
            ?? _stated.GetValueOrDefault(pair)
            ?? _stated.GetValueOrDefault(ConverterCost.AllConverters);
        return _seen.GetValueOrDefault((reseller, converter)) is { PerRequest: > 0 } own
            ? (stated, own)
            : (stated, _seen.GetValueOrDefault((reseller, pair)));
    }

    /// <summary>Divides and rounds up.</summary>
    public static long DivideUp(long quantity, long by) => (quantity / by) + (quantity % by > 0 ? 1 : 0);
}

/// <param name="Quantity">The conversions that the request may cost at worst.</param>
/// <param name="Least">The conversions without which it is refused.</param>
/// <param name="IsGuess">Whether less than the quantity may be held for a request with no others beside it, and for no other one.</param>
internal readonly record struct QuantityToHold(long Quantity, long Least, bool IsGuess = false);
