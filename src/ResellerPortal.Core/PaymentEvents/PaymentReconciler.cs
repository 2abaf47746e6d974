using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

/// <param name="Repair">Label of the repair button; null if it must be resolved manually.</param>
public sealed record DifferenceRow(PaymentDifference Difference, string? ResellerName, string? Repair);

/// <summary>Compares the portal's payments with the providers' every night, and repairs differences on request.</summary>
public sealed class PaymentReconciler(
    PortalDatabase database,
    IOnlineGateway online,
    ISubscriptionGateway subscriptions,
    SubscriptionSynchronizer subscriptionSynchronizer,
    PaymentAccountService accounts,
    PaymentEventDispatcher dispatcher,
    OnlineRefundService refunds,
    TimeProvider clock,
    ILogger<PaymentReconciler> logger)
{
    /// <summary>How far back a comparison looks, because refunds and disputes arrive late.</summary>
    private static readonly TimeSpan Reach = TimeSpan.FromDays(45);

    /// <summary>Newer objects may still be in transit.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(15);

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("nightly reconciliation with payment providers");

    /// <summary>Prevents concurrent comparisons from replacing each other's results.</summary>
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Compares once per night, on whichever node starts first.</summary>
    public async Task RunNightlyAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var comparison = new PaymentComparison { Night = DateOnly.FromDateTime(now.UtcDateTime), StartedAtUtc = now };
        await using var db = database.Open(AllTenants);
        if (await db.PaymentComparisons.AnyAsync(c => c.Night == comparison.Night, cancellationToken))
        {
            return;
        }

        db.PaymentComparisons.Add(comparison);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            return;
        }

        (comparison.Compared, comparison.Error) = await CompareAsync(cancellationToken);
        comparison.EndedAtUtc = clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Compares all accounts now, on request.</summary>
    /// <inheritdoc cref="CompareAsync(CancellationToken)"/>
    public async Task<(int Compared, string? Fault)> CompareAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRepair);
        var now = clock.GetUtcNow();
        var (compared, fault) = await CompareAsync(cancellationToken);
        await using var db = database.Open(actor.Scope);

        // Pages show the last comparison, nightly or manual.
        if (await db.PaymentComparisons.OrderByDescending(c => c.Night).FirstOrDefaultAsync(cancellationToken) is not { } last)
        {
            last = new PaymentComparison { Night = DateOnly.FromDateTime(now.UtcDateTime), StartedAtUtc = now };
            db.PaymentComparisons.Add(last);
        }

        (last.StartedAtUtc, last.EndedAtUtc, last.Compared, last.Error) = (now, clock.GetUtcNow(), compared, fault);
        await db.SaveChangesAsync(cancellationToken);
        return (compared, fault);
    }

    /// <summary>Compares all accounts now; its findings replace the previous ones.</summary>
    /// <returns>The number of compared objects, and the accounts that could not be read.</returns>
    public async Task<(int Compared, string? Fault)> CompareAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await CompareAllAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<(int Compared, string? Fault)> CompareAllAsync(CancellationToken cancellationToken)
    {
        var (compared, faults) = (0, new List<string>());
        foreach (var merchant in await accounts.ListMerchantsAsync(cancellationToken))
        {
            try
            {
                var found = new List<PaymentDifference>();
                compared += await CompareAsync(merchant, found, cancellationToken);
                await using var db = database.Open(AllTenants);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                await db.PaymentDifferences.Where(d => d.Merchant == merchant).ExecuteDeleteAsync(cancellationToken);
                db.PaymentDifferences.AddRange(found);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
            catch (PaymentProviderException failure)
            {
                logger.LogWarning("{Merchant} could not be compared: {Reason}", merchant, failure.Message);
                faults.Add($"{merchant}: {failure.Message}");
            }
        }

        var fault = string.Join(" ", faults);
        return (compared, fault.Length == 0 ? null : fault.Truncate(500));
    }

    /// <summary>Lists the differences: all for the operator, its own for a reseller.</summary>
    public async Task<(IReadOnlyList<DifferenceRow> Rows, PaymentComparison? Last)> ReadAsync(
        Actor actor,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Reseller is null ? Permission.OperatorView : Permission.PaymentsConfigure);
        await using var db = database.Open(actor.Scope);
        var rows = await db.PaymentDifferences.AsNoTracking()
            .Where(d => actor.Scope.Reseller == null || d.Merchant != Merchant.Operator)
            .OrderByDescending(d => d.FoundAtUtc)
            .Take(500)
            .ToListAsync(cancellationToken);
        var names = await db.Resellers.AsNoTracking()
            .Select(r => new { r.Id, r.Name })
            .ToDictionaryAsync(r => r.Id, r => r.Name, cancellationToken);
        return (
            [.. rows.Select(d => new DifferenceRow(d, d.ResellerId is { } id ? names.GetValueOrDefault(id) : null, d.Kind switch
            {
                DifferenceKind.MissingInPortal => "Record payment",
                DifferenceKind.Refused => "Refund",
                _ => null,
            }))],
            await db.PaymentComparisons.AsNoTracking().OrderByDescending(c => c.Night).FirstOrDefaultAsync(cancellationToken));
    }

    /// <summary>
    /// Repairs a difference: records what is missing, or refunds what was refused.
    /// Refused: the difference is gone; the provider no longer has the payment; it cannot be repaired automatically; the provider
    /// refuses.
    /// </summary>
    public async Task<Outcome<PaymentDifference>> RepairAsync(Actor actor, Guid differenceId, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Reseller is null ? Permission.PaymentsRepair : Permission.PaymentsConfigure);
        await using var db = database.Open(actor.Scope);
        if (await db.PaymentDifferences.AsNoTracking()
            .SingleOrDefaultAsync(d => d.Id == differenceId, cancellationToken) is not { } difference
            || (actor.Scope.Reseller is not null && difference.Merchant.IsOperator))
        {
            return Refusal.Because("This difference is already resolved.");
        }

        try
        {
            if (await TryRepairAsync(actor, db, difference, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }

        await db.PaymentDifferences.Where(d => d.Id == differenceId).ExecuteDeleteAsync(cancellationToken);
        db.Audit(actor, clock.GetUtcNow(), Permission.PaymentsRepair, $"repaired: {difference.Text}", difference.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        return difference;
    }

    private async Task<Refusal?> TryRepairAsync(
        Actor actor,
        PortalDbContext db,
        PaymentDifference difference,
        CancellationToken cancellationToken)
    {
        switch (difference.Kind)
        {
            case DifferenceKind.MissingInPortal:
                var result = difference.CheckoutId is null
                    ? await dispatcher.SyncInvoiceAsync(difference.ObjectId, cancellationToken)
                    : await dispatcher.SyncPaymentAsync(difference.Merchant, difference.ObjectId, cancellationToken);
                return result is null ? Refusal.Because("The provider no longer has this payment. Run the comparison again.") : null;
            case DifferenceKind.Refused:
                var checkout = await db.Checkouts.AsNoTracking().SingleAsync(c => c.Id == difference.CheckoutId, cancellationToken);
                if (await online.ReadPaymentAsync(difference.Merchant, difference.ObjectId, cancellationToken) is not { } payment)
                {
                    return Refusal.Because("The provider no longer has this payment. Run the comparison again.");
                }

                var left = payment.Total - Money.Sum(
                    payment.Reversals.Where(r => r.State != ReversalState.Undone).Select(r => r.Amount), payment.Total.Currency);
                return left.MinorUnits <= 0
                    ? null
                    : await refunds.ReturnFromBalanceAsync(
                        actor,
                        checkout,
                        payment.Id,
                        left,
                        CheckoutSynchronizer.CreateIdempotencyKey(difference.Merchant, difference.ObjectId + "back"),
                        cancellationToken);
            default:
                return Refusal.Because("This cannot be repaired automatically. Check the account at the provider.");
        }
    }

    private async Task<int> CompareAsync(Merchant merchant, List<PaymentDifference> found, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (since, settled) = (now - Reach, now - Settling);
        var seen = new HashSet<string>();
        await using var db = database.Open(AllTenants);
        await foreach (var (id, isPlain) in online.ListPaymentsSinceAsync(merchant, since, cancellationToken))
        {
            seen.Add(id);
            if (isPlain && await IsRecordedAsPaidAsync(db, merchant, id, cancellationToken))
            {
                continue;
            }

            if (await online.ReadPaymentAsync(merchant, id, cancellationToken) is { } payment
                && payment.AtUtc < settled
                && await db.Checkouts.AsNoTracking()
                    .SingleOrDefaultAsync(c => c.Id == payment.CheckoutId && c.Merchant == merchant, cancellationToken) is { } checkout
                && await FindDifferenceAsync(db, checkout, payment, cancellationToken) is var (kind, text))
            {
                Add(kind, id, checkout.Id, checkout.ResellerId, text);
            }
        }

        // Payments missing from the list are read one by one before reporting them.
        var paid = await db.Checkouts.AsNoTracking()
            .Where(c => c.Merchant == merchant
                && c.State == CheckoutState.Paid
                && c.PaidAtUtc > since
                && c.Kind != CheckoutKind.Subscription
                && c.PaymentId != null)
            .ToListAsync(cancellationToken);
        foreach (var checkout in paid.Where(c => !seen.Contains(c.PaymentId!)))
        {
            if (await online.ReadPaymentAsync(merchant, checkout.PaymentId!, cancellationToken) is not { State: ProviderPaymentState.Paid })
            {
                Add(
                    DifferenceKind.MissingAtProvider,
                    checkout.PaymentId!,
                    checkout.Id,
                    checkout.ResellerId,
                    $"{checkout.Amount} is recorded as paid by {checkout.PaymentId}, but not at the provider.");
            }
        }

        if (merchant.IsOperator)
        {
            await foreach (var id in subscriptions.ListInvoicesSinceAsync(since, cancellationToken))
            {
                seen.Add(id);
                if (await subscriptions.ReadInvoiceAsync(
                    id, cancellationToken) is { SubscriptionId: { } subscriptionId, Payment: { State: ProviderPaymentState.Paid } payment }
                    && payment.AtUtc < settled
                    && !await subscriptionSynchronizer.HasCreditLotAsync(id, cancellationToken)
                    && await db.PlanSubscriptions.AsNoTracking()
                        .SingleOrDefaultAsync(s => s.ProviderId == subscriptionId, cancellationToken) is { } subscription)
                {
                    Add(
                        DifferenceKind.MissingInPortal,
                        id,
                        null,
                        subscription.ResellerId,
                        $"{payment.Total} was paid for {subscription.PlanName}, but no credits were granted.");
                }
            }
        }

        return seen.Count;

        void Add(DifferenceKind kind, string objectId, Guid? checkoutId, ResellerId? reseller, string text) =>
            found.Add(new PaymentDifference
            {
                ResellerId = reseller,
                Merchant = merchant,
                Kind = kind,
                ObjectId = objectId,
                CheckoutId = checkoutId,
                Text = text.Truncate(500),
                FoundAtUtc = now,
            });
    }

    /// <summary>Whether a payment is recorded as paid without reversals, so that its details need not be read.</summary>
    private static Task<bool> IsRecordedAsPaidAsync(
        PortalDbContext db,
        Merchant merchant,
        string paymentId,
        CancellationToken cancellationToken)
    {
        var reversals = db.PaymentReversals.Where(r => r.State != ReversalState.Undone);
        return db.Checkouts.AnyAsync(
            c => c.Merchant == merchant
                && c.PaymentId == paymentId
                && c.State == CheckoutState.Paid
                && !reversals.Any(r => r.CheckoutId == c.Id),
            cancellationToken);
    }

    private static async Task<(DifferenceKind Kind, string Text)?> FindDifferenceAsync(
        PortalDbContext db,
        Checkout checkout,
        ProviderPayment payment,
        CancellationToken cancellationToken)
    {
        var isPaid = payment.State == ProviderPaymentState.Paid;
        var gone = payment.Reversals.Where(r => r.State != ReversalState.Undone).ToList();
        if (isPaid
            && (checkout.State == CheckoutState.Refused || (checkout.State == CheckoutState.Paid && checkout.PaymentId != payment.Id)))
        {
            return gone.Sum(r => r.Amount.MinorUnits) >= payment.Total.MinorUnits
                ? null
                : (DifferenceKind.Refused, checkout.Error ?? $"{payment.Total} was paid twice.");
        }

        if (isPaid && checkout.State != CheckoutState.Paid)
        {
            return (DifferenceKind.MissingInPortal, $"{payment.Total} was paid but is not recorded.");
        }

        if (!isPaid && checkout.State == CheckoutState.Paid && checkout.PaymentId == payment.Id)
        {
            return (
                DifferenceKind.MissingAtProvider,
                $"{checkout.Amount} is recorded as paid by {payment.Id}, but not at the provider.");
        }

        var known = await db.PaymentReversals.AsNoTracking().Where(r => r.CheckoutId == checkout.Id).ToListAsync(cancellationToken);
        return checkout.State == CheckoutState.Paid
            && payment.Reversals.Any(result => known.Find(r => r.ProviderId == result.Id) is { } mirrored
                ? mirrored.State != result.State
                : result.State != ReversalState.Undone)
            ? (DifferenceKind.MissingInPortal, $"A refund or dispute of {payment.Id} is not recorded.")
            : null;
    }
}
