using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Prepaid;

/// <summary>
/// Provides metering with the number of conversions that a balance covers. Metering deducts from it within each request's transaction, so
/// requests do not wait for pricing and never exceed what is paid for.
/// </summary>
public sealed class PrepaidCoverageService(PortalDatabase database, TimeProvider clock) : IPrepaidCoverage
{
    /// <summary>How long coverage is valid before prices, taxes and fees are read again.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<CoverageQuestion, Lazy<Task<ReserveResult.BalanceSpent?>>> _pending = [];

    /// <inheritdoc/>
    public async Task<ReserveResult.BalanceSpent?> EnsureCoveredAsync(CoverageQuestion question, CancellationToken cancellationToken)
    {
        // Concurrent requests share one calculation.
        var looking = _pending.GetOrAdd(question, asked => new Lazy<Task<ReserveResult.BalanceSpent?>>(() => CalculateAsync(asked)));
        try
        {
            return await looking.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (looking.Value.IsCompleted)
            {
                _pending.TryRemove(new KeyValuePair<CoverageQuestion, Lazy<Task<ReserveResult.BalanceSpent?>>>(question, looking));
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
                usage, GetNextMilestone(spending, allowed), asked.Converter, asked.Environment, asked.Least);
            if (coverage.Conversions == 0)
            {
                coverage = CoverageCalculator.Calculate(usage, allowed, asked.Converter, asked.Environment, asked.Least);
            }

            var percent = coverage.Conversions == 0 ? 100 : UsageAlert.GetReachedPercent(spending.Spent.MinorUnits, allowed.MinorUnits);
            var isNews = percent > customer.BalanceAlertedPercent
                && spending.Balance.MinorUnits > 0
                && (coverage.Conversions > 0 || !asked.IsGuess);

            // A refusal that was already sent needs no write, however often it recurs.
            if (coverage.Conversions > 0 || isNews)
            {
                await WriteAsync(customer, coverage, isNews ? CreateAlert(customer, spending, percent, now) : null, now);
            }

            return coverage.Conversions > 0 ? null : new ReserveResult.BalanceSpent(spending.Left);
        }
        catch (Exception failure) when (failure is DbException or DbUpdateException)
        {
            throw new MeterUnavailableException("The prepaid balance is temporarily unavailable. Try again in a few seconds.", failure);
        }
    }

    /// <summary>Writes nothing if the balance changed since the customer was read; metering then asks again.</summary>
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
                .SetProperty(c => c.CoveredUntilUtc, now + Validity));
        }

        await transaction.CommitAsync();
    }

    /// <summary>Reads everything at one instant, so that no conversion is missed between reserved and used.</summary>
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

    /// <summary>The amount at which the next alert is sent; the allowed amount if none is left.</summary>
    private static Money GetNextMilestone(PrepaidSpending spending, Money allowed)
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
