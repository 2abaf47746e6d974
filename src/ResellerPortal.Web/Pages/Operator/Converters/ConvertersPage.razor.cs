using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Converters;

public sealed partial class ConvertersPage(CurrentActor current, ConverterReserveService reserves, IDialogService dialogs)
{
    private IReadOnlyList<ConverterReserve>? _rows;
    private bool _mayManage;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.ConvertersManage);
        _rows = await reserves.ListAsync(actor);
    }

    private async Task SetAsync(ConverterReserve? row)
    {
        if ((await dialogs.ActAsync(new DialogParameters<ConverterDialog> { { d => d.Row, row } })).IsDone)
        {
            await OnInitializedAsync();
        }
    }
}
