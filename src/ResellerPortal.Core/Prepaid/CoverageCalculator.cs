using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Prepaid;

/// <summary>How many conversions an amount covers.</summary>
/// <param name="Conversions">0 if the amount does not cover the request.</param>
/// <param name="Converter">The only converter it applies to; null for all.</param>
internal sealed record CoverageCalculator(long Conversions, string? Converter)
{
    /// <summary>Upper bound of one calculation; more are calculated once these are used.</summary>
    private const long MaxConversions = 1 << 20;

    /// <summary>
    /// Calculates coverage for all converters, so that any of them may use it; if that does not cover this request, for its own converter
    /// alone.
    /// </summary>
    /// <param name="upTo">The maximum total of usage, including tax.</param>
    public static CoverageCalculator Calculate(UnbilledUsage usage, Money upTo, string converter, string environment, long least)
    {
        var own = FindMaximum(usage, upTo, [converter], environment, MaxConversions);
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
            // Under one rule the choice of converter only affects rounding.
            return usage.Converters.Where(c => c != converter).Aggregate(
                own, (most, other) => FindMaximum(usage, upTo, [other], environment, most));
        }

        // A mixture under several rules may cost more than the most expensive rule alone: each starts a package and uses its minimum. It
        // never costs more than all of them at once, unless a volume discount applies.
        List<string> all = [.. usage.Converters.Append(converter).Union(rules)];
        return all.Exists(c => usage.ToPeaks(c).Any()) ? 0 : FindMaximum(usage, upTo, all, environment, own);
    }

    /// <summary>
    /// Finds the largest number of conversions such that it and every smaller number are covered. Cost rises with the number except where a
    /// volume price drops, so each peak before a drop is checked.
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
