using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class BalanceDialog(
    CurrentActor current,
    BalancePaymentService payments,
    CustomerQueries customers,
    TimeProvider clock)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;
    private string _day = "";
    private string _reference = "";

    [Parameter, EditorRequired]
    public BalanceOverview Overview { get; set; } = null!;

    [Parameter, EditorRequired]
    public BalanceTransactionKind Kind { get; set; }

    private Currency Currency => Overview.Spending.Balance.Currency;

    protected override async Task OnInitializedAsync()
    {
        _amount = Kind == BalanceTransactionKind.PaidOut ? Math.Max(0, Overview.Spending.Left.Amount) : 0;
        _day = DayText.Format((await customers.GetTimeZoneAsync(await current.GetAsync())).GetDay(clock.GetUtcNow()));
    }

    private async Task<Refusal?> ActAsync()
    {
        if (!DayText.TryRead(_day, out var day))
        {
            return Refusal.Because("Choose the date of the transaction.");
        }

        var (actor, payment) = (await current.GetAsync(), new BalancePayment(Overview.CustomerId, _amount, day, _reference, _key));
        return (Kind == BalanceTransactionKind.TopUp
            ? await payments.TopUpAsync(actor, payment)
            : await payments.PayOutAsync(actor, payment)).Refusal;
    }
}
