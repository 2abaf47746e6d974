using System.Globalization;
using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public sealed partial class BalanceDialog(CurrentActor current, BalancePayments payments, TimeProvider clock)
{
    private readonly Guid _key = Guid.NewGuid();
    private decimal _amount;
    private string _day = "";
    private string _reference = "";

    [Parameter, EditorRequired]
    public BalanceOverview Overview { get; set; } = null!;

    [Parameter, EditorRequired]
    public BalanceEntryKind Kind { get; set; }

    private Currency Currency => Overview.Spending.Balance.Currency;

    protected override void OnInitialized()
    {
        _amount = Kind == BalanceEntryKind.PaidOut ? Math.Max(0, Overview.Spending.Left.Amount) : 0;
        _day = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private async Task<Refusal?> ActAsync()
    {
        if (!DateOnly.TryParseExact(_day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return Refusal.Of("Choose the day on which the money moved.");
        }

        var (actor, payment) = (await current.GetAsync(), new BalancePayment(Overview.CustomerId, _amount, day, _reference, _key));
        return (Kind == BalanceEntryKind.TopUp ? await payments.TopUpAsync(actor, payment) : await payments.PayOutAsync(actor, payment)).Refusal;
    }
}
