using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Payments;

public sealed partial class PaymentDialog(
    CurrentActor current,
    InvoicePaymentService payments,
    CustomerQueries customers,
    TimeProvider clock)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;
    private string _receivedOn = "";
    private string _reference = "";

    [Parameter, EditorRequired]
    public InvoiceRow Row { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        _amount = Row.Due.Amount;
        _receivedOn = DayText.Format((await customers.GetTimeZoneAsync(await current.GetAsync())).GetDay(clock.GetUtcNow()));
    }

    private async Task<Refusal?> ActAsync() =>
        DayText.TryRead(_receivedOn, out var day)
            ? (await payments.RecordAsync(await current.GetAsync(), new ReceivedPayment(Row.Id, _amount, day, _reference, _key))).Refusal
            : Refusal.Because("Choose the date on which the payment was received.");
}
