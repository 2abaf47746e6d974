using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

/// <summary>The invoices of a month, compared with those of the month before.</summary>
public sealed partial class MonthEndTable
{
    private bool _onlyWarnings;

    [Parameter, EditorRequired]
    public MonthEndReviewResult Review { get; set; } = null!;

    [Parameter, EditorRequired]
    public BillingPeriod Period { get; set; }

    private bool HasWarnings => Review.Rows.Any(row => row.Warnings.Count > 0);

    private IEnumerable<ReviewRow> Shown => _onlyWarnings ? Review.Rows.Where(row => row.Warnings.Count > 0) : Review.Rows;

    private static string Signed(Money difference) => (difference.MinorUnits > 0 ? "+" : "") + difference;
}
