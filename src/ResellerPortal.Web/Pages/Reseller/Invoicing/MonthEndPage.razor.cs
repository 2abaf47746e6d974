using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class MonthEndPage(
    CurrentActor current,
    MonthEndReview monthEnd,
    MonthEndRunner runner,
    InvoiceScheduleService schedules,
    CustomerQueries customers,
    TimeProvider clock,
    NavigationManager navigation,
    IDialogService dialogs) : IDisposable
{
    private const int MonthsToChoose = 24;
    private const int MissingToName = 5;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _left = new();
    private IReadOnlyList<BillingPeriod> _periods = [];
    private BillingPeriod _period;
    private MonthEndReviewResult? _review;
    private InvoiceScheduleView? _schedule;
    private MonthEndProgress? _progress;
    private bool _isRead = true;
    private bool _onlyRemarkable;
    private bool _mayFinalise;

    [SupplyParameterFromQuery]
    private string? Month { get; set; }

    private bool IsBusy => _progress is { Result: null };

    private bool HasDrafts => _review?.Drafts.Any() == true;

    private int Remarkable => _review!.Rows.Count(row => row.Warnings.Count > 0);

    private IEnumerable<ReviewRow> Shown => _onlyRemarkable ? _review!.Rows.Where(row => row.Warnings.Count > 0) : _review!.Rows;

    private string BeforeText => _review!.NetBefore.IsZero ? $"no invoices in {_period.Previous.Name}"
        : _review.Rows.Count == 0 ? $"{_review.NetBefore} in {_period.Previous.Name}"
        : NumberText.Change(_review.Net, _review.NetBefore, _period.Previous.Name)!;

    private string MissingText
    {
        get
        {
            var missing = _review!.Missing;
            var names = string.Join(", ", missing.Take(MissingToName))
                + (missing.Count > MissingToName ? $" and {missing.Count - MissingToName} more" : "");
            return $"Invoiced in {_period.Previous.Name}, not in {_period.Name}: {names}.";
        }
    }

    private string ScheduleText => _schedule is { Next: { } next, NextAtUtc: { } at }
        ? $"{next.Name} is invoiced on {NumberText.Day(
            DateOnly.FromDateTime(
                at.UtcDateTime))}, {at.UtcDateTime.ToString(
                    "HH:mm",
                    CultureInfo.InvariantCulture)} UTC (day {_schedule.Schedule.Day}, {_schedule.Schedule.Hour:00}:00 in {_schedule.TimeZone}). {ScheduleDialog.Words(_schedule.Schedule.Mode)}."
        : "Months are invoiced when you do it here. They can be drafted, or finalised, on a day of your choice.";

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayFinalise = actor.May(Permission.InvoicesFinalise);
        var last = BillingPeriod.Containing(clock.GetUtcNow(), await customers.ZoneAsync(actor)).Previous;
        _periods = [.. Enumerable.Range(0, MonthsToChoose).Select(i => BillingPeriod.Containing(last.FirstDay.AddMonths(-i)))];
        _period = BillingPeriod.TryParse(Month, out var asked) && _periods.Contains(asked) ? asked : last;
        _schedule = await schedules.ReadAsync(actor);
        await ReviewAsync();
        if (runner.FindProgress(actor) is { Result: null })
        {
            _ = WatchAsync(actor);
        }
    }

    private async Task ReviewAsync() => _review = await monthEnd.ReviewAsync(await current.GetAsync(), _period);

    private async Task ChooseAsync(BillingPeriod period)
    {
        _period = period;
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("month", period.ToString()), replace: true);
        await ReviewAsync();
    }

    private async Task DraftAsync()
    {
        var actor = await current.GetAsync();
        runner.TryDraft(actor, _period);
        await WatchAsync(actor);
    }

    private async Task FinaliseAsync()
    {
        var drafts = _review!.Drafts.ToList();
        var warned = drafts.Count(d => d.Warnings.Count > 0);
        if (!await dialogs.ConfirmAsync(
            $"Finalise {NumberText.Count(drafts.Count, "invoice")}?",
            $"{(drafts.Count == 1
                ? "It gets its number and can"
                : "They get their numbers and can")} be seen by your customers. This cannot be undone.{(warned > 0
                    ? $" {NumberText.Count(warned, "draft has", "drafts have")} a warning."
                    : "")}",
            "Finalise"))
        {
            return;
        }

        var actor = await current.GetAsync();
        runner.TryFinalise(actor, _period);
        await WatchAsync(actor);
    }

    /// <summary>Looks at the work until it is done or the page is left.</summary>
    private async Task WatchAsync(Actor actor)
    {
        _isRead = false;
        try
        {
            for (_progress = runner.FindProgress(actor); IsBusy; _progress = runner.FindProgress(actor))
            {
                await InvokeAsync(StateHasChanged);
                await Task.Delay(Glance, _left.Token);
            }

            await ReviewAsync();
            await InvokeAsync(StateHasChanged);
        }
        catch (OperationCanceledException)
        {
            // The page was left; the work goes on.
        }
    }

    private async Task ScheduleAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<ScheduleDialog>
        {
            { d => d.Schedule, _schedule!.Schedule },
            { d => d.TimeZone, _schedule.TimeZone },
        })).IsDone)
        {
            _schedule = await schedules.ReadAsync(await current.GetAsync());
        }
    }

    private static string Signed(Money difference) => (difference.MinorUnits > 0 ? "+" : "") + difference;
}
