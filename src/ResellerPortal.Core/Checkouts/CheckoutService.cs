using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>Starts payments of orders and invoices, online or by transfer.</summary>
public sealed class CheckoutService(
    PortalDatabase database,
    TransferGateway transfers,
    IOnlineGateway online,
    CheckoutSynchronizer synchronizer,
    PayLinkQueries payLinks,
    OperatorBankAccount operatorAccount,
    TimeProvider clock)
{
    /// <summary>The payment methods that resellers can use for plans.</summary>
    public IReadOnlyList<PaymentMethodKind> MethodsForPlans =>
        online.IsConfigured ? [PaymentMethodKind.Online, PaymentMethodKind.Transfer] : [PaymentMethodKind.Transfer];

    /// <summary>
    /// Starts the payment of a plan order. Repeated calls lead to the same page.
    /// Refused: no such order; it is not open; plans cannot be paid online; part of it was paid by transfer; it is being paid already;
    /// the provider refuses.
    /// </summary>
    /// <param name="savesMethod">Whether the payment method may be charged later, for automatic top-ups.</param>
    /// <param name="returnUrl">Where the payer returns to; "{checkout}" is replaced by the checkout's id.</param>
    public async Task<Outcome<PaymentStart>> PayOrderAsync(
        Actor actor,
        Guid orderId,
        PaymentMethodKind method,
        bool savesMethod,
        string returnUrl,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PlansBuy);
        await using var db = database.Open(actor.Scope);
        if (await db.PlanOrders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == orderId, cancellationToken) is not { } order)
        {
            return Refusal.NotFound("order");
        }

        if (order.Status != PlanOrderStatus.Ordered)
        {
            return Refusal.Because($"This order is already {order.Status.ToString().ToLowerInvariant()}.");
        }

        if (method == PaymentMethodKind.Transfer)
        {
            return await transfers.StartAsync(
                new PaymentRequest(
                    order.PlanName, order.TransferReference, order.Due, operatorAccount.Account, operatorAccount.Instructions),
                cancellationToken);
        }

        if (!online.IsConfigured)
        {
            return Refusal.Because("Online payment is not available for plans. Pay by transfer.");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var plan = order.Renewal == PlanRenewal.OneOff
            ? null
            : await db.BulkPlans.AsNoTracking().SingleAsync(p => p.Id == order.PlanId, cancellationToken);
        if (plan is not null && !order.Paid.IsZero)
        {
            return Refusal.Because(
                $"{order.Paid} of this order has been paid by transfer. Pay the remaining {order.Due} by transfer as well.");
        }

        Debt debt = new(
            CheckoutPurpose.PlanOrder,
            order.Id,
            reseller.Id,
            null,
            Merchant.Operator,
            plan is null ? CheckoutKind.Hosted : CheckoutKind.Subscription,
            order.PlanName,
            PayerDetails.FromReseller(reseller),
            plan);
        return await StartOnlineAsync(actor.Scope, debt, savesMethod, returnUrl, cancellationToken);
    }

    /// <summary>
    /// Starts the payment of an invoice. Repeated calls lead to the same page.
    /// Refused: no such invoice; nothing is due; the partial amount is not valid; online payment is unavailable; it is being paid
    /// already; the provider refuses.
    /// </summary>
    /// <param name="part">The amount to pay, in the invoice's currency; null for everything due.</param>
    /// <inheritdoc cref="PayOrderAsync"/>
    public async Task<Outcome<PaymentStart>> PayInvoiceAsync(
        Actor actor,
        Guid invoiceId,
        bool savesMethod,
        string returnUrl,
        decimal? part = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyInvoicesPay);
        await using var db = database.Open(actor.Scope);
        var invoice = await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == invoiceId, cancellationToken);
        return invoice is null ? Refusal.NotFound("invoice")
            : part is { } amount && (amount <= 0 || amount > invoice.Due.Amount || !invoice.Currency.HasWhole(amount))
            ? Refusal.Because($"Enter an amount in whole minor units, up to the {invoice.Due} due.", nameof(part))
            : await PayInvoiceAsync(
                invoice, part is { } some ? Money.Round(some, invoice.Currency) : null, savesMethod, returnUrl, cancellationToken);
    }

    /// <summary>
    /// Starts the payment of a pay link's invoice. The link's holder may pay it and do nothing else.
    /// Refused: no such invoice; nothing is due; online payment is unavailable; it is being paid already; the provider refuses.
    /// </summary>
    public async Task<Outcome<PaymentStart>> PayByLinkAsync(Guid payKey, string returnUrl, CancellationToken cancellationToken = default) =>
        await payLinks.ResolveAsync(payKey, cancellationToken) is { } invoice
            ? await PayInvoiceAsync(invoice, null, savesMethod: false, returnUrl, cancellationToken)
            : Refusal.NotFound("invoice");

    /// <summary>The merchant that receives online payments for a reseller's invoices; null if it accepts none.</summary>
    internal async Task<Merchant?> FindMerchantAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        return await db.PaymentAccounts.AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken) is { TakesPayments: true, Merchant: { } merchant }
                && (!merchant.IsConnected || online.IsConfigured) ? merchant : null;
    }

    /// <summary>Finds or creates the payer at a merchant, and registers it with the provider.</summary>
    internal async Task<Payer> GetPayerAsync(
        TenantScope scope,
        ResellerId reseller,
        CustomerId? customer,
        Merchant merchant,
        PayerDetails details,
        CancellationToken cancellationToken)
    {
        Payer? payer;
        await using var db = database.Open(scope);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await (customer is { } id
                ? database.LockRowsAsync<Customer>(db, [id.Value], cancellationToken)
                : database.LockRowsAsync<Reseller>(db, [reseller.Value], cancellationToken));
            payer = await db.Payers.SingleOrDefaultAsync(p => p.CustomerId == customer && p.Merchant == merchant, cancellationToken);
            if (payer is null)
            {
                payer = new Payer { ResellerId = reseller, CustomerId = customer, Merchant = merchant };
                db.Payers.Add(payer);
                await db.SaveChangesAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        if (payer.ProviderId is null)
        {
            payer.ProviderId = await online.CreatePayerAsync(payer, details, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }

        return payer;
    }

    private async Task<Outcome<PaymentStart>> PayInvoiceAsync(
        Invoice invoice,
        Money? part,
        bool savesMethod,
        string returnUrl,
        CancellationToken cancellationToken)
    {
        if (!invoice.IsFinalised || invoice.Due.MinorUnits <= 0)
        {
            return Refusal.Because("Nothing is due on this invoice.");
        }

        if (await FindMerchantAsync(invoice.ResellerId, cancellationToken) is not { } merchant)
        {
            return Refusal.Because("This invoice cannot be paid online at the moment. Pay it by transfer, as stated on the invoice.");
        }

        var scope = TenantScope.ForCustomer(invoice.ResellerId, invoice.CustomerId);
        await using var db = database.Open(scope);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        Debt debt = new(
            CheckoutPurpose.Invoice,
            invoice.Id,
            invoice.ResellerId,
            invoice.CustomerId,
            merchant,
            CheckoutKind.Hosted,
            invoice.Number!,
            new PayerDetails(customer.Name, customer.Email, invoice.Language),
            null,
            part);
        return await StartOnlineAsync(scope, debt, savesMethod, returnUrl, cancellationToken);
    }

    private async Task<Outcome<PaymentStart>> StartOnlineAsync(
        TenantScope scope,
        Debt debt,
        bool savesMethod,
        string returnUrl,
        CancellationToken cancellationToken)
    {
        try
        {
            var payer = savesMethod || debt.Plan is not null
                ? await GetPayerAsync(scope, debt.Reseller, debt.Customer, debt.Merchant, debt.Payer, cancellationToken)
                : null;
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var (checkout, stale) = await FindOrCreateCheckoutAsync(scope, debt, savesMethod, cancellationToken);
                if (checkout is not null)
                {
                    return await StartCheckoutAsync(scope, debt, checkout, payer, returnUrl, cancellationToken);
                }

                if (stale is null || await CloseStaleAsync(scope, stale, cancellationToken))
                {
                    return Refusal.Because("A payment is already in progress. Check again in a moment.");
                }
            }

            return Refusal.Because("Another payment is being started. Try again in a moment.");
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }
    }

    /// <summary>
    /// Finds or creates the one open checkout of a debt; a stale one asks for a different payment and must be closed first.
    /// </summary>
    /// <returns>Both null if the debt is paid or being paid.</returns>
    private async Task<(Checkout? Usable, Checkout? Stale)> FindOrCreateCheckoutAsync(
        TenantScope scope,
        Debt debt,
        bool savesMethod,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        Money due;
        if (debt.Purpose == CheckoutPurpose.Invoice)
        {
            await database.LockRowsAsync<Invoice>(db, [debt.SubjectId], cancellationToken);
            due = (await db.Invoices.AsNoTracking().SingleAsync(i => i.Id == debt.SubjectId, cancellationToken)).Due;
        }
        else
        {
            await database.LockRowsAsync<PlanOrder>(db, [debt.SubjectId], cancellationToken);
            var order = await db.PlanOrders.AsNoTracking().SingleAsync(o => o.Id == debt.SubjectId, cancellationToken);
            due = order.Status == PlanOrderStatus.Ordered ? order.Due : Money.Zero(order.Currency);
        }

        var now = clock.GetUtcNow();
        var running = await db.Checkouts.SingleOrDefaultAsync(
            c => c.SubjectId == debt.SubjectId && (c.State == CheckoutState.Open || c.State == CheckoutState.Processing),
            cancellationToken);
        if (running is { State: CheckoutState.Processing } || due.MinorUnits <= 0)
        {
            return (null, null);
        }

        var asked = debt.Part is { } part && part < due ? part : due;
        if (running is not null)
        {
            var isSame = running.Amount == asked
                && running.Merchant == debt.Merchant
                && running.Kind == debt.Kind
                && running.SavesMethod == savesMethod
                && (running.ExpiresAtUtc is not { } expiry || expiry > now.AddMinutes(5));
            return isSame ? (running, null) : (null, running);
        }

        var checkout = new Checkout
        {
            ResellerId = debt.Reseller,
            CustomerId = debt.Customer,
            Merchant = debt.Merchant,
            Purpose = debt.Purpose,
            SubjectId = debt.SubjectId,
            Kind = debt.Kind,
            AmountMinorUnits = asked.MinorUnits,
            Currency = asked.Currency,
            FeeMinorUnits = debt.Merchant.IsConnected
                ? Money.Round(asked.Amount * online.FeeBasisPoints / 10_000, asked.Currency).MinorUnits
                : 0,
            SavesMethod = savesMethod,
            CreatedAtUtc = now,
        };
        db.Checkouts.Add(checkout);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (checkout, null);
    }

    /// <summary>Creates a checkout for charging a saved method, and closes any open page for the same debt.</summary>
    /// <returns>Null if the debt is paid or being paid.</returns>
    internal async Task<Checkout?> FindOrCreateChargeableAsync(TenantScope scope, Debt debt, CancellationToken cancellationToken)
    {
        var (checkout, stale) = await FindOrCreateCheckoutAsync(scope, debt, savesMethod: false, cancellationToken);
        return checkout is null && stale is not null && !await CloseStaleAsync(scope, stale, cancellationToken)
            ? (await FindOrCreateCheckoutAsync(scope, debt, savesMethod: false, cancellationToken)).Usable
            : checkout;
    }

    private async Task<Outcome<PaymentStart>> StartCheckoutAsync(
        TenantScope scope,
        Debt debt,
        Checkout checkout,
        Payer? payer,
        string returnUrl,
        CancellationToken cancellationToken)
    {
        if (checkout.Url is not null)
        {
            return new PaymentStart(checkout.Url, null, checkout.SessionId, checkout.ExpiresAtUtc);
        }

        await using var db = database.Open(scope);
        var mine = db.Checkouts.Where(c => c.Id == checkout.Id && c.SessionId == null);
        try
        {
            var start = await online.StartAsync(
                new PaymentRequest(
                    debt.Subject,
                    checkout.Id.ToString("N"),
                    checkout.Amount,
                    BankAccount.None,
                    "",
                    checkout,
                    payer,
                    debt.Payer,
                    debt.Plan,
                    returnUrl.Replace("{checkout}", checkout.Id.ToString("N"), StringComparison.Ordinal)),
                cancellationToken);
            await mine.ExecuteUpdateAsync(
                set => set
                    .SetProperty(c => c.SessionId, start.SessionId)
                    .SetProperty(c => c.Url, start.Url)
                    .SetProperty(c => c.ExpiresAtUtc, start.ExpiresAtUtc),
                cancellationToken);
            return start;
        }
        catch (PaymentProviderException failure) when (failure.IsFinal)
        {
            var fault = failure.Message.Truncate(500);
            await mine.ExecuteUpdateAsync(
                set => set.SetProperty(c => c.State, CheckoutState.Failed).SetProperty(c => c.Error, fault), CancellationToken.None);
            throw;
        }
    }

    /// <summary>Closes a stale page unless it was paid.</summary>
    private async Task<bool> CloseStaleAsync(TenantScope scope, Checkout stale, CancellationToken cancellationToken)
    {
        if (stale.SessionId is { } session)
        {
            await online.CloseAsync(stale.Merchant, session, cancellationToken);
            var now = await online.ReadSessionAsync(stale.Merchant, session, cancellationToken);
            if (now is { SubscriptionId: not null })
            {
                return true;
            }

            if (now?.PaymentId is { } id
                && await online.ReadPaymentAsync(
                    stale.Merchant,
                    id,
                    cancellationToken) is { State: ProviderPaymentState.Paid or ProviderPaymentState.Processing } payment)
            {
                await synchronizer.ApplyAsync(stale.Merchant, payment, cancellationToken);
                return true;
            }
        }

        await using var db = database.Open(scope);
        await db.Checkouts.Where(c => c.Id == stale.Id && c.State == CheckoutState.Open).ExecuteUpdateAsync(
            set => set.SetProperty(c => c.State, CheckoutState.Expired), cancellationToken);
        return false;
    }
}

/// <summary>The bank account to which resellers transfer the price of plans.</summary>
/// <param name="Instructions">Additional payment instructions.</param>
public sealed record OperatorBankAccount(BankAccount Account, string Instructions);
