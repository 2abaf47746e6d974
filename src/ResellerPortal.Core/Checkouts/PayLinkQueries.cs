using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>The invoice shown to the holder of its pay link.</summary>
public sealed record PayableInvoice(
    Guid Id,
    string Number,
    string SellerName,
    string BuyerName,
    Money Total,
    Money Due,
    DateOnly DueOn,
    bool IsPayable,
    string AccentColor);

/// <summary>Invoices by the key of their pay link, for whoever holds it.</summary>
public sealed class PayLinkQueries(PortalDatabase database)
{
    private static readonly TenantScope Links = TenantScope.CrossTenants("an invoice by its pay link");

    /// <summary>Finds the invoice of a pay link; null if there is no such link.</summary>
    public async Task<PayableInvoice?> FindAsync(Guid payKey, CancellationToken cancellationToken = default)
    {
        if (await ResolveAsync(payKey, cancellationToken) is not { } invoice)
        {
            return null;
        }

        await using var db = database.Open(TenantScope.ForReseller(invoice.ResellerId));
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        var snapshot = InvoiceSnapshot.Parse(invoice.Snapshot!);
        return new PayableInvoice(
            invoice.Id,
            invoice.Number!,
            snapshot.Seller.Name,
            snapshot.Buyer.Name,
            invoice.Total,
            invoice.Due,
            invoice.DueOn!.Value,
            reseller.TakesOnlinePayments && invoice.Due.MinorUnits > 0,
            reseller.BrandColor);
    }

    internal async Task<Invoice?> ResolveAsync(Guid payKey, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Links);
        return payKey == Guid.Empty
            ? null
            : await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.PayKey == payKey && i.FinalisedAtUtc != null, cancellationToken);
    }
}
