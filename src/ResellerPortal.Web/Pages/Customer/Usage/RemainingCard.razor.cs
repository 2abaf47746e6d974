using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.Usage;

/// <summary>What token limits and a prepaid balance leave the customer.</summary>
public sealed partial class RemainingCard(CurrentActor current, TokenLimitQueries limits, BalanceQueries balances)
{
    private const int MostShown = 5;

    private TokenLimitList? _limits;
    private BalanceOverview? _balance;

    [Parameter, EditorRequired]
    public bool IsPrepaid { get; set; }

    private string Summary => _limits!.LimitedCount == 0
        ? "No token has a usage limit"
        : "Used of each limit, least left first";

    private string UnlimitedName => _limits!.UnlimitedCount == 0
        ? "Conversions"
        : NumberText.Count(_limits.UnlimitedCount, "token") + " without a limit";

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _balance = IsPrepaid ? await balances.ReadAsync(actor, actor.Scope.Customer!.Value) : null;
        _limits = await limits.ReadAsync(actor, MostShown);
    }

    private static string GetLeftText(TokenRow token) => $"{NumberText.Conversions(token.Remaining!.Value)} left";

    private static string GetReservedText(PrepaidSpending spending) =>
        $"{spending.Spent} reserved for unbilled usage{(spending.Due.MinorUnits > 0 ? $", {spending.Due} for open invoices" : "")},"
            + $" of a balance of {spending.Balance}";
}
