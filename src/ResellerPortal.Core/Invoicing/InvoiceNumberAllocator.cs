using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Gives numbers without gaps, in the transaction of the document that takes one.</summary>
internal static class InvoiceNumberAllocator
{
    /// <summary>The reseller's row is locked by the caller, so nobody else takes the same.</summary>
    public static async Task<string> NextAsync(
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
