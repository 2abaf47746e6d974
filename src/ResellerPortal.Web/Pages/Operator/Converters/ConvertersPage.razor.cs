using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Converters;

public sealed partial class ConvertersPage(CurrentActor current, ConverterCostService costs, IDialogService dialogs)
{
    private IReadOnlyList<ConverterCostRow>? _rows;
    private bool _mayManage;
    private string? _refusal;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.ConvertersManage);
        _rows = await costs.ListAsync(actor);
    }

    private static string Name(string converter) =>
        converter == ConverterCost.AllConverters ? "All other converters" : ConverterName.Readable(converter);

    private static string Format(long? value) => value is > 0 and var stated ? NumberText.Conversions(stated) : "–";

    private async Task SetAsync(ConverterCostRow? row)
    {
        if ((await dialogs.ActAsync(new DialogParameters<ConverterDialog> { { d => d.Row, row } })).IsDone)
        {
            await OnInitializedAsync();
        }
    }

    private async Task ResetHighestAsync(ConverterCostRow row)
    {
        if (await dialogs.ConfirmAsync(
            "Reset the highest cost?",
            $"A request with {Name(row.Converter)} cost up to {NumberText.Conversions(row.HighestPerRequest)} conversions. "
                + "Reset it if that was a mistake. New requests count again.",
            "Reset highest cost"))
        {
            _refusal = (await costs.ResetHighestAsync(await current.GetAsync(), row.Converter)).Refusal?.Message;
            await OnInitializedAsync();
        }
    }
}
