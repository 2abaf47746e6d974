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
    public static AgedReceivables Of(IEnumerable<(DateOnly? DueOn, Money Owed)> balances, DateOnly on, Currency currency)
    {
        var sums = new Money[] { Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency), Money.Zero(currency) };
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
public sealed record MonthCloseRow(CustomerId Id, string Name, long Quantity, Money Net, Money Cost, Money Owed)
{
    public Money Margin => Net - Cost;
}

/// <summary>Documents issued in a month, by tax.</summary>
/// <param name="Net">Invoices less credit notes.</param>
public sealed record IssuedTax(string Category, int RateBasisPoints, Money Net, Money Tax);

/// <param name="Rows">Of customers that were billed for the month or owe something.</param>
/// <param name="OpenDrafts">Drafts of the month that are not final yet; the month is not closed before they are.</param>
public sealed record MonthCloseReport(
    BillingPeriod Period,
    Currency Currency,
    IReadOnlyList<MonthCloseRow> Rows,
    int OpenDrafts,
    IReadOnlyList<IssuedTax> Issued,
    Money Opening,
    IReadOnlyDictionary<AccountEntryKind, Money> Moved,
    Money Closing,
    AgedReceivables Ages)
{
    public Money Net => Money.Sum(Rows.Select(r => r.Net), Currency);

    public Money Cost => Money.Sum(Rows.Select(r => r.Cost), Currency);

    public Money Margin => Net - Cost;

    /// <summary>What is owed, without taking off what others paid ahead.</summary>
    public Money Receivables => Closing - Ages.PaidAhead;

    public long Quantity => Rows.Sum(r => r.Quantity);

    public Money MovedBy(AccountEntryKind kind) => Moved.GetValueOrDefault(kind, Money.Zero(Currency));
}

/// <summary>A month for the books: revenue, cost and margin of its usage, documents by tax, and receivables by age at its end.</summary>
public sealed class MonthClose(PortalDatabase database, IssuedDocuments issued)
{
    public async Task<MonthCloseReport> ReadAsync(Actor actor, BillingPeriod period, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var names = await db.Customers.AsNoTracking().Select(c => new { c.Id, c.Name }).ToDictionaryAsync(c => c.Id, c => c.Name, cancellationToken);
        var billed = await db.Invoices.AsNoTracking()
            .Where(Invoice.Stands)
            .Where(i => i.PeriodStart == period.FirstDay)
            .Join(db.InvoiceFigures, i => i.Id, f => f.InvoiceId, (i, f) => new { i.CustomerId, i.NetMinorUnits, f.Quantity, f.CostMicros })
            .ToDictionaryAsync(i => i.CustomerId, cancellationToken);
        var drafts = await db.Invoices.CountAsync(i => i.PeriodStart <= period.FirstDay && i.FinalisedAtUtc == null, cancellationToken);
        var entries = await AccountBook.ReadAsync(db, reseller, null, period.LastDay, cancellationToken);
        var before = entries.Where(e => e.Day < period.FirstDay).ToList();
        var within = entries.Where(e => e.Day >= period.FirstDay).ToList();
        var balances = entries.GroupBy(e => (e.InvoiceId, e.CustomerId, e.DueOn)).Select(g => (g.Key.CustomerId, g.Key.DueOn, Owed: Sum(g))).Where(b => !b.Owed.IsZero).ToList();
        var owed = balances.ToLookup(b => b.CustomerId, b => b.Owed);
        var rows = billed.Keys.Union(balances.Select(b => b.CustomerId)).Select(id => new MonthCloseRow(
            id,
            names[id],
            billed.GetValueOrDefault(id)?.Quantity ?? 0,
            new Money(billed.GetValueOrDefault(id)?.NetMinorUnits ?? 0, reseller.Currency),
            Money.Round(new ExactAmount(billed.GetValueOrDefault(id)?.CostMicros ?? 0, reseller.Currency)),
            Money.Sum(owed[id], reseller.Currency)));
        return new MonthCloseReport(
            period,
            reseller.Currency,
            [.. rows.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase)],
            drafts,
            ByTax(await issued.OfMonthAsync(actor, period, cancellationToken), reseller.Currency),
            Sum(before),
            within.GroupBy(e => e.Kind).ToDictionary(g => g.Key, Sum),
            Sum(entries),
            AgedReceivables.Of(balances.Select(b => (b.DueOn, b.Owed)), period.LastDay, reseller.Currency));

        Money Sum(IEnumerable<AccountEntry> of) => Money.Sum(of.Select(e => e.Amount), reseller.Currency);
    }

    private static IReadOnlyList<IssuedTax> ByTax(IEnumerable<IssuedDocument> documents, Currency currency) =>
        [.. documents
            .SelectMany(d => d.Snapshot.Taxes.Select(t => (Tax: t, Sign: d.IsCreditNote ? -1 : 1)))
            .GroupBy(t => (t.Tax.Category, t.Tax.RateBasisPoints))
            .OrderBy(g => g.Key.Category, StringComparer.Ordinal)
            .ThenBy(g => g.Key.RateBasisPoints)
            .Select(g => new IssuedTax(
                g.Key.Category,
                g.Key.RateBasisPoints,
                new Money(g.Sum(t => t.Sign * t.Tax.TaxableMinorUnits), currency),
                new Money(g.Sum(t => t.Sign * t.Tax.TaxMinorUnits), currency)))];
}
