using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using Stripe;
using Stripe.Checkout;

namespace ResellerPortal.Payments.Stripe;

/// <summary>Payments on Stripe's hosted page, off-session charges, and refunds.</summary>
internal sealed class StripeGateway(StripeClientFactory clients, StripePayments payments, StripePriceFactory prices) : IOnlineGateway
{
    public PaymentMethodKind Method => PaymentMethodKind.Online;

    public bool IsConfigured => clients.IsConfigured;

    public int FeeBasisPoints => clients.Options.ApplicationFeeBasisPoints;

    public async Task<PaymentStart> StartAsync(PaymentRequest request, CancellationToken cancellationToken)
    {
        var checkout = request.Checkout ?? throw new ArgumentException("An online payment requires its checkout.", nameof(request));
        var access = await clients.GetAsync(checkout.Merchant, cancellationToken);
        var options = await CreateSessionOptionsAsync(access, request, checkout, cancellationToken);
        var session = await StripeClientFactory.CallAsync(() => new SessionService(access.Client).CreateAsync(
            options, access.CreateRequestOptions($"checkout-{checkout.Id:N}"), cancellationToken));
        return new PaymentStart(session.Url, null, session.Id, StripePayments.Utc(session.ExpiresAt));
    }

    public async Task<string?> RefundAsync(Checkout checkout, string paymentId, Money amount, Guid key, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(checkout.Merchant, cancellationToken);
        RefundCreateOptions options = new()
        {
            PaymentIntent = paymentId,
            Amount = StripeAmount.FromMoney(amount),
            RefundApplicationFee = checkout.FeeMinorUnits > 0 ? true : null,
            Metadata = new() { [StripePayments.CheckoutKey] = checkout.Id.ToString("N") },
        };
        await StripeClientFactory.CallAsync(
            () => new RefundService(access.Client).CreateAsync(options, access.CreateRequestOptions($"refund-{key:N}"), cancellationToken));
        return null;
    }

    public async Task<string> CreatePayerAsync(Payer payer, PayerDetails details, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(payer.Merchant, cancellationToken);
        CustomerCreateOptions options = new()
        {
            Name = details.Name,
            Email = details.Email,
            PreferredLocales = [details.Language],
            Metadata = new() { ["payer"] = payer.Id.ToString("N") },
        };
        return (await StripeClientFactory.CallAsync(() => new CustomerService(access.Client).CreateAsync(
            options, access.CreateRequestOptions($"payer-{payer.Id:N}"), cancellationToken))).Id;
    }

    public async Task<ProviderPayment> ChargeAsync(Checkout checkout, Payer payer, string subject, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(checkout.Merchant, cancellationToken);
        PaymentIntentCreateOptions options = new()
        {
            Amount = StripeAmount.FromMoney(checkout.Amount),
            Currency = checkout.Currency.Code.ToLowerInvariant(),
            Customer = payer.ProviderId,
            PaymentMethod = payer.MethodId,
            OffSession = true,
            Confirm = true,
            Description = subject,
            ApplicationFeeAmount = checkout.FeeMinorUnits > 0 ? StripeAmount.FromMoney(checkout.Fee) : null,
            Metadata = new() { [StripePayments.CheckoutKey] = checkout.Id.ToString("N") },
            Expand = ["latest_charge"],
        };
        try
        {
            var intent = await new PaymentIntentService(access.Client).CreateAsync(
                options, access.CreateRequestOptions($"charge-{checkout.Id:N}"), cancellationToken);
            return await StripePayments.ToPaymentAsync(access, intent, cancellationToken);
        }
        catch (StripeException declined) when (declined.StripeError is { Type: "card_error", PaymentIntent: { } intent })
        {
            return await payments.ReadAsync(checkout.Merchant, intent.Id, cancellationToken) is { } payment
                ? payment with { State = ProviderPaymentState.Failed, Fault = declined.StripeError.Message }
                : throw new PaymentProviderException(declined.StripeError.Message, isFinal: true, declined);
        }
        catch (StripeException refused)
        {
            return await StripeClientFactory.CallAsync<ProviderPayment>(() => throw refused);
        }
    }

    public Task<ProviderSession?> ReadSessionAsync(Merchant merchant, string id, CancellationToken cancellationToken) =>
        payments.ReadSessionAsync(merchant, id, cancellationToken);

    public Task<ProviderPayment?> ReadPaymentAsync(Merchant merchant, string id, CancellationToken cancellationToken) =>
        payments.ReadAsync(merchant, id, cancellationToken);

    public Task<string?> FindPaymentIdAsync(Merchant merchant, string objectId, CancellationToken cancellationToken) =>
        payments.FindIntentIdAsync(merchant, objectId, cancellationToken);

    public IAsyncEnumerable<PaymentSummary> ListPaymentsSinceAsync(
        Merchant merchant,
        DateTimeOffset since,
        CancellationToken cancellationToken) => payments.ListSinceAsync(merchant, since, cancellationToken);

    public async Task CloseAsync(Merchant merchant, string sessionId, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        try
        {
            await StripeClientFactory.CallAsync(() => new SessionService(access.Client).ExpireAsync(
                sessionId, null, access.CreateRequestOptions($"close-{sessionId}"), cancellationToken));
        }
        catch (PaymentProviderException failure) when (failure.InnerException
            is StripeException { HttpStatusCode: System.Net.HttpStatusCode.BadRequest })
        {
            // Only an open page can be closed; this one is paid or expired.
        }
    }

