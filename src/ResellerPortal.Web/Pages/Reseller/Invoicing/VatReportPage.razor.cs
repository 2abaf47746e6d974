using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class VatReportPage(
    CurrentActor current,
    VatReportQueries reports,
    InvoiceScheduleService schedules,
    TimeProvider clock,
    NavigationManager navigation)
{
    private const int Years = 3;
    private const int MonthsOfYear = 12;

    private static readonly int[] Lengths = [1, 3, 12];

    private BillingPeriod _present;
    private ReportingPeriod _period;
    private VatReport? _report;
    private bool _mayDraft;

    /// <summary>The period in the address bar, such as "2026-Q4".</summary>
    [SupplyParameterFromQuery]
    private string? Period { get; set; }

    /// <summary>The periods to choose from, the present one first.</summary>
    private IEnumerable<ReportingPeriod> Periods =>
        Enumerable.Range(0, Years * MonthsOfYear / Math.Max(_period.Months, 1))
            .Select(i => Create(_period.Months, BillingPeriod.Containing(_present.FirstDay.AddMonths(-i * _period.Months))))
            .Append(_period)
            .Distinct()
            .OrderByDescending(period => period.FirstDay);

    private IEnumerable<(string Title, string Address)> Exports =>
        from file in new[] { (Title: "VAT report", Path: "vat-report"), (Title: "EC Sales List", Path: "ec-sales-list") }
        from format in new[] { "csv", "xlsx", "json" }
        select ($"{file.Title}, {format.ToUpperInvariant()}", $"/reseller/{file.Path}.{format}?period={_period}");

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayDraft = actor.May(Permission.InvoicesDraft);
        var zone = TimeZoneInfo.FindSystemTimeZoneById((await schedules.ReadAsync(actor)).TimeZone);
        _present = BillingPeriod.Containing(clock.GetUtcNow(), zone);
        _period = ReportingPeriod.TryParse(Period, out var chosen) ? chosen : ReportingPeriod.ForMonth(_present.Previous);
        _report = await reports.ReadAsync(actor, _period);
    }

    private Task ChooseLengthAsync(int months) =>
        ChooseAsync(Create(months, BillingPeriod.Containing(_period.LastDay < _present.LastDay ? _period.LastDay : _present.LastDay)));

    private async Task ChooseAsync(ReportingPeriod period)
    {
        _period = period;
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("period", period.ToString()), replace: true);
        _report = await reports.ReadAsync(await current.GetAsync(), period);
    }

    private string GetBase(SupplyKind kind) => $"on {_report!.GetNet(kind)} before tax";

    private static ReportingPeriod Create(int months, BillingPeriod month) => months switch
    {
        1 => ReportingPeriod.ForMonth(month),
        MonthsOfYear => ReportingPeriod.ForYear(month),
        _ => ReportingPeriod.ForQuarter(month),
    };

    private static string GetLengthName(int months) => months switch { 1 => "Monthly", MonthsOfYear => "Yearly", _ => "Quarterly" };
}
