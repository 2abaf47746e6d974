using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Sending;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.ResellerPages.Payments;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class InvoicePage(
    CurrentActor current,
    InvoiceQueries queries,
    InvoiceDetailQueries details,
    Core.Invoicing.InvoiceFinalizer invoices,
    InvoiceTimelineQueries timeline,
    DeliveryService deliveries,
    DunningPolicyService policies,
    IDialogService dialogs,
    ISnackbar snackbar,
    IJSRuntime js)
{
    private Actor? _actor;
    private readonly DeliveryService _deliveries = deliveries;
    private InvoiceView? _view;
    private InvoiceDetail? _detail;
    private IReadOnlyList<TimelineEvent> _timeline = [];
    private bool _isMissing;

    [Parameter]
    public Guid Id { get; set; }

    private bool HasLinesToCredit =>
        _view!.Row.State != InvoiceState.Uncollectible
        && _view.Row.CreditNotes.Sum(n => n.Total.MinorUnits) < _view.Row.Total.MinorUnits
        && _view.Row.CreditNotes.Sum(n => n.Positions.Count) < _view.Lines.Count;

    private string? DueNote => _view!.Row is not { DueOn: { } due } ? null
        : _view.Row.LateFee.IsZero ? $"by {NumberText.Day(due)}"
        : $"by {NumberText.Day(due)}, late fees of {_view.Row.LateFee} included";

    /// <summary>The customer's entries of the month; null if the invoice bills none.</summary>
    private string? LedgerAddress => _view!.LastSequence < _view.FirstSequence
        ? null
        : $"/reseller/ledger?customer={_view.Row.CustomerId}&from={DayText.Format(_view.Row.Period.FirstDay)}"
            + $"&to={DayText.Format(_view.Row.Period.LastDay)}";

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _view = await queries.FindAsync(_actor, Id);
        _detail = _view is null ? null : await details.FindAsync(_actor, Id);
        _timeline = await timeline.ReadAsync(_actor, Id);
        _isMissing = _view is null;
    }

    private async Task FinaliseAsync()
    {
        if (!await dialogs.ConfirmAsync(
            "Finalise this invoice?",
            $"It is assigned the next number and becomes visible to {_view!.Row.CustomerName}. It cannot be changed afterwards.",
            "Finalise invoice"))
        {
            return;
        }

        var outcome = await invoices.FinaliseAsync(await current.GetAsync(), Id);
        snackbar.Add(
            outcome.Refusal?.Message ?? $"{outcome.Value.Number} finalised.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await LoadAsync();
    }

    private async Task SendAsync(Guid documentId, string number)
    {
        var round = await _deliveries.GetNextRoundAsync(await current.GetAsync(), documentId);
        var parameters = new DialogParameters<SendDialog>
        {
            { d =>
                d.Number, number }, { d =>
                    d.To, _view!.CustomerEmail }, { d => d.InvoiceId, Id }, { d => d.DocumentId, documentId }, { d => d.Round, round },
        };
        if ((await dialogs.ActAsync(parameters)).IsDone)
        {
            snackbar.Add($"{number} will be emailed within a minute.", Severity.Success);
            await LoadAsync();
        }
    }

    private async Task PrintAsync() => await js.InvokeVoidAsync("print");

    private async Task HoldAsync()
    {
        var outcome = await policies.SetHoldAsync(await current.GetAsync(), Id, !_view!.HoldsReminders);
        snackbar.Add(
            outcome.Refusal?.Message
                ?? (outcome.Value.RemindersHeldAtUtc is null ? "Reminders resumed." : "Reminders are on hold for this invoice."),
            outcome.IsRefused ? Severity.Error : Severity.Success);
        await LoadAsync();
    }

    private async Task CreditAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<CreditDialog> { { d => d.View, _view! } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task VoidAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<VoidDialog> { { d => d.Row, _view!.Row } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task WriteOffAsync()
    {
        if ((await dialogs.ActAsync(new DialogParameters<WriteOffDialog> { { d => d.Row, _view!.Row } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task RecordPaymentAsync()
    {
        var (isDone, _) = await dialogs.ActAsync(new DialogParameters<PaymentDialog> { { d => d.Row, _view!.Row } });
        if (isDone)
        {
            await LoadAsync();
        }
    }
}
