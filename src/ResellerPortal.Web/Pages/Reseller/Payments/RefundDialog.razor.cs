using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Payments;

public sealed partial class RefundDialog(CurrentActor current, OnlineRefundService refunds)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;

    [Parameter, EditorRequired]
    public OnlinePayment Payment { get; set; } = null!;

    protected override void OnInitialized() => _amount = Payment.Refundable.Amount;

    private async Task<Refusal?> ActAsync() =>
        (await refunds.RefundAsync(await current.GetAsync(), Payment.Checkout.Id, _amount, _key)).Refusal;
}
