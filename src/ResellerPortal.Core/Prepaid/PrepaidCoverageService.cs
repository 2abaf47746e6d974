using System.Collections.Concurrent;
using System.Data.Common;
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
public sealed class PrepaidCoverageService(PortalDatabase database, TimeProvider clock) : IPrepaidCoverage
{
    /// <summary>After which prices, taxes and fees are looked at again.</summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<CoverageQuestion, Lazy<Task<ReserveResult.BalanceSpent?>>> _looking = [];

    /// <inheritdoc/>
    public async Task<ReserveResult.BalanceSpent?> EnsureCoveredAsync(CoverageQuestion question, CancellationToken cancellationToken)
    {
        // Requests that ask at once share one answer.
        var looking = _looking.GetOrAdd(question, asked => new Lazy<Task<ReserveResult.BalanceSpent?>>(() => CalculateAsync(asked)));
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

    private async Task<ReserveResult.BalanceSpent?> CalculateAsync(CoverageQuestion asked)
    {
        try
        {
            var now = clock.GetUtcNow();
            var (customer, spending, usage) = await ReadAsync(asked, now);
            var allowed = spending.Balance - spending.Due;
            var coverage = CoverageCalculator.Calculate(
                usage, Milestone(spending, allowed), asked.Converter, asked.Environment, asked.Least);
            if (coverage.Conversions == 0)
            {
                coverage = CoverageCalculator.Calculate(usage, allowed, asked.Converter, asked.Environment, asked.Least);
            }

            var percent = coverage.Conversions == 0 ? 100 : UsageAlert.Reached(spending.Spent.MinorUnits, allowed.MinorUnits);
            var isNews = percent > customer.BalanceAlertedPercent && spending.Balance.MinorUnits > 0;

            // A refusal that was told of needs no writing, however often it is asked for.
            if (coverage.Conversions > 0 || isNews)
            {
                await WriteAsync(customer, coverage, isNews ? CreateAlert(customer, spending, percent, now) : null, now);
            }

            return coverage.Conversions > 0 ? null : new ReserveResult.BalanceSpent(spending.Left);
        }
        catch (Exception failure) when (failure is DbException or DbUpdateException)
        {
            throw new MeterUnavailableException("The prepaid balance cannot be read at the moment. Try again in a few seconds.", failure);
        }
    }

    /// <summary>Nothing is written where money moved since the customer was read: the meter asks again.</summary>
    private async Task WriteAsync(Customer customer, CoverageCalculator coverage, UsageAlert? alert, DateTimeOffset now)
    {
        await using var db = database.Open(TenantScope.ForReseller(customer.ResellerId));
        await using var transaction = await db.Database.BeginTransactionAsync();
        var unmoved = db.Customers.Where(c => c.Id == customer.Id && c.BalanceSequence == customer.BalanceSequence);
        if (alert is not null
            && await unmoved.Where(c => c.BalanceAlertedPercent < alert.Percent).ExecuteUpdateAsync(
                set => set.SetProperty(c => c.BalanceAlertedPercent, alert.Percent)) == 1)
        {
            db.UsageAlerts.Add(alert);
            await db.SaveChangesAsync();
        }

        if (coverage.Conversions > 0)
        {
            await unmoved.ExecuteUpdateAsync(set => set
                .SetProperty(c => c.ConversionsCovered, customer.ConversionsConsumed + coverage.Conversions)
                .SetProperty(c => c.CoveredConverter, coverage.Converter)
                .SetProperty(c => c.CoveredUntilUtc, now + HoldsFor));
        }

        await transaction.CommitAsync();
    }

    /// <summary>Of one instant, so that no conversion is missed between those held and those used.</summary>
    private async Task<(Customer Customer, PrepaidSpending Spending, UnbilledUsage Usage)> ReadAsync(
        CoverageQuestion asked,
        DateTimeOffset now)
    {
        await using var db = database.Open(TenantScope.ForReseller(asked.ResellerId));
        await using var transaction = await db.Database.BeginTransactionAsync(database.Dialect.SnapshotLevel);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == asked.CustomerId);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == asked.ResellerId);
        var usage = await UnbilledUsage.ReadAsync(db, reseller, customer, now, default);
        return (customer, await PrepaidSpending.ReadAsync(db, customer, usage, default), usage);
    }

    /// <summary>The amount at which the customer is told next, so that it is told in time; the allowed where none is left.</summary>
    private static Money Milestone(PrepaidSpending spending, Money allowed)
    {
        var next = UsageAlert.Thresholds
            .Select(percent => Money.Round(allowed.Amount * percent / 100, allowed.Currency))
            .Where(amount => amount > spending.Spent)
            .ToList();
        return next.Count > 0 ? next[0] : allowed;
    }

    private static UsageAlert CreateAlert(Customer customer, PrepaidSpending spending, int percent, DateTimeOffset now) => new()
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
