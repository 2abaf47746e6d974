using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Plans;

public sealed partial class ConfirmOrderDialog(CurrentActor current, OrderPaymentService payments, TimeProvider clock)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;
    private string _day = "";
    private string _reference = "";
    private string? _begins;
    private OrderReceipt? _receipt;

    [Parameter, EditorRequired]
    public OrderRow Row { get; set; } = null!;

    protected override void OnInitialized() =>
        (_amount, _day) = (Row.Order.Due.Amount, DayText.Format(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)));

    private async Task<Refusal?> ActAsync()
    {
        if (!UtcDateTimeText.TryRead(_begins, out var beginsAtUtc))
        {
            return Refusal.Because("Enter the start date and time in UTC, or leave it empty.");
        }

        if (!DayText.TryRead(_day, out var day))
        {
            return Refusal.Because("Choose the date on which the payment was received.");
        }

        var outcome = await payments.RecordAsync(
            await current.GetAsync(), new ReceivedOrderPayment(Row.Order.Id, _amount, day, _reference, _key, beginsAtUtc));
        _receipt = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
