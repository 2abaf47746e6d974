using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>What is owed, by how long it is overdue.</summary>
/// <param name="PaidAhead">What customers have on their balances; not positive.</param>
public sealed record AgedReceivables(Money NotDue, Money UpTo30Days, Money UpTo60Days, Money UpTo90Days, Money Older, Money PaidAhead)
{
    public IReadOnlyList<Money> InOrder => [NotDue, UpTo30Days, UpTo60Days, UpTo90Days, Older, PaidAhead];

    /// <param name="balances">What is owed of each invoice, and when it was due; null for what was paid ahead.</param>
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

/// <summary>A customer in a month: what its usage earned and cost, and what it owes at the month's end.</summary>
/// <param name="Quantity">Conversions billed.</param>
/// <param name="Net">In the reseller's currency, as the cost is.</param>
/// <param name="Owed">In the customer's currency.</param>
public sealed record MonthCloseRow(CustomerId Id, string Name, long Quantity, Money Net, Money Cost, Money Owed)
{
    public Money Margin => Net - Cost;
}

/// <summary>What customers that are charged in one currency owe, and how it came to that in a month.</summary>
/// <param name="Opening">Before the month.</param>
/// <param name="Closing">At its end.</param>
public sealed record CurrencyReceivables(
    Currency Currency,
    Money Opening,
    IReadOnlyDictionary<ReceivablesEntryKind, Money> Moved,
    Money Closing,
    AgedReceivables Ages)
{
    /// <summary>What is owed, without taking off what others paid ahead.</summary>
    public Money Owed => Closing - Ages.PaidAhead;

    public Money GetMovement(ReceivablesEntryKind kind) => Moved.GetValueOrDefault(kind, Money.Zero(Currency));
}

/// <param name="Currency">The reseller's, in which all but the receivables are.</param>
/// <param name="Rows">Of customers that were billed for the month or owe something.</param>
/// <param name="OpenDrafts">Drafts of the month that are not final yet; the month is not closed before they are.</param>
/// <param name="Receivables">By currency, the reseller's own first, then those in which something was owed or moved; debts are not
/// converted, for only their payment tells what they were worth.</param>
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

/// <summary>A month for the books: revenue, cost and margin of its usage, documents by tax, and receivables by age at its end.</summary>
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
            ByTax(await issued.ListMonthAsync(actor, period, cancellationToken), reseller.Currency),
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

    private static IReadOnlyList<IssuedTax> ByTax(IEnumerable<IssuedDocument> documents, Currency currency) =>
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

    /// <summary>What is left of an invoice or on a balance.</summary>
    private sealed record OpenBalance(CustomerId CustomerId, DateOnly? DueOn, Money Owed);
}
