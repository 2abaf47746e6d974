using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Converters;

public sealed partial class ConverterDialog(CurrentActor current, ConverterCostService costs)
{
    private string _converter = "";
    private long _perFile = ConverterCost.DefaultPerFile;
    private long? _pages;
    private long? _megabytes;
    private long? _ceiling;

    /// <summary>The converter to edit; null to add one.</summary>
    [Parameter]
    public ConverterCostRow? Row { get; set; }

    protected override void OnInitialized()
    {
        _converter = Row?.Converter ?? "";
        if (Row?.Stated is { } stated)
        {
            (_perFile, _pages, _megabytes, _ceiling) =
                (stated.PerFile, stated.PagesPerConversion, stated.MegabytesPerConversion, stated.CeilingPerRequest);
        }
    }

    private async Task<Refusal?> ActAsync() => (await costs.SetAsync(
        await current.GetAsync(), _converter, new StatedCost(_perFile, _pages, _megabytes, _ceiling))).Refusal;
}
