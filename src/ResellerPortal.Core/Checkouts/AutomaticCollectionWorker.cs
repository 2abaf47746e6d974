using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Checkouts;

/// <summary>Charges due invoices to the saved payment methods of customers who agreed to automatic collection.</summary>
public sealed class AutomaticCollectionWorker(
    PortalDatabase database,
    IOnlineGateway online,
    CheckoutService checkouts,
    CheckoutSynchronizer synchronizer,
    TimeProvider clock,
    ILogger<AutomaticCollectionWorker> logger) : PeriodicWorker(clock, logger)
{
    /// <summary>Days after the due date for each attempt; after the last one, dunning takes over.</summary>
    private static readonly int[] AttemptDays = [0, 3, 7];

    public override TimeSpan Interval => TimeSpan.FromMinutes(10);

    private static readonly TenantScope AllResellers = TenantScope.ServedTenants("automatic collection for all resellers");

    /// <summary>Charges all due invoices. Safe to run on several nodes, because each invoice has only one charge at a time.</summary>
    /// <returns>The number of invoices paid.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        List<Payer> payers;
        await using (var db = database.Open(AllResellers))
        {
            payers = await db.Payers.AsNoTracking()
                .Where(p => p.CustomerId != null && p.IsAgreed && p.MethodId != null)
                .ToListAsync(cancellationToken);
        }

        var paid = 0;
        foreach (var payer in payers.Where(p => p.MayBeCharged))
        {
            try
            {
                paid += await CollectAsync(payer, cancellationToken);
            }
            catch (PaymentProviderException failure)
            {
                Logger.LogWarning(
                    "The invoices of {Customer} could not be charged; retrying later: {Reason}", payer.CustomerId, failure.Message);
            }
        }

        return paid;
    }

    private async Task<int> CollectAsync(Payer payer, CancellationToken cancellationToken)
    {
        var scope = TenantScope.ForReseller(payer.ResellerId!.Value);
        if (await checkouts.FindMerchantAsync(payer.ResellerId.Value, cancellationToken) != payer.Merchant)
        {
            return 0;
        }

        await using var db = database.Open(scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == payer.ResellerId, cancellationToken);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == payer.CustomerId, cancellationToken);
        var today = reseller.Zone.GetDay(Clock.GetUtcNow());
        var due = await db.Invoices.AsNoTracking().Where(Invoice.HasDue)
            .Where(i => i.CustomerId == payer.CustomerId && i.DueOn <= today && i.RemindersHeldAtUtc == null)
            .OrderBy(i => i.DueOn)
            .ToListAsync(cancellationToken);
        var paid = 0;
        foreach (var invoice in due)
        {
            var attempts = await db.Checkouts.CountAsync(
                c => c.SubjectId == invoice.Id && c.Kind == CheckoutKind.Saved && c.State == CheckoutState.Failed, cancellationToken);
            if (attempts >= AttemptDays.Length || today < invoice.DueOn!.Value.AddDays(AttemptDays[attempts]))
            {
                continue;
            }

            Debt debt = new(
                CheckoutPurpose.Invoice,
                invoice.Id,
                reseller.Id,
                customer.Id,
                payer.Merchant,
                CheckoutKind.Saved,
                invoice.Number!,
                new PayerDetails(customer.Name, customer.Email, invoice.Language),
                null);
            if (await checkouts.FindOrCreateChargeableAsync(scope, debt, cancellationToken) is not { } checkout)
            {
                continue;
            }

            var applied = await synchronizer.ApplyAsync(
                payer.Merchant, await online.ChargeAsync(checkout, payer, invoice.Number!, cancellationToken), cancellationToken);
            paid += applied is { State: CheckoutState.Paid } ? 1 : 0;
            if (applied is { State: CheckoutState.Failed })
            {
                db.Notify(
                    reseller.Id,
                    $"{invoice.Number} could not be collected",
                    $"{invoice.Due} of {customer.Name} could not be charged: {applied.Error}\n{(attempts + 1 < AttemptDays.Length
                        ? "The charge will be retried."
                        : "The charge will not be retried; reminders follow your dunning settings.")}\n",
                    Clock.GetUtcNow());
                await db.SaveChangesAsync(cancellationToken);
            }
        }

        return paid;
    }
}
