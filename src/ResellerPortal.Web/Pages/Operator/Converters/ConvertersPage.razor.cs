using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Converters;

public sealed partial class ConvertersPage(CurrentActor current, ConverterCostService costs, IDialogService dialogs)
{
    private IReadOnlyList<ConverterCostRow>? _rows;
    private bool _mayManage;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.ConvertersManage);
        _rows = await costs.ListAsync(actor);
    }

    private static string Format(long? value) => value is > 0 and var stated ? NumberText.Conversions(stated) : "–";

    private async Task SetAsync(ConverterCostRow? row)
    {
        if ((await dialogs.ActAsync(new DialogParameters<ConverterDialog> { { d => d.Row, row } })).IsDone)
        {
            await OnInitializedAsync();
        }
    }
}
