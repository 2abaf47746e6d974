using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Resellers;

public sealed partial class ResellerPage(CurrentActor current, CreditQueries queries, TimeProvider clock, IDialogService dialogs)
{
    private ResellerCredits? _credits;
    private DateTimeOffset _now;
    private bool _isMissing;
    private bool _mayAdjust;

    [Parameter]
    public Guid Id { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var actor = await current.GetAsync();
        _now = clock.GetUtcNow();
        _mayAdjust = actor.May(Permission.LotsAdjust);
        _credits = await queries.ReadAsync(actor, new ResellerId(Id));
        _isMissing = _credits is null;
    }

    private Task AdjustAsync(CreditLot lot) => ActAsync(new DialogParameters<AdjustLotDialog> { { d => d.Lot, lot } });

    private Task SetOverageAsync() => ActAsync(new DialogParameters<OverageDialog> { { d => d.Reseller, _credits!.Reseller } });

    private async Task ActAsync<TDialog>(DialogParameters<TDialog> parameters)
        where TDialog : IComponent
    {
        if ((await dialogs.ActAsync(parameters)).IsDone)
        {
            await OnParametersSetAsync();
        }
    }
}
