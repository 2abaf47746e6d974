using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>An issued invoice or credit note.</summary>
public sealed record IssuedDocument(CustomerId CustomerId, InvoiceSnapshot Snapshot)
{
    public bool IsCreditNote => Snapshot.Credits is not null;

    /// <summary>The accounting amount: negative for a credit note.</summary>
    public Money Net => Signed(new Money(Snapshot.NetMinorUnits, Snapshot.Currency));

    /// <inheritdoc cref="Net"/>
    public Money Tax => Signed(new Money(Snapshot.TaxMinorUnits, Snapshot.Currency));

    /// <summary>
    /// The amounts in the reseller's currency by tax; null if nothing is charged. All lines of a document share one tax rate.
    /// </summary>
    public IssuedTax? Booked =>
        Snapshot.Taxes is [var tax]
            ? new IssuedTax(tax.Category, tax.RateBasisPoints, Signed(Snapshot.ReportedNet), Signed(Snapshot.ReportedTax))
            : null;

    private Money Signed(Money amount) => IsCreditNote ? -amount : amount;
}

/// <summary>Documents by tax, in the reseller's currency.</summary>
/// <param name="Net">Invoices less credit notes.</param>
public sealed record IssuedTax(string Category, int RateBasisPoints, Money Net, Money Tax)
{
    public Money Gross => Net + Tax;
}

/// <summary>Reads a reseller's issued documents for accounting.</summary>
public sealed class IssuedDocumentQueries(PortalDatabase database)
{
    /// <summary>Lists invoices and credit notes issued in a month of the reseller's time zone, by number.</summary>
    public async Task<IReadOnlyList<IssuedDocument>> ListMonthAsync(
        Actor actor,
        BillingPeriod month,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var (from, until) = (month.StartsAtUtc(reseller.Zone), month.EndsAtUtc(reseller.Zone));
        var invoices = await db.Invoices
            .Where(i => i.FinalisedAtUtc >= from && i.FinalisedAtUtc < until)
            .OrderBy(i => i.Number)
            .Select(i => new { i.CustomerId, Json = i.Snapshot! })
            .ToListAsync(cancellationToken);
        var notes = await db.CreditNotes
            .Where(n => n.IssuedOn >= month.FirstDay && n.IssuedOn <= month.LastDay)
            .OrderBy(n => n.Number)
            .Select(n => new { n.CustomerId, Json = n.Snapshot })
            .ToListAsync(cancellationToken);
        return [.. invoices.Concat(notes).Select(d => new IssuedDocument(d.CustomerId, InvoiceSnapshot.Parse(d.Json)))];
    }
}
