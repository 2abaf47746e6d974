using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>Receivables by age.</summary>
/// <param name="PaidAhead">Customers' credit balances; never positive.</param>
public sealed record AgedReceivables(Money NotDue, Money UpTo30Days, Money UpTo60Days, Money UpTo90Days, Money Older, Money PaidAhead)
{
    public IReadOnlyList<Money> InOrder => [NotDue, UpTo30Days, UpTo60Days, UpTo90Days, Older, PaidAhead];

    /// <param name="balances">The amount owed per invoice with its due date; null for credit balances.</param>
    public static AgedReceivables FromBalances(IEnumerable<(DateOnly? DueOn, Money Owed)> balances, DateOnly on, Currency currency)
    {
        var sums = new Money[] { Money.Zero(
            currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency) };
        foreach (var (dueOn, owed) in balances)
        {
            var days = on.DayNumber - dueOn?.DayNumber;
            sums[days is null ? 5 : days <= 0 ? 0 : days <= 30 ? 1 : days <= 60 ? 2 : days <= 90 ? 3 : 4] += owed;
        }

        return new AgedReceivables(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]);
    }
}

/// <summary>A customer in a month: revenue and cost of its usage, and what it owes at the end of the month.</summary>
/// <param name="Quantity">Billed conversions.</param>
/// <param name="Net">In the reseller's currency, like the cost.</param>
/// <param name="Owed">In the customer's currency.</param>
public sealed record MonthCloseRow(CustomerId Id, string Name, long Quantity, Money Net, Money Cost, Money Owed)
{
    public Money Margin => Net - Cost;
}

/// <summary>Receivables of customers charged in one currency, and their movements in a month.</summary>
/// <param name="Opening">At the start of the month.</param>
/// <param name="Closing">At the end of the month.</param>
public sealed record CurrencyReceivables(
    Currency Currency,
    Money Opening,
    IReadOnlyDictionary<ReceivablesEntryKind, Money> Moved,
    Money Closing,
    AgedReceivables Ages)
{
    /// <summary>Receivables without deducting credit balances.</summary>
    public Money Owed => Closing - Ages.PaidAhead;

    public Money GetMovement(ReceivablesEntryKind kind) => Moved.GetValueOrDefault(kind, Money.Zero(Currency));
}

/// <param name="Currency">The reseller's currency, used for everything except receivables.</param>
/// <param name="Rows">Customers that were billed for the month or owe something.</param>
/// <param name="OpenDrafts">The month's drafts; the month is only closed once they are finalised.</param>
/// <param name="Receivables">By currency, the reseller's own first, then those with receivables or movements. Receivables are not
/// converted because only their payment determines their value.</param>
public sealed record MonthCloseReport(
    BillingPeriod Period,
    Currency Currency,
    IReadOnlyList<MonthCloseRow> Rows,
    int OpenDrafts,
    IReadOnlyList<IssuedTax> Issued,
    IReadOnlyList<CurrencyReceivables> Receivables)
{
    public Money Net => Money.Sum(Rows.Select(r => r.Net), Currency);

    public Money Cost => Money.Sum(Rows.Select(r => r.Cost), Currency);

    public Money Margin => Net - Cost;

    public long Quantity => Rows.Sum(r => r.Quantity);
}

