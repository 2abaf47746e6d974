using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Discrepancies between the portal and a payment provider, with an action to resolve them.</summary>
public sealed partial class PaymentDifferencesView(CurrentActor current, PaymentReconciler reconciler, ISnackbar snackbar)
{
    private IReadOnlyList<DifferenceRow> _differences = [];
    private PaymentComparison? _last;
    private bool _isBusy;

    [Parameter, EditorRequired]
    public bool MayRepair { get; set; }

    /// <summary>Whether to show the account that each discrepancy belongs to.</summary>
    [Parameter]
    public bool ShowsOwner { get; set; }

    protected override async Task OnInitializedAsync() => (_differences, _last) = await reconciler.ReadAsync(await current.GetAsync());

    private async Task RepairAsync(DifferenceRow row)
    {
        _isBusy = true;
        var outcome = await reconciler.RepairAsync(await current.GetAsync(), row.Difference.Id);
        snackbar.Add(outcome.Refusal?.Message ?? "Discrepancy resolved.", outcome.IsRefused ? Severity.Error : Severity.Success);
        await OnInitializedAsync();
        _isBusy = false;
    }
}
