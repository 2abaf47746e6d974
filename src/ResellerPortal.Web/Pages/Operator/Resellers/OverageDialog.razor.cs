using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Resellers;

public sealed partial class OverageDialog(CurrentActor current, CreditLotService lots)
{
    private long _conversions = 1000;
    private decimal _unitCost;

    [Parameter, EditorRequired]
    public Reseller Reseller { get; set; } = null!;

    private async Task<Refusal?> ActAsync() =>
        (await lots.SetOverageAsync(await current.GetAsync(), Reseller.Id, _conversions, _unitCost)).Refusal;
}
