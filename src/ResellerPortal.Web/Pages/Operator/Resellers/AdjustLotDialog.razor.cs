using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Resellers;

public sealed partial class AdjustLotDialog(CurrentActor current, CreditLotService lots)
{
    private long _conversions;
    private string _reason = "";

    [Parameter, EditorRequired]
    public CreditLot Lot { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => (await lots.AdjustAsync(await current.GetAsync(), Lot.Id, _conversions, _reason)).Refusal;
}
