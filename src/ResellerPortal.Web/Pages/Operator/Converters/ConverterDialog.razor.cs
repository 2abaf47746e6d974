using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Converters;

public sealed partial class ConverterDialog(CurrentActor current, ConverterReserveService reserves)
{
    private string _converter = "";
    private long _quantity = 1;

    /// <summary>The entry to edit; null to add one.</summary>
    [Parameter]
    public ConverterReserve? Row { get; set; }

    protected override void OnInitialized() => (_converter, _quantity) = (Row?.Converter ?? "", Row?.Quantity ?? 1);

    private async Task<Refusal?> ActAsync() => (await reserves.SetAsync(await current.GetAsync(), _converter, _quantity)).Refusal;
}
