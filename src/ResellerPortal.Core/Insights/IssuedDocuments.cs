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
    public Money Net => Signed(Snapshot.NetMinorUnits);

    /// <inheritdoc cref="Net"/>
    public Money Tax => Signed(Snapshot.TaxMinorUnits);

    private Money Signed(long minorUnits) => new(IsCreditNote ? -minorUnits : minorUnits, Snapshot.Currency);
}

/// <summary>What a reseller issued, for its bookkeeping.</summary>
public sealed class IssuedDocuments(PortalDatabase database)
{
    /// <summary>Invoices and credit notes issued in a month of the reseller's time zone, by number.</summary>
    public async Task<IReadOnlyList<IssuedDocument>> OfMonthAsync(Actor actor, BillingPeriod month, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var (from, until) = (month.StartsAtUtc(reseller.Zone), month.EndsAtUtc(reseller.Zone));
        var invoices = await db.Invoices.Where(i => i.FinalisedAtUtc >= from && i.FinalisedAtUtc < until).OrderBy(i => i.Number).Select(i => new { i.CustomerId, Json = i.Snapshot! }).ToListAsync(cancellationToken);
        var notes = await db.CreditNotes.Where(n => n.IssuedOn >= month.FirstDay && n.IssuedOn <= month.LastDay).OrderBy(n => n.Number).Select(n => new { n.CustomerId, Json = n.Snapshot }).ToListAsync(cancellationToken);
        return [.. invoices.Concat(notes).Select(d => new IssuedDocument(d.CustomerId, InvoiceSnapshot.Parse(d.Json)))];
    }
}
