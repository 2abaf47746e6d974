using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Prepaid;

/// <summary>
/// Tells the meter how many conversions a balance suffices for. The meter takes from that number in the transaction of each
/// request; so no request waits for prices, and no more is converted than is paid for.
/// </summary>
public sealed class PrepaidCoverage(PortalDatabase database, TimeProvider clock) : IPrepaidCoverage
{
    /// <summary>After which prices, taxes and fees are looked at again.</summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<CoverageQuestion, Lazy<Task<ReserveResult.BalanceSpent?>>> _looking = [];

    /// <inheritdoc/>
    public async Task<ReserveResult.BalanceSpent?> LookAsync(CoverageQuestion question, CancellationToken cancellationToken)
    {
        // Requests that ask at once share one answer.
        var looking = _looking.GetOrAdd(question, asked => new Lazy<Task<ReserveResult.BalanceSpent?>>(() => FindOutAsync(asked)));
        try
        {
            return await looking.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (looking.Value.IsCompleted)
            {
                _looking.TryRemove(new KeyValuePair<CoverageQuestion, Lazy<Task<ReserveResult.BalanceSpent?>>>(question, looking));
            }
        }
    }

    private async Task<ReserveResult.BalanceSpent?> FindOutAsync(CoverageQuestion asked)
    {
        var now = clock.GetUtcNow();
        var (customer, spending, usage) = await ReadAsync(asked, now);
        var allowed = spending.Balance - spending.Due;
        var coverage = Coverage.Of(usage, Milestone(spending, allowed), asked.Converter, asked.Environment, asked.Least);
        if (coverage.Conversions == 0)
        {
            coverage = Coverage.Of(usage, allowed, asked.Converter, asked.Environment, asked.Least);
        }

        await using var db = database.Open(TenantScope.Of(asked.ResellerId));
        await using var transaction = await db.Database.BeginTransactionAsync();
        var mine = db.Customers.Where(c => c.Id == asked.CustomerId);
        var percent = coverage.Conversions == 0 ? 100 : UsageAlert.Reached(spending.Spent.MinorUnits, allowed.MinorUnits);
        if (percent > customer.BalanceAlertedPercent && spending.Balance.MinorUnits > 0
            && await mine.Where(c => c.BalanceAlertedPercent < percent && c.BalanceSequence == customer.BalanceSequence).ExecuteUpdateAsync(set => set.SetProperty(c => c.BalanceAlertedPercent, percent)) == 1)
        {
            db.UsageAlerts.Add(AlertOf(customer, spending, percent, now));
            await db.SaveChangesAsync();
        }

        if (coverage.Conversions > 0)
        {
            // Where money moved since it was read, the meter asks again.
            await mine.Where(c => c.BalanceSequence == customer.BalanceSequence).ExecuteUpdateAsync(set => set
                .SetProperty(c => c.ConversionsCovered, customer.ConversionsTaken + coverage.Conversions)
                .SetProperty(c => c.CoveredConverter, coverage.Converter)
                .SetProperty(c => c.CoveredUntilUtc, now + HoldsFor));
        }

        await transaction.CommitAsync();
        return coverage.Conversions > 0 ? null : new ReserveResult.BalanceSpent(spending.Left);
    }

    /// <summary>Of one instant, so that no conversion is missed between those held and those used.</summary>
    private async Task<(Customer Customer, PrepaidSpending Spending, UnbilledUsage Usage)> ReadAsync(CoverageQuestion asked, DateTimeOffset now)
    {
        await using var db = database.Open(TenantScope.Of(asked.ResellerId));
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == asked.CustomerId);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == asked.ResellerId);
        var usage = await UnbilledUsage.ReadAsync(db, reseller, customer, now, default);
        return (customer, await PrepaidSpending.ReadAsync(db, reseller, customer, usage, default), usage);
    }

    /// <summary>The amount at which the customer is told next, so that it is told in time; the allowed where none is left.</summary>
    private static Money Milestone(PrepaidSpending spending, Money allowed)
    {
        var next = UsageAlert.Thresholds.Select(percent => Money.Round(allowed.Amount * percent / 100, allowed.Currency)).Where(amount => amount > spending.Spent).ToList();
        return next.Count > 0 ? next[0] : allowed;
    }

    private static UsageAlert AlertOf(Customer customer, PrepaidSpending spending, int percent, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        ResellerId = customer.ResellerId,
        CustomerId = customer.Id,
        Subject = AlertSubject.Balance,
        SubjectId = customer.Id.Value,
        SubjectName = $"the balance of {customer.Name}",
        Percent = percent,
        Used = (spending.Spent + spending.Due).MinorUnits,
        Limit = spending.Balance.MinorUnits,
        Currency = spending.Balance.Currency,
        AtUtc = now,
    };
}
