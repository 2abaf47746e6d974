using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Allocates gapless numbers within the transaction that creates the document.</summary>
internal static class InvoiceNumberAllocator
{
    /// <summary>The caller must have locked the reseller's row, so that no number is allocated twice.</summary>
    public static async Task<string> TakeNextAsync(
        PortalDbContext db,
        Reseller reseller,
        string pattern,
        int year,
        CancellationToken cancellationToken)
    {
        var name = InvoiceNumber.Series(pattern, year);
        var series = await db.InvoiceSeries.FindAsync([reseller.Id, name], cancellationToken);
        if (series is null)
        {
            series = new InvoiceSeries { ResellerId = reseller.Id, Name = name };
            db.InvoiceSeries.Add(series);
        }

        series.LastNumber++;
        return InvoiceNumber.Format(pattern, year, series.LastNumber);
    }
}
