using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Compares what ConvertAPI charged with what the ledger recorded, for the operator and for resellers.</summary>
public sealed partial class ReconciliationView(CurrentActor current, ReconciliationService reconciliation, ISnackbar snackbar)
{
    private IReadOnlyList<ReadingRow>? _rows;
    private ReadingRow? _chosen;
    private IReadOnlyList<ReadingEntry>? _entries;
    private bool _isBusy;

    [Parameter, EditorRequired]
    public string IfEmpty { get; set; } = "";

    protected override async Task OnInitializedAsync() => _rows = await reconciliation.ListAsync(await current.GetAsync());

    private static string Explanation(ReadingRow row) => row.Open > 0
        ? $"Charged but not in the ledger: {NumberText.Count(row.Open, "conversion")}."
        : $"In the ledger but not charged: {NumberText.Count(-row.Open, "conversion")}.";

    private async Task ShowAsync(ReadingRow row) =>
        (_chosen, _entries) = (row, await reconciliation.ListAffectedEntriesAsync(await current.GetAsync(), row.Reading.Id));

    private async Task CorrectAsync()
    {
        _isBusy = true;
        try
        {
            var actor = await current.GetAsync();
            var outcome = await reconciliation.CorrectAsync(actor, _chosen!.Reading.Id);
            snackbar.Add(
                outcome.Refusal?.Message ?? $"Corrected: {NumberText.Count(outcome.Value.Count, "entry", "entries")}.",
                outcome.IsRefused ? Severity.Error : Severity.Success);
            (_rows, _chosen, _entries) = (await reconciliation.ListAsync(actor), null, null);
        }
        finally
        {
            _isBusy = false;
        }
    }
}
