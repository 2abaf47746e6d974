using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
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

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _left = new();
    private IReadOnlyList<BillingPeriod> _periods = [];
    private BillingPeriod _period;
    private PageHeader? _header;

    private MonthEndReviewResult? _review;
    private InvoiceScheduleView? _schedule;
    private MonthEndProgress? _progress;
    private bool _isDismissed = true;
    private bool _mayFinalise;

    [SupplyParameterFromQuery]
    private string? Month { get; set; }

    private bool IsBusy => _progress is { Result: null };

    private bool HasDrafts => _review?.Drafts.Any() == true;

    private int WarningCount => _review!.Rows.Count(row => row.Warnings.Count > 0);

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
            return $"Invoiced in {_period.Previous.Name} but not in {_period.Name}: {names}.";
        }
    }

    private string ScheduleText
    {
        get
        {
            if (_schedule is not { Next: { } next, NextAtUtc: { } at })
            {
                return "Months are invoiced manually on this page. You can schedule drafting or finalising for a fixed day.";
            }

            var (day, time) = (NumberText.Day(DateOnly.FromDateTime(at.UtcDateTime)), at.UtcDateTime.ToString("HH:mm", Invariant));
            var schedule = _schedule.Schedule;
            return $"{next.Name} will be invoiced on {day}, {time} UTC (day {schedule.Day}, {schedule.Hour:00}:00 {_schedule.TimeZone}). "
                + $"{ScheduleDialog.GetModeName(schedule.Mode)}.";
        }
    }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayFinalise = actor.May(Permission.InvoicesFinalise);
        var last = BillingPeriod.Containing(clock.GetUtcNow(), await customers.GetTimeZoneAsync(actor)).Previous;
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
                ? "It is numbered and becomes"
                : "They are numbered and become")} visible to your customers. This cannot be undone.{(warned > 0
                    ? $" {NumberText.Count(warned, "draft has a warning", "drafts have warnings")}."
                    : "")}",
            "Finalise"))
        {
            return;
        }

        var actor = await current.GetAsync();
        runner.TryFinalise(actor, _period);
        await WatchAsync(actor);
        await _header!.FocusAsync();
    }

    /// <summary>Polls the progress of the run until it ends or the user leaves the page.</summary>
    private async Task WatchAsync(Actor actor)
    {
        _isDismissed = false;
        try
        {
            for (_progress = runner.FindProgress(actor); IsBusy; _progress = runner.FindProgress(actor))
            {
                await InvokeAsync(StateHasChanged);
                await Task.Delay(PollInterval, _left.Token);
            }

            await ReviewAsync();
            await InvokeAsync(StateHasChanged);
        }
        catch (OperationCanceledException)
        {
            // The user left the page; the run continues.
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
}
