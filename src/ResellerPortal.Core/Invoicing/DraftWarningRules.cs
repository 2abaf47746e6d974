using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What a person should check before a draft is finalised.</summary>
public enum DraftWarning
{
    /// <summary>The draft charges less than its usage cost.</summary>
    BelowCost,

    /// <summary>The total is negative: corrections exceed the usage.</summary>
    Negative,

    /// <summary>The amount is more than 50% above the previous month.</summary>
    MuchMore,

    /// <summary>The amount is less than half of the previous month.</summary>
    MuchLess,

    /// <summary>The draft bills usage of earlier months.</summary>
    LateUsage,

    /// <summary>The customer's postal address is incomplete.</summary>
    NoAddress,

    /// <summary>There is no exchange rate for the currency of the reseller's country, in which the tax has to be stated.</summary>
    NoTaxRate,
}

/// <summary>Finds what is unusual about a draft.</summary>
public static class DraftWarningRules
{
    /// <param name="net">The draft's amount before tax.</param>
    /// <param name="before">The previous month's amount before tax; null if it had no invoice.</param>
    /// <param name="cost">The reseller's cost of the usage.</param>
    public static IReadOnlyList<DraftWarning> FindWarnings(
        Money net,
        Money? before,
        Money cost,
        long lateQuantity,
        bool hasAddress,
        bool hasTaxRate = true)
    {
        var warnings = new List<DraftWarning>();
        Add(DraftWarning.Negative, net.MinorUnits < 0);
        Add(DraftWarning.BelowCost, net < cost && net.MinorUnits >= 0);
        Add(DraftWarning.MuchMore, before is { MinorUnits: > 0 } less && net.MinorUnits > less.MinorUnits * 3 / 2);
        Add(DraftWarning.MuchLess, before is { MinorUnits: > 0 } more && net.MinorUnits < more.MinorUnits / 2);
        Add(DraftWarning.LateUsage, lateQuantity != 0);
        Add(DraftWarning.NoAddress, !hasAddress);
        Add(DraftWarning.NoTaxRate, !hasTaxRate);
        return warnings;

        void Add(DraftWarning warning, bool applies)
        {
            if (applies)
            {
                warnings.Add(warning);
            }
        }
    }

    /// <summary>Text for a warning, for example "below cost".</summary>
    public static string Describe(DraftWarning warning) => warning switch
    {
        DraftWarning.BelowCost => "below cost",
        DraftWarning.Negative => "negative total",
        DraftWarning.MuchMore => "much more than the previous month",
        DraftWarning.MuchLess => "much less than the previous month",
        DraftWarning.LateUsage => "late usage",
        DraftWarning.NoAddress => "no postal address",
        DraftWarning.NoTaxRate => "no exchange rate for its VAT",
        _ => throw new ArgumentOutOfRangeException(nameof(warning)),
    };
}
