using System.Globalization;
using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Web.ResellerPages.Pricing;

/// <summary>The fields of one price rule.</summary>
public sealed partial class RuleFields
{
    [Parameter, EditorRequired]
    public RuleDraft Rule { get; set; } = null!;

    [Parameter, EditorRequired]
    public Currency Currency { get; set; }

    [Parameter]
    public bool HasConverters { get; set; }

    [Parameter]
    public bool HasIncluded { get; set; }

    [Parameter]
    public bool IsForOthers { get; set; }

    [Parameter]
    public bool MayFollowDefault { get; set; }

    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Parameter]
    public EventCallback OnRemove { get; set; }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private Task ChangeAsync(Action change)
    {
        change();
        return OnChanged.InvokeAsync();
    }

    /// <summary>Adds a tier before the last one at the same price, ten times as large as the previous tier.</summary>
    private void AddTier() => Rule.Tiers.Insert(
        Rule.Tiers.Count - 1,
        new TierDraft
        {
            UpTo = Math.Min((Rule.Tiers.Count > 1 ? Rule.Tiers[^2].UpTo ?? 100 : 100) * 10, 1_000_000_000),
            Price = Rule.Tiers[^1].Price,
        });
}
