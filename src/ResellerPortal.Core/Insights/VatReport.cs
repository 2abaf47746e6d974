using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>Documents of one kind of sale, customer country, tax and currency.</summary>
/// <param name="Country">The customer's, by ISO 3166 code.</param>
/// <param name="Taxable">In the documents' currency, invoices less credit notes.</param>
/// <param name="Booked">The same in the reseller's currency.</param>
public sealed record VatReportRow(SupplyKind Kind, string Country, int Documents, Money Taxable, Money Tax, IssuedTax Booked);

/// <summary>A customer of the recapitulative statement (EC Sales List).</summary>
/// <param name="VatId">Null if its documents show none, although the statement requires one.</param>
/// <param name="Net">In the reseller's currency, invoices less credit notes.</param>
public sealed record SalesListRow(string Country, string? VatId, string Name, Money Net);

/// <summary>The sales of a period by customer country and tax, and the EC Sales List.</summary>
/// <param name="Currency">The reseller's, used for totals.</param>
public sealed record VatReport(
    ReportingPeriod Period,
    Currency Currency,
    IReadOnlyList<VatReportRow> Rows,
    IReadOnlyList<SalesListRow> SalesList)
{
    public Money Net => Money.Sum(Rows.Select(r => r.Booked.Net), Currency);

    public Money Tax => Money.Sum(Rows.Select(r => r.Booked.Tax), Currency);

    public Money SalesListNet => Money.Sum(SalesList.Select(r => r.Net), Currency);

    public Money GetNet(SupplyKind kind) => Money.Sum(Rows.Where(r => r.Kind == kind).Select(r => r.Booked.Net), Currency);

    public Money GetTax(SupplyKind kind) => Money.Sum(Rows.Where(r => r.Kind == kind).Select(r => r.Booked.Tax), Currency);

    /// <summary>Adds up documents; of each, only what the report shows is kept.</summary>
    public static async Task<VatReport> CreateAsync(
        ReportingPeriod period,
        Currency currency,
        IAsyncEnumerable<IssuedDocument> documents,
        CancellationToken cancellationToken = default)
    {
        var sales = await documents.Where(d => d.Booked is not null).Select(Sale.FromDocument).ToListAsync(cancellationToken);
        return new VatReport(
            period,
            currency,
            [.. sales
                .GroupBy(sale => (
                    sale.Kind, sale.Supply.BuyerCountry, sale.Supply.Category, sale.Supply.RateBasisPoints, sale.Net.Currency))
                .OrderBy(g => g.Key.Kind)
                .ThenBy(g => g.Key.BuyerCountry, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Category, StringComparer.Ordinal)
                .ThenBy(g => g.Key.RateBasisPoints)
                .ThenBy(g => g.Key.Currency.Code, StringComparer.Ordinal)
                .Select(g => new VatReportRow(
                    g.Key.Kind,
                    g.Key.BuyerCountry,
                    g.Count(),
                    Money.Sum(g.Select(sale => sale.Net), g.Key.Currency),
                    Money.Sum(g.Select(sale => sale.Tax), g.Key.Currency),
                    new IssuedTax(
                        g.Key.Category,
                        g.Key.RateBasisPoints,
                        Money.Sum(g.Select(sale => sale.Booked.Net), currency),
                        Money.Sum(g.Select(sale => sale.Booked.Tax), currency))))],
            [.. sales
                .Where(sale => sale.Supply.IsOnSalesList)
                .GroupBy(sale => (sale.Supply.BuyerCountry, sale.Supply.BuyerVatId, Name: sale.Supply.BuyerVatId is null ? sale.Name : ""))
                .OrderBy(g => g.Key.BuyerCountry, StringComparer.Ordinal)
                .ThenBy(g => g.Key.BuyerVatId, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Name, StringComparer.Ordinal)
                .Select(g => new SalesListRow(
                    g.Key.BuyerCountry, g.Key.BuyerVatId, g.Last().Name, Money.Sum(g.Select(sale => sale.Booked.Net), currency)))
                .Where(row => !row.Net.IsZero)]);
    }

    private sealed record Sale(SupplyKind Kind, TaxedSupply Supply, IssuedTax Booked, Money Net, Money Tax, string Name)
    {
        public static Sale FromDocument(IssuedDocument document) => new(
            document.Kind!.Value, document.Supply!, document.Booked!, document.Net, document.Tax, document.Snapshot.Buyer.Name);
    }
}

/// <summary>Reads the VAT report of a month, quarter or year from the documents issued in it.</summary>
public sealed class VatReportQueries(PortalDatabase database, IssuedDocumentQueries documents)
{
    public async Task<VatReport> ReadAsync(Actor actor, ReportingPeriod period, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        return await VatReport.CreateAsync(
            period, reseller.Currency, documents.ReadAsync(actor, period, cancellationToken), cancellationToken);
    }
}