    public async Task<bool> HasMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        return await StripeClientFactory.FindAsync(() => new PaymentMethodService(access.Client).GetAsync(
            methodId, null, access.Read, cancellationToken)) is { CustomerId: not null };
    }

    public async Task ForgetMethodAsync(Merchant merchant, string methodId, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(merchant, cancellationToken);
        await StripeClientFactory.FindAsync(() => new PaymentMethodService(access.Client).DetachAsync(
            methodId, null, access.CreateRequestOptions($"forget-{methodId}"), cancellationToken));
    }

    private async Task<SessionCreateOptions> CreateSessionOptionsAsync(
        StripeAccess access,
        PaymentRequest request,
        Checkout checkout,
        CancellationToken cancellationToken)
    {
        var isPlan = checkout.Purpose == CheckoutPurpose.PlanOrder;
        var hasTax = isPlan && clients.Options.AutomaticTax;
        var id = checkout.Id.ToString("N");
        Dictionary<string, string> mark = new() { [StripePayments.CheckoutKey] = id };
        SessionCreateOptions options = new()
        {
            Mode = request.Plan is null ? "payment" : "subscription",
            ClientReferenceId = id,
            Metadata = mark,
            LineItems = [await CreateLineOptionsAsync(access, request, checkout, hasTax, cancellationToken)],
            Customer = request.Payer?.ProviderId,
            CustomerEmail = request.Payer is null && request.Details is { Email.Length: > 0 } details ? details.Email : null,
            SuccessUrl = request.ReturnUrl,
            CancelUrl = request.ReturnUrl,
            Locale = request.Details?.Language ?? "auto",
            AllowPromotionCodes = isPlan ? true : null,
            AutomaticTax = hasTax ? new SessionAutomaticTaxOptions { Enabled = true } : null,
            TaxIdCollection = hasTax ? new SessionTaxIdCollectionOptions { Enabled = true } : null,
            CustomerUpdate = hasTax && request.Payer is not null
                ? new SessionCustomerUpdateOptions { Address = "auto", Name = "auto" }
                : null,
        };
        if (request.Plan is not null)
        {
            options.SubscriptionData = new SessionSubscriptionDataOptions { Metadata = mark, Description = request.Subject };
        }
        else
        {
            options.PaymentIntentData = new SessionPaymentIntentDataOptions
            {
                Metadata = mark,
                Description = request.Subject,
                ReceiptEmail = request.Details is { Email.Length: > 0 } receiver ? receiver.Email : null,
                SetupFutureUsage = checkout.SavesMethod ? "off_session" : null,
                ApplicationFeeAmount = checkout.FeeMinorUnits > 0 ? StripeAmount.FromMoney(checkout.Fee) : null,
            };
        }

        return options;
    }

    private async Task<SessionLineItemOptions> CreateLineOptionsAsync(
        StripeAccess access,
        PaymentRequest request,
        Checkout checkout,
        bool hasTax,
        CancellationToken cancellationToken) =>
        request.Plan is { } plan
            ? new SessionLineItemOptions { Quantity = 1, Price = await prices.GetOrCreateAsync(access, plan, cancellationToken) }
            : new SessionLineItemOptions
            {
                Quantity = 1,
                PriceData = new SessionLineItemPriceDataOptions
                {
                    Currency = checkout.Currency.Code.ToLowerInvariant(),
                    UnitAmount = StripeAmount.FromMoney(checkout.Amount),
                    TaxBehavior = hasTax ? "exclusive" : null,
                    ProductData = new SessionLineItemPriceDataProductDataOptions { Name = request.Subject },
                },
            };
}

/// <summary>Creates renewing plans as products and prices in the operator's account.</summary>
internal sealed class StripePriceFactory
{
    /// <summary>Finds or creates the price of a plan; a changed plan price gets a new one.</summary>
    public async Task<string> GetOrCreateAsync(StripeAccess access, BulkPlan plan, CancellationToken cancellationToken)
    {
        var amount = StripeAmount.FromMoney(plan.Price);
        var interval = plan.Renewal == PlanRenewal.Monthly ? "month" : "year";
        var key = $"plan-{plan.Id:N}-{amount}-{interval}";
        var known = await StripeClientFactory.CallAsync(() => new PriceService(access.Client).ListAsync(
            new PriceListOptions { LookupKeys = [key], Active = true, Limit = 1 }, access.Read, cancellationToken));
        if (known.Data is [{ } price])
        {
            return price.Id;
        }

        PriceCreateOptions options = new()
        {
            Currency = plan.Currency.Code.ToLowerInvariant(),
            UnitAmount = amount,
            TaxBehavior = "exclusive",
            LookupKey = key,
            Recurring = new PriceRecurringOptions { Interval = interval },
            ProductData = new PriceProductDataOptions { Name = plan.Name },
            Metadata = new() { ["plan"] = plan.Id.ToString("N") },
        };
        return (await StripeClientFactory.CallAsync(
            () => new PriceService(access.Client).CreateAsync(options, access.CreateRequestOptions(key), cancellationToken))).Id;
    }
}
