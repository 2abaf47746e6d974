using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class Invoices(
    CurrentActor current,
    InvoiceQueries queries,
    InvoiceRun run,
    Core.Invoicing.Invoices invoices,
    CustomerQueries customers,
    TimeProvider clock,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private const int MonthsToChoose = 12;

    private MudTable<InvoiceRow>? _table;
    private IReadOnlyList<BillingPeriod> _periods = [];
    private BillingPeriod _period;
    private DraftRun? _run;
    private string _show = "all";
    private int _drafts;
    private int _done;
    private int _ofCustomers;
    private bool _isBusy;
    private bool _mayDraft;
    private bool _mayFinalise;

    [SupplyParameterFromQuery]
    private string? Show { get; set; }

    [SupplyParameterFromQuery]
    private Guid? Customer { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        (_mayDraft, _mayFinalise) = (actor.May(Permission.InvoicesDraft), actor.May(Permission.InvoicesFinalise));
        _show = Show is "drafts" or "unpaid" ? Show : "all";
        var zone = await customers.ZoneAsync(actor);
        var last = BillingPeriod.Of(clock.GetUtcNow(), zone).Previous;
        _periods = [.. Enumerable.Range(0, MonthsToChoose).Select(i => BillingPeriod.Of(last.FirstDay.AddMonths(-i)))];
        _period = last;
    }

    private async Task<TableData<InvoiceRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        CustomerId? customer = Customer is { } id ? new CustomerId(id) : null;
        var page = await queries.PageAsync(actor, null, _show == "drafts", _show == "unpaid", customer, state.Page * state.PageSize, state.PageSize, cancellationToken);
        _drafts = (await queries.PageAsync(actor, null, draftsOnly: true, unpaidOnly: false, null, 0, 1, cancellationToken)).TotalCount;
        await InvokeAsync(StateHasChanged);
        return new TableData<InvoiceRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task ShowAsync(string show)
    {
        _show = show;
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("show", show == "all" ? null : show), replace: true);
        await _table!.ReloadServerData();
    }

    private async Task DraftAsync()
    {
        var actor = await current.GetAsync();
        var outcome = await BusyAsync(
            (await customers.NamesAsync(actor)).Count,
            () => run.DraftAsync(actor, _period, new Progress<int>(Report)));
        if (outcome.Refusal is { } refusal)
        {
            snackbar.Add(refusal.Message, Severity.Error);
            return;
        }

        _run = outcome.Value;
        await _table!.ReloadServerData();
    }

    private async Task FinaliseAllAsync()
    {
        if (!await dialogs.ConfirmAsync("Finalise all drafts?", $"{_drafts} invoices get their numbers and can be seen by your customers. This cannot be undone.", "Finalise invoices"))
        {
            return;
        }

        var actor = await current.GetAsync();
        var refusals = await BusyAsync(_drafts, async () =>
        {
            var refused = new List<string>();
            while (await queries.PageAsync(actor, null, draftsOnly: true, unpaidOnly: false, null, refused.Count, 50) is { Rows: { Count: > 0 } rows })
            {
                foreach (var row in rows.OrderBy(r => r.Period))
                {
                    if ((await invoices.FinaliseAsync(actor, row.Id)).Refusal is { } refusal)
                    {
                        refused.Add($"{row.CustomerName}: {refusal.Message}");
                    }

                    Report(_done + 1);
                }
            }

            return refused;
        });
        snackbar.Add(
            refusals.Count == 0 ? $"{_done} invoices are final." : $"{_done - refusals.Count} invoices are final. {string.Join(' ', refusals)}",
            refusals.Count == 0 ? Severity.Success : Severity.Warning);
        await _table!.ReloadServerData();
    }

    private async Task<T> BusyAsync<T>(int steps, Func<Task<T>> act)
    {
        (_isBusy, _done, _ofCustomers) = (true, 0, steps);
        try
        {
            return await act();
        }
        finally
        {
            _isBusy = false;
        }
    }

    private void Report(int done)
    {
        _done = done;
        _ = InvokeAsync(StateHasChanged);
    }

    private static string Summary(DraftRun run)
    {
        var parts = run.Results.GroupBy(r => r.Outcome).Select(group => group.Key switch
        {
            DraftOutcome.Drafted => $"{group.Count()} drafted",
            DraftOutcome.NothingToBill => $"{group.Count()} without usage to bill",
            DraftOutcome.FinalisedBefore => $"{group.Count()} finalised before",
            _ => $"{group.Count()} wait for an earlier draft to be finalised",
        });
        return $"{run.Period.Name}: {string.Join(", ", parts)}.";
    }
}
