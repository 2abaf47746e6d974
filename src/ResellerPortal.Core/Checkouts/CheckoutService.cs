using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>An invoice for whoever was sent its pay link.</summary>
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

/// <summary>Who pays what to whom, as it is found when somebody wants to pay.</summary>
/// <param name="Part">What of it is to be paid; null for all.</param>
internal sealed record Debt(
    CheckoutPurpose Purpose,
    Guid SubjectId,
    ResellerId Reseller,
    CustomerId? Customer,
    Merchant Merchant,
    CheckoutKind Kind,
    string Subject,
    PayerDetails Payer,
    BulkPlan? Plan,
    Money? Part = null);

/// <summary>Begins payments of orders and invoices, online or by transfer.</summary>
public sealed class CheckoutService(
    PortalDatabase database,
    TransferGateway transfers,
    IOnlineGateway online,
    CheckoutSynchronizer synchronizer,
    OperatorBankAccount operatorAccount,
    TimeProvider clock)
{
    private static readonly TenantScope Links = TenantScope.CrossTenants("an invoice by its pay link");

    /// <summary>How a reseller can pay for plans.</summary>
    public IReadOnlyList<PaymentMethodKind> MethodsForPlans =>
        online.IsConfigured ? [PaymentMethodKind.Online, PaymentMethodKind.Transfer] : [PaymentMethodKind.Transfer];

    /// <summary>Pays an order of a plan. Pressed twice, or in two windows, it leads to the same page.</summary>
    /// <param name="savesMethod">Whether the payment method may be charged later, for automatic top-ups.</param>
    /// <param name="returnUrl">Where the payer comes back to; "{checkout}" stands for the checkout's id.</param>
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
            return Refusal.Because($"This order is {order.Status.ToString().ToLowerInvariant()} already.");
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
            return Refusal.Because("Plans cannot be paid online here. Pay by transfer.");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var plan = order.Renewal == PlanRenewal.OneOff
            ? null
            : await db.BulkPlans.AsNoTracking().SingleAsync(p => p.Id == order.PlanId, cancellationToken);
        if (plan is not null && !order.Paid.IsZero)
        {
            return Refusal.Because(
                $"{order.Paid} of this order were paid by transfer. Pay the {order.Due} that are left by transfer as well.");
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

    /// <summary>Pays what is due of an invoice. Pressed twice, or in two windows, it leads to the same page.</summary>
    /// <param name="part">What of it the payer wants to pay, in the invoice's currency; null for all that is due.</param>
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
            ? Refusal.Because($"Enter what you want to pay in whole minor units, up to the {invoice.Due} that are due.", nameof(part))
            : await PayInvoiceAsync(
                invoice, part is { } some ? Money.Round(some, invoice.Currency) : null, savesMethod, returnUrl, cancellationToken);
    }

    /// <summary>What a pay link leads to; null where there is no such link.</summary>
    public async Task<PayableInvoice?> FindByLinkAsync(Guid payKey, CancellationToken cancellationToken = default)
    {
        if (await ResolveLinkAsync(payKey, cancellationToken) is not { } invoice)
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

    /// <summary>Pays the invoice that a link leads to. Whoever holds the link may pay; nothing else can be done with it.</summary>
    public async Task<Outcome<PaymentStart>> PayByLinkAsync(Guid payKey, string returnUrl, CancellationToken cancellationToken = default) =>
        await ResolveLinkAsync(payKey, cancellationToken) is { } invoice
            ? await PayInvoiceAsync(invoice, null, savesMethod: false, returnUrl, cancellationToken)
            : Refusal.NotFound("invoice");

    /// <summary>Where an invoice's money goes online; null where its reseller takes none.</summary>
    internal async Task<Merchant?> FindMerchantAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        return await db.PaymentAccounts.AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken) is { TakesPayments: true, Merchant: { } merchant }
                && (!merchant.IsConnected || online.IsConfigured) ? merchant : null;
    }

    /// <summary>A payer's row at a merchant, made known to the provider.</summary>
    internal async Task<Payer> PayerAsync(
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

    private async Task<Invoice?> ResolveLinkAsync(Guid payKey, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Links);
        return payKey == Guid.Empty
            ? null
            : await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.PayKey == payKey && i.FinalisedAtUtc != null, cancellationToken);
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
            return Refusal.Because("This invoice cannot be paid online at the moment. Pay it by transfer, as it says.");
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
                ? await PayerAsync(scope, debt.Reseller, debt.Customer, debt.Merchant, debt.Payer, cancellationToken)
                : null;
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var (checkout, stale) = await OpenAsync(scope, debt, savesMethod, cancellationToken);
                if (checkout is not null)
                {
                    return await BeginAsync(scope, debt, checkout, payer, returnUrl, cancellationToken);
                }

                if (stale is null || await IsPaidAsync(scope, stale, cancellationToken))
                {
                    return Refusal.Because("It is being paid already. Look again in a moment.");
                }
            }

            return Refusal.Because("Somebody else is about to pay this. Try again in a moment.");
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }
    }

    /// <summary>The one open checkout of a debt: found, made, or in the way because it asks for something else.</summary>
    /// <returns>Neither where the debt is being paid, or is paid.</returns>
    private async Task<(Checkout? Usable, Checkout? Stale)> OpenAsync(
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

    /// <summary>A checkout for a charge of a saved method; a page that is open for the same debt is closed for it.</summary>
    /// <returns>Null where the debt is being paid, or is paid.</returns>
    internal async Task<Checkout?> ChargeableAsync(TenantScope scope, Debt debt, CancellationToken cancellationToken)
    {
        var (checkout, stale) = await OpenAsync(scope, debt, savesMethod: false, cancellationToken);
        return checkout is null && stale is not null && !await IsPaidAsync(scope, stale, cancellationToken)
            ? (await OpenAsync(scope, debt, savesMethod: false, cancellationToken)).Usable
            : checkout;
    }

    private async Task<Outcome<PaymentStart>> BeginAsync(
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

    /// <summary>Closes a page that asks for something else, unless somebody paid there.</summary>
    private async Task<bool> IsPaidAsync(TenantScope scope, Checkout stale, CancellationToken cancellationToken)
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

/// <summary>Where resellers transfer the price of plans to.</summary>
/// <param name="Instructions">What else there is to say about it.</param>
public sealed record OperatorBankAccount(BankAccount Account, string Instructions);
