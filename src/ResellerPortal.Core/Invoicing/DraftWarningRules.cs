using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What a person should look at before a draft becomes final.</summary>
public enum DraftWarning
{
    /// <summary>It brings less than its usage cost.</summary>
    BelowCost,

    /// <summary>Its total is below zero: corrections take back more than was used.</summary>
    Negative,

    /// <summary>It is more than half as much again as the month before.</summary>
    MuchMore,

    /// <summary>It is less than half of the month before.</summary>
    MuchLess,

    /// <summary>It bills usage of earlier months.</summary>
    LateUsage,

    /// <summary>The customer's postal address is not complete.</summary>
    NoAddress,
}

/// <summary>The one place that tells what is remarkable in a draft.</summary>
public static class DraftWarningRules
{
    /// <param name="net">Of the draft, before tax.</param>
    /// <param name="before">The same of the month before; null where it had no invoice.</param>
    /// <param name="cost">What its usage cost the reseller.</param>
    public static IReadOnlyList<DraftWarning> FindWarnings(Money net, Money? before, Money cost, long lateQuantity, bool hasAddress)
    {
        var warnings = new List<DraftWarning>();
        Add(DraftWarning.Negative, net.MinorUnits < 0);
        Add(DraftWarning.BelowCost, net < cost && net.MinorUnits >= 0);
        Add(DraftWarning.MuchMore, before is { MinorUnits: > 0 } less && net.MinorUnits > less.MinorUnits * 3 / 2);
        Add(DraftWarning.MuchLess, before is { MinorUnits: > 0 } more && net.MinorUnits < more.MinorUnits / 2);
        Add(DraftWarning.LateUsage, lateQuantity != 0);
        Add(DraftWarning.NoAddress, !hasAddress);
        return warnings;

        void Add(DraftWarning warning, bool applies)
        {
            if (applies)
            {
                warnings.Add(warning);
            }
        }
    }

    /// <summary>"below cost".</summary>
    public static string Describe(DraftWarning warning) => warning switch
    {
        DraftWarning.BelowCost => "below cost",
        DraftWarning.Negative => "negative total",
        DraftWarning.MuchMore => "much more than the month before",
        DraftWarning.MuchLess => "much less than the month before",
        DraftWarning.LateUsage => "late usage",
        DraftWarning.NoAddress => "no postal address",
        _ => throw new ArgumentOutOfRangeException(nameof(warning)),
    };
}
