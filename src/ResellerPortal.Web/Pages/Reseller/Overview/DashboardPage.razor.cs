using System.Globalization;
using ResellerPortal.Core.Insights;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Overview;

public sealed partial class DashboardPage(CurrentActor current, ResellerDashboardQueries dashboard)
{
    private ResellerOverview? _overview;
    private string[] _months = [];

    private string LeftNote =>
        _overview!.Lots.Count == 0 ? "no credit lots yet" : $"in {_overview.Lots.Count} credit lot{(_overview.Lots.Count == 1 ? "" : "s")}";

    private ChartLine[] MoneyByMonth =>
    [
        new("Revenue", [.. _overview!.Months.Select(m => m.Summary.Revenue.Amount)]),
        new("Cost", [.. _overview.Months.Select(m => m.Summary.Cost.Amount)]),
        new("Margin", [.. _overview.Months.Select(m => m.Summary.Margin.Amount)]),
    ];

    protected override async Task OnInitializedAsync()
    {
        _overview = await dashboard.ReadAsync(await current.GetAsync());
        _months = [.. _overview.Months.Select(m => NumberText.ShortMonth(m.Month.FirstDay))];
    }

    private static string Share(long part, long whole) => (part * 100m / whole).ToString("0.#", CultureInfo.InvariantCulture);
}
