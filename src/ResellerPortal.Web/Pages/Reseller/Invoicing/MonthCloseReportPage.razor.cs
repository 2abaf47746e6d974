using System.Globalization;
using MudBlazor;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class MonthCloseReportPage(
    CurrentActor current,
    MonthCloseQueries close,
    InvoiceScheduleService schedules,
    JournalExport journal,
    TimeProvider clock,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private const int Months = 24;

    private static readonly string[] AgeLabels = ["not due", "1–30", "31–60", "61–90", "over 90"];

    private List<BillingPeriod> _periods = [];
    private BillingPeriod _period;
    private MonthCloseReport? _report;

    private IEnumerable<(string Title, string Address)> Exports =>
        from file in new[] { (Title: "Issued documents", Path: "documents"), (Title: "This report", Path: "month-close") }
        from format in new[] { "csv", "xlsx", "json" }
        select ($"{file.Title}, {format.ToUpperInvariant()}", $"/reseller/{file.Path}.{format}?month={_period}");

    private IEnumerable<(string Title, string Address)> Programs =>
        from program in new[]
        {
            (Title: "DATEV", Path: "journal.csv"),
            (Title: "Xero", Path: "journal/xero"),
            (Title: "QuickBooks Online", Path: "journal/quickbooks"),
            (Title: "Lexware Office", Path: "journal/lexware-office"),
            (Title: "General ledger (SAF-T)", Path: "general-ledger.csv"),
        }
        select (program.Title, $"/reseller/{program.Path}?month={_period}");

    protected override async Task OnInitializedAsync()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById((await schedules.ReadAsync(await current.GetAsync())).TimeZone);
        var present = BillingPeriod.Containing(clock.GetUtcNow(), zone);
        _periods = [.. Enumerable.Range(0, Months).Select(i => BillingPeriod.Containing(present.FirstDay.AddMonths(-i)))];
        await ChooseAsync(present.Previous);
    }

    private async Task ChooseAsync(BillingPeriod period)
    {
        _period = period;
        _report = await close.ReadAsync(await current.GetAsync(), period);
    }

    private async Task SetAccountsAsync()
    {
        var accounts = await journal.ReadAsync(await current.GetAsync());
        if ((await dialogs.ActAsync(new DialogParameters<JournalAccountsDialog> { { d => d.Accounts, accounts } })).IsDone)
        {
            snackbar.Add("Saved. The numbers apply to future exports.", Severity.Success);
        }
    }

    private static IReadOnlyList<ChartLine> GetAges(CurrencyReceivables receivables) =>
        [new ChartLine("Outstanding", [.. receivables.Ages.InOrder.SkipLast(1).Select(money => money.Amount)])];

    private static string TaxName(IssuedTax tax) => tax.Category switch
    {
        "S" => (tax.RateBasisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture) + "%",
        "AE" => "Reverse charge",
        "E" => "Exempt",
        "G" => "Export",
        _ => "Not subject to tax",
    };
}
