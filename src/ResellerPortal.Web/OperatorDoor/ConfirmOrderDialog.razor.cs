using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorDoor;

public sealed partial class ConfirmOrderDialog(CurrentActor current, CreditLots lots)
{
    private string _reference = "";
    private string? _begins;

    [Parameter, EditorRequired]
    public OrderRow Row { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => UtcText.TryRead(_begins, out var beginsAtUtc)
        ? (await lots.ConfirmOrderAsync(await current.GetAsync(), Row.Order.Id, _reference, beginsAtUtc)).Refusal
        : Refusal.Of("Enter the beginning with a time in UTC, or leave it empty for now.");
}