/// <summary>Reads the month-end close: revenue, cost and margin of usage, documents by tax, and aged receivables.</summary>
public sealed class MonthCloseQueries(PortalDatabase database, IssuedDocumentQueries issued)
{
    public async Task<MonthCloseReport> ReadAsync(Actor actor, BillingPeriod period, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var customers = await db.Customers.AsNoTracking()
            .Select(c => new { c.Id, c.Name, c.Currency })
            .ToDictionaryAsync(c => c.Id, cancellationToken);
        var billed = await db.Invoices.AsNoTracking()
            .Where(Invoice.Stands)
            .Where(i => i.PeriodStart == period.FirstDay)
            .Join(db.InvoiceCosts, i => i.Id, f => f.InvoiceId, (i, f) => new
            {
                i.CustomerId,
                i.NetMinorUnits,
                i.Currency,
                i.RateNanos,
                f.Quantity,
                f.CostMicros,
            })
            .ToDictionaryAsync(
                i => i.CustomerId,
                i => (
                    Net: new ExchangeRate(i.RateNanos, reseller.Currency, i.Currency).Back(new Money(i.NetMinorUnits, i.Currency)),
                    Cost: Money.Round(new ExactAmount(i.CostMicros, reseller.Currency)),
                    i.Quantity),
                cancellationToken);
        var drafts = await db.Invoices.CountAsync(i => i.PeriodStart <= period.FirstDay && i.FinalisedAtUtc == null, cancellationToken);
        var entries = await ReceivablesLedger.ReadAsync(db, reseller, null, period.LastDay, cancellationToken);
        var balances = entries.GroupBy(e => (e.InvoiceId, e.CustomerId, e.DueOn, e.Amount.Currency))
            .Select(g => new OpenBalance(g.Key.CustomerId, g.Key.DueOn, Sum(g, g.Key.Currency)))
            .Where(b => !b.Owed.IsZero)
            .ToList();
        var owed = balances.ToLookup(b => b.CustomerId, b => b.Owed);
        var nothing = (Net: Money.Zero(reseller.Currency), Cost: Money.Zero(reseller.Currency), Quantity: 0L);
        var rows = billed.Keys.Union(balances.Select(b => b.CustomerId)).Select(id =>
        {
            var (net, cost, quantity) = billed.GetValueOrDefault(id, nothing);
            return new MonthCloseRow(id, customers[id].Name, quantity, net, cost, Money.Sum(owed[id], customers[id].Currency));
        });
        return new MonthCloseReport(
            period,
            reseller.Currency,
            [.. rows.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase)],
            drafts,
            GroupByTax(await issued.ListMonthAsync(actor, period, cancellationToken), reseller.Currency),
            [.. entries.Select(e => e.Amount.Currency)
                .Append(reseller.Currency)
                .Distinct()
                .OrderBy(currency => currency != reseller.Currency)
                .ThenBy(currency => currency.Code, StringComparer.Ordinal)
                .Select(currency => CalculateReceivables(
                    currency,
                    [.. entries.Where(e => e.Amount.Currency == currency)],
                    balances.Where(b => b.Owed.Currency == currency),
                    period))
                .Where(r => r.Currency == reseller.Currency || r.Moved.Count > 0 || !r.Opening.IsZero)]);
    }

    private static CurrencyReceivables CalculateReceivables(
        Currency currency,
        IReadOnlyList<ReceivablesEntry> entries,
        IEnumerable<OpenBalance> balances,
        BillingPeriod period) => new(
        currency,
        Sum(entries.Where(e => e.Day < period.FirstDay), currency),
        entries.Where(e => e.Day >= period.FirstDay).GroupBy(e => e.Kind).ToDictionary(g => g.Key, g => Sum(g, currency)),
        Sum(entries, currency),
        AgedReceivables.FromBalances(balances.Select(b => (b.DueOn, b.Owed)), period.LastDay, currency));

    private static Money Sum(IEnumerable<ReceivablesEntry> entries, Currency currency) =>
        Money.Sum(entries.Select(e => e.Amount), currency);

    private static IReadOnlyList<IssuedTax> GroupByTax(IEnumerable<IssuedDocument> documents, Currency currency) =>
        [.. documents
            .Select(d => d.Booked)
            .OfType<IssuedTax>()
            .GroupBy(t => (t.Category, t.RateBasisPoints))
            .OrderBy(g => g.Key.Category, StringComparer.Ordinal)
            .ThenBy(g => g.Key.RateBasisPoints)
            .Select(g => new IssuedTax(
                g.Key.Category,
                g.Key.RateBasisPoints,
                Money.Sum(g.Select(t => t.Net), currency),
                Money.Sum(g.Select(t => t.Tax), currency)))];

    /// <summary>The open amount of an invoice or balance.</summary>
    private sealed record OpenBalance(CustomerId CustomerId, DateOnly? DueOn, Money Owed);
}
