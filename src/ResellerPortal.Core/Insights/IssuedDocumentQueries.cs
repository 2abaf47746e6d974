using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>An issued invoice or credit note.</summary>
/// <param name="Settings">Decides which part of the VAT return it belongs to.</param>
public sealed record IssuedDocument(CustomerId CustomerId, InvoiceSnapshot Snapshot, SellerTaxSettings Settings)
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

    /// <summary>The sale as its tax sees it; null if nothing is charged.</summary>
    public TaxedSupply? Supply =>
        Snapshot.Taxes is [var tax]
            ? new TaxedSupply(
                Snapshot.Seller.Address.Country,
                Snapshot.Buyer.Address.Country,
                Snapshot.Buyer.VatId,
                tax.Category,
                tax.RateBasisPoints,
                Snapshot.PeriodTo)
            : null;

    /// <inheritdoc cref="TaxedSupply.Classify"/>
    public SupplyKind? Kind => Supply?.Classify(Settings);

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
        CancellationToken cancellationToken = default) =>
        await ReadAsync(actor, ReportingPeriod.ForMonth(month), cancellationToken).ToListAsync(cancellationToken);

    /// <summary>
    /// Reads invoices, then credit notes, issued in a period of the reseller's time zone, by number. They are not held, since a year may
    /// have more than fit in memory.
    /// </summary>
    public async IAsyncEnumerable<IssuedDocument> ReadAsync(
        Actor actor,
        ReportingPeriod period,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var settings = new SellerTaxSettings(reseller.StandardTaxBasisPoints, reseller.UsesOneStopShop);
        var (from, until) = (reseller.Zone.StartOfDayUtc(period.FirstDay), reseller.Zone.StartOfDayUtc(period.LastDay.AddDays(1)));
        var invoices = db.Invoices
            .Where(i => i.FinalisedAtUtc >= from && i.FinalisedAtUtc < until)
            .OrderBy(i => i.Number)
            .Select(i => new { i.CustomerId, Json = i.Snapshot! });
        var notes = db.CreditNotes
            .Where(n => n.IssuedOn >= period.FirstDay && n.IssuedOn <= period.LastDay)
            .OrderBy(n => n.Number)
            .Select(n => new { n.CustomerId, Json = n.Snapshot });
        foreach (var documents in new[] { invoices, notes })
        {
            await foreach (var document in documents.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                yield return new IssuedDocument(document.CustomerId, InvoiceSnapshot.Parse(document.Json), settings);
            }
        }
    }
}
