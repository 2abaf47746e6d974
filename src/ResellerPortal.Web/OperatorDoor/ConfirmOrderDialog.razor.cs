using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorDoor;

public sealed partial class ConfirmOrderDialog(CurrentActor current, CreditLots lots)
{
    private string _reference = "";

    [Parameter, EditorRequired]
    public OrderRow Row { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => (await lots.ConfirmOrderAsync(await current.GetAsync(), Row.Order.Id, _reference)).Refusal;
}
