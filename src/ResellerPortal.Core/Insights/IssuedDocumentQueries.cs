using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>An invoice or credit note as it was issued.</summary>
public sealed record IssuedDocument(CustomerId CustomerId, InvoiceSnapshot Snapshot)
{
    public bool IsCreditNote => Snapshot.Credits is not null;

    /// <summary>As it is booked: what a credit note takes back is negative.</summary>
    public Money Net => Signed(new Money(Snapshot.NetMinorUnits, Snapshot.Currency));

    /// <inheritdoc cref="Net"/>
    public Money Tax => Signed(new Money(Snapshot.TaxMinorUnits, Snapshot.Currency));

    /// <summary>In the reseller's currency, with its tax; null where it charges nothing. All lines of a document are taxed alike.</summary>
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

/// <summary>What a reseller issued, for its bookkeeping.</summary>
public sealed class IssuedDocumentQueries(PortalDatabase database)
{
    /// <summary>Invoices and credit notes issued in a month of the reseller's time zone, by number.</summary>
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
