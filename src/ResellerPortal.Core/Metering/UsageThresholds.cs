using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The thresholds of limits, budgets and lots that the reseller and its customers are told of.</summary>
internal static class UsageThresholds
{
    /// <summary>Marks the thresholds that usage of a token has reached.</summary>
    /// <param name="lots">The lots of its reseller that the usage changed.</param>
    /// <param name="month">First day of the current month in the reseller's time zone.</param>
    /// <returns>An alert for each newly reached threshold.</returns>
    public static IEnumerable<UsageAlert> Mark(
        ApiToken token,
        Customer customer,
        IEnumerable<CreditLot> lots,
        DateOnly month,
        DateTimeOffset now)
    {
        if (token.UsageLimit is { } limit
            && UsageAlert.GetReachedPercent(token.GetUsed(month), limit) is var ofToken
            && ofToken > token.AlertedPercent)
        {
            token.AlertedPercent = ofToken;
            yield return New(
                AlertSubject.Token,
                token.Id,
                $"token {token.Environment} (…{token.SecretEnding}) of {customer.Name}",
                token.LimitPeriod == LimitPeriod.Month ? month : null,
                ofToken,
                token.GetUsed(month),
                limit);
        }

        if (customer.MonthlyBudget is { } budget
            && UsageAlert.GetReachedPercent(customer.UsedInMonth, budget) is var ofBudget
            && ofBudget > customer.AlertedPercent)
        {
            customer.AlertedPercent = ofBudget;
            yield return New(
                AlertSubject.CustomerBudget,
                customer.Id.Value,
                $"the monthly budget of {customer.Name}",
                month,
                ofBudget,
                customer.UsedInMonth,
                budget);
        }

        foreach (var lot in lots)
        {
            if (UsageAlert.GetReachedPercent(lot.Used, lot.Conversions) is var ofLot
                && ofLot > lot.AlertedPercent)
            {
                lot.AlertedPercent = ofLot;
                yield return New(AlertSubject.Lot, lot.Id, $"the lot {lot.PlanName}", null, ofLot, lot.Used, lot.Conversions);
            }
        }

        UsageAlert New(AlertSubject subject, Guid id, string name, DateOnly? counted, int percent, long used, long of) => new()
        {
            Id = Guid.CreateVersion7(now),
            ResellerId = token.ResellerId,
            CustomerId = subject == AlertSubject.Lot ? null : customer.Id,
            Subject = subject,
            SubjectId = id,
            SubjectName = name,
            Month = counted,
            Percent = percent,
            Used = used,
            Limit = of,
            AtUtc = now,
        };
    }
}
