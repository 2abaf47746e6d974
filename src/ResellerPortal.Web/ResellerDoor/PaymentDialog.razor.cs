using System.Globalization;
using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Payments;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class PaymentDialog(CurrentActor current, InvoicePayments payments, TimeProvider clock)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;
    private string _receivedOn = "";
    private string _reference = "";

    [Parameter, EditorRequired]
    public InvoiceRow Row { get; set; } = null!;

    protected override void OnInitialized()
    {
        _amount = Row.Due.Amount;
        _receivedOn = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private async Task<Refusal?> ActAsync() =>
        DateOnly.TryParseExact(_receivedOn, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (await payments.RecordAsync(await current.GetAsync(), new ReceivedPayment(Row.Id, _amount, day, _reference, _key))).Refusal
            : Refusal.Of("Choose the day on which the payment was received.");
}
