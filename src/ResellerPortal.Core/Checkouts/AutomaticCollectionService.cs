using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Checkouts;

/// <summary>A customer's saved payment method, as shown to that customer.</summary>
public sealed record CollectionView(bool IsOffered, string? MethodName);

/// <summary>Shows a customer its saved payment method and lets it stop automatic collection.</summary>
public sealed class AutomaticCollectionService(
    PortalDatabase database,
    IOnlineGateway online,
    CheckoutService checkouts,
    TimeProvider clock,
    ILogger<AutomaticCollectionService> logger)
{
    public async Task<CollectionView> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        await using var db = database.Open(actor.Scope);
        var merchant = await checkouts.FindMerchantAsync(actor.Reseller, cancellationToken);
        var payer = merchant is null
            ? null
            : await db.Payers.AsNoTracking().SingleOrDefaultAsync(p => p.Merchant == merchant, cancellationToken);
        return new CollectionView(merchant is not null, payer is { MayBeCharged: true } ? payer.MethodName : null);
    }

    /// <summary>Stops automatic collection of the customer's invoices and deletes the saved payment method.</summary>
    public async Task<Outcome<CollectionView>> StopAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyInvoicesPay);
        await using var db = database.Open(actor.Scope);
        foreach (var payer in await db.Payers.Where(p => p.MethodId != null).ToListAsync(cancellationToken))
        {
            try
            {
                await online.ForgetMethodAsync(payer.Merchant, payer.MethodId!, cancellationToken);
            }
            catch (PaymentProviderException failure)
            {
                // The portal no longer charges it, even if the provider keeps it.
                logger.LogWarning("A payment method could not be deleted at the provider: {Reason}", failure.Message);
            }

            (payer.IsAgreed, payer.MethodId, payer.MethodName, payer.DecidedAtUtc) = (false, null, null, clock.GetUtcNow());
            db.Audit(
                actor,
                clock.GetUtcNow(),
                Permission.MyInvoicesPay,
                "automatic collection stopped",
                payer.ResellerId,
                payer.CustomerId);
        }

        await db.SaveChangesAsync(cancellationToken);
        return await ReadAsync(actor, cancellationToken);
    }
}
