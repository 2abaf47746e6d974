using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>A customer's invoice of a month compared with the previous month. Amounts are before tax, in the reseller's currency.</summary>
/// <param name="Invoiced">The net amount in the invoice's currency.</param>
/// <param name="Before">The previous month's amount; null if it had no invoice.</param>
/// <param name="Warnings">Warnings of a draft; empty for a finalised invoice.</param>
public sealed record ReviewRow(
    Guid InvoiceId,
    CustomerId CustomerId,
    string CustomerName,
    BillingPeriod Period,
    string? Number,
    long Quantity,
    Money Net,
    Money Invoiced,
    Money? Before,
    Money Cost,
    IReadOnlyList<DraftWarning> Warnings)
{
    public bool IsDraft => Number is null;

    public Money Difference => Before is { } before ? Net - before : Net;

    public Money Margin => Net - Cost;
}

/// <summary>A month's invoices for review before they are finalised.</summary>
/// <param name="Rows">Rows with warnings first, then by name. Includes drafts of earlier months, which must be finalised first.</param>
/// <param name="Missing">Customers with an invoice in the previous month and none in this one.</param>
/// <param name="NetBefore">The net total of all invoices of the previous month.</param>
/// <param name="RateRemedy">
/// What to do before drafts with <see cref="DraftWarning.NoTaxRate"/> can be finalised; null if there are none.
/// </param>
public sealed record MonthEndReviewResult(
    BillingPeriod Period,
    Currency Currency,
    IReadOnlyList<ReviewRow> Rows,
    IReadOnlyList<string> Missing,
    Money NetBefore,
    string? RateRemedy)
{
    /// <summary>In numbering order: oldest month first, then by name.</summary>
    public IEnumerable<ReviewRow> Drafts =>
        Rows.Where(row => row.IsDraft).OrderBy(row => row.Period).ThenBy(row => row.CustomerName, StringComparer.OrdinalIgnoreCase);

    public Money Net => Money.Sum(Rows.Where(row => row.Period == Period).Select(row => row.Net), Currency);

    public Money Margin => Money.Sum(Rows.Where(row => row.Period == Period).Select(row => row.Margin), Currency);
}

/// <summary>Reviews a month before its invoices are finalised.</summary>
public sealed class MonthEndReview(PortalDatabase database)
{
    public async Task<MonthEndReviewResult> ReviewAsync(Actor actor, BillingPeriod period, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var invoices = db.Invoices.AsNoTracking();
        var rows = await invoices
            .Where(i => (i.PeriodStart == period.FirstDay && i.VoidedAtUtc == null)
                || (i.FinalisedAtUtc == null && i.PeriodStart < period.FirstDay))
            .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new
            {
                i.Id,
                i.CustomerId,
                i.PeriodStart,
                i.Number,
                i.NetMinorUnits,
                i.TaxMinorUnits,
                i.Currency,
                i.RateNanos,
                c.Name,
                c.Address,
            })
            .GroupJoin(db.InvoiceCosts, i => i.Id, f => f.InvoiceId, (i, costs) => new { Invoice = i, Costs = costs })
            .SelectMany(row => row.Costs.DefaultIfEmpty(), (row, costs) => new
            {
                row.Invoice,
                Quantity = (long?)costs!.Quantity ?? 0,
                Late = (long?)costs.LateQuantity ?? 0,
                CostMicros = (long?)costs.CostMicros ?? 0,
            })
            .ToListAsync(cancellationToken);

        // Drafts of earlier months are few; each is compared with its own previous month.
        DateOnly[] monthsBefore = [.. rows.Select(r => r.Invoice.PeriodStart.AddMonths(-1)).Append(period.Previous.FirstDay).Distinct()];
        var before = await invoices
            .Where(Invoice.Stands)
            .Where(i => monthsBefore.Contains(i.PeriodStart))
            .Select(i => new { i.CustomerId, i.PeriodStart, i.NetMinorUnits, i.Currency, i.RateNanos })
            .ToDictionaryAsync(
                i => (i.CustomerId, i.PeriodStart),
                i => new ExchangeRate(i.RateNanos, reseller.Currency, i.Currency).Back(new Money(i.NetMinorUnits, i.Currency)),
                cancellationToken);
        var rates = await db.CurrencyRates.AsNoTracking().ToListAsync(cancellationToken);
        Currency? missingRate = null;
        var reviewed = rows.ConvertAll(row =>
        {
            var invoice = row.Invoice;
            var invoiced = new Money(invoice.NetMinorUnits, invoice.Currency);
            var net = new ExchangeRate(invoice.RateNanos, reseller.Currency, invoice.Currency).Back(invoiced);
            var cost = Money.Round(new ExactAmount(row.CostMicros, reseller.Currency));
            Money? previous = before.TryGetValue((invoice.CustomerId, invoice.PeriodStart.AddMonths(-1)), out var found) ? found : null;
            var hasAddress = invoice.Address is { Street.Length: > 0, City.Length: > 0, Country.Length: > 0 };
            var noRate = invoice.Number is null
                ? NationalTaxRules.FindMissingRate(reseller, invoice.Currency, invoice.TaxMinorUnits, rates)
                : null;
            missingRate ??= noRate;
            return new ReviewRow(
                invoice.Id,
                invoice.CustomerId,
                invoice.Name,
                BillingPeriod.Containing(invoice.PeriodStart),
                invoice.Number,
                row.Quantity,
                net,
                invoiced,
                previous,
                cost,
                invoice.Number is null ? DraftWarningRules.FindWarnings(net, previous, cost, row.Late, hasAddress, noRate is null) : []);
        });
        return new MonthEndReviewResult(
            period,
            reseller.Currency,
            [.. reviewed.OrderBy(row => row.Warnings.Count == 0).ThenBy(row => row.CustomerName, StringComparer.OrdinalIgnoreCase)],
            await ListMissingAsync(
                db,
                [.. rows.Select(r => r.Invoice.CustomerId)],
                [.. before.Keys.Where(key => key.PeriodStart == period.Previous.FirstDay).Select(key => key.CustomerId)],
                cancellationToken),
            Money.Sum(before.Where(i => i.Key.PeriodStart == period.Previous.FirstDay).Select(i => i.Value), reseller.Currency),
            missingRate is { } rate ? NationalTaxRules.DescribeRemedy(reseller, rate) : null);
    }

    private static async Task<IReadOnlyList<string>> ListMissingAsync(
        PortalDbContext db,
        IReadOnlyCollection<CustomerId> present,
        IReadOnlyCollection<CustomerId> before,
        CancellationToken cancellationToken)
    {
        CustomerId[] missing = [.. before.Except(present)];
        return await db.Customers
            .Where(c => missing.Contains(c.Id))
            .OrderBy(c => c.Name)
            .Select(c => c.Name)
            .ToListAsync(cancellationToken);
    }
}
