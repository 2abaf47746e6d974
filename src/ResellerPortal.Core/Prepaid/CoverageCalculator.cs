using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Prepaid;

/// <summary>How many conversions an amount suffices for.</summary>
/// <param name="Conversions">0 where it does not suffice for what is asked.</param>
/// <param name="Converter">The one converter that it holds for; null for all.</param>
internal sealed record CoverageCalculator(long Conversions, string? Converter)
{
    /// <summary>More are found out when these are used.</summary>
    private const long Most = 1 << 20;

    /// <summary>
    /// Of all converters, so that any of them may take from it; where that leaves nothing for this request, of its own converter
    /// alone.
    /// </summary>
    /// <param name="upTo">What usage may come to, with tax.</param>
    public static CoverageCalculator Calculate(UnbilledUsage usage, Money upTo, string converter, string environment, long least)
    {
        var own = FindMaximum(usage, upTo, [converter], environment, Most);
        if (own < least)
        {
            return new CoverageCalculator(0, null);
        }

        var ofAll = CalculateForAll(usage, upTo, converter, environment, own);
        return ofAll >= least ? new CoverageCalculator(ofAll, null) : new CoverageCalculator(own, converter);
    }

    private static long CalculateForAll(UnbilledUsage usage, Money upTo, string converter, string environment, long own)
    {
        var rules = usage.OneOfEachRule;
        if (rules.Count == 1)
        {
            // Under one rule it does not matter which converter is used, but for how their lines are rounded.
            return usage.Converters.Where(c => c != converter).Aggregate(
                own, (most, other) => FindMaximum(usage, upTo, [other], environment, most));
        }

        // A mixture under several rules may cost more than the dearest of them alone: each begins a package, each takes what is left of
        // a minimum. It never costs more than all of them at once, unless one gets cheaper by being more.
        List<string> all = [.. usage.Converters.Append(converter).Union(rules)];
        return all.Exists(c => usage.ToPeaks(c).Any()) ? 0 : FindMaximum(usage, upTo, all, environment, own);
    }

    /// <summary>
    /// The largest number up to which every number is paid for. What conversions cost grows with their number but where a
    /// volume price falls; so each peak before such a fall is looked at.
    /// </summary>
    private static long FindMaximum(UnbilledUsage usage, Money upTo, IReadOnlyList<string> converters, string environment, long most)
    {
        var powers = Enumerable.Range(0, 21).Select(power => 1L << power);
        var covered = 0L;
        foreach (var step in powers
            .Concat(converters.SelectMany(usage.ToPeaks))
            .Append(most)
            .Where(step => step > 0 && step <= most)
            .Distinct()
            .Order())
        {
            if (usage.CalculateSpent(converters, environment, step) > upTo)
            {
                return Search(covered, step);
            }

            covered = step;
        }

        return covered;

        long Search(long suffices, long exceeds)
        {
            while (exceeds - suffices > 1)
            {
                var middle = suffices + ((exceeds - suffices) / 2);
                (suffices, exceeds) = usage.CalculateSpent(converters, environment, middle) > upTo ? (suffices, middle) : (middle, exceeds);
            }

            return suffices;
        }
    }
}
