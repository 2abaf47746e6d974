using System.Globalization;
using System.Runtime.CompilerServices;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Subscriptions;
using Stripe;

namespace ResellerPortal.Payments.Stripe;

/// <summary>Renewing plans in the operator's account.</summary>
internal sealed class StripeSubscriptions(StripeClientFactory clients, StripePriceFactory prices) : ISubscriptionGateway
{
    public async Task<ProviderSubscription?> ReadSubscriptionAsync(string id, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        var subscription = await StripeClientFactory.FindAsync(
            () => new SubscriptionService(access.Client).GetAsync(
                id, new SubscriptionGetOptions { Expand = ["default_payment_method"] }, access.Read, cancellationToken));
        if (subscription?.Items?.Data is not [{ } item, ..])
        {
            return null;
        }

        SubscriptionState? state = subscription.Status switch
        {
            "incomplete" => null,
            "active" or "trialing" => SubscriptionState.Active,
            "canceled" or "incomplete_expired" => SubscriptionState.Ended,
            _ => SubscriptionState.PastDue,
        };
        return new ProviderSubscription(
            subscription.Id,
            StripePayments.ParseCheckoutId(subscription.Metadata?.GetValueOrDefault(StripePayments.CheckoutKey)),
            state,
            subscription.CancelAtPeriodEnd,
            StripePayments.Utc(item.CurrentPeriodStart),
            StripePayments.Utc(item.CurrentPeriodEnd),
            subscription.DefaultPaymentMethod is { } method
                ? new ProviderMethod(
                    method.Id, StripePayments.Name(method.Card?.Brand ?? method.Type, method.Card?.Last4 ?? method.SepaDebit?.Last4))
                : null,
            subscription.LatestInvoiceId);
    }

    public async Task<ProviderInvoice?> ReadInvoiceAsync(string id, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        var invoice = await StripeClientFactory.FindAsync(
            () => new InvoiceService(access.Client).GetAsync(id, null, access.Read, cancellationToken));
        if (invoice is null)
        {
            return null;
        }

        var reason = invoice.BillingReason switch
        {
            "subscription_create" => ProviderInvoiceReason.Begin,
            "subscription_cycle" => ProviderInvoiceReason.Renewal,
            "subscription_update" => ProviderInvoiceReason.Upgrade,
            _ => ProviderInvoiceReason.Other,
        };
        var periods = invoice.Lines?.Data is { Count: > 0 } lines ? lines.Select(l => l.Period).ToList() : [];
        ProviderPayment payment = new(
            invoice.Id,
            null,
            invoice.Status == "paid"
                ? ProviderPaymentState.Paid
                : invoice.Status == "open" && invoice.Attempted
                ? ProviderPaymentState.Failed
                : ProviderPaymentState.Open,
            StripeAmount.ToMoney(invoice.Subtotal, invoice.Currency),
            StripeAmount.ToMoney(invoice.TotalDiscountAmounts?.Sum(d => d.Amount) ?? 0, invoice.Currency),
            StripeAmount.ToMoney(invoice.TotalTaxes?.Sum(t => t.Amount) ?? 0, invoice.Currency),
            StripePayments.Utc(invoice.StatusTransitions?.PaidAt ?? invoice.Created))
        {
            ReceiptUrl = invoice.HostedInvoiceUrl,
        };
        return new ProviderInvoice(
            invoice.Id,
            invoice.Parent?.SubscriptionDetails?.SubscriptionId,
            reason,
            payment,
            StripePayments.Utc(periods.Count > 0 ? periods.Min(p => p.Start) : invoice.PeriodStart),
            StripePayments.Utc(periods.Count > 0 ? periods.Max(p => p.End) : invoice.PeriodEnd));
    }

    public async Task UpgradeAsync(string subscriptionId, BulkPlan plan, DateTimeOffset atUtc, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        var service = new SubscriptionService(access.Client);
        var subscription = await StripeClientFactory.CallAsync(
            () => service.GetAsync(subscriptionId, null, access.Read, cancellationToken));
        SubscriptionUpdateOptions options = new()
        {
            Items = [
                new SubscriptionItemOptions
                {
                    Id = subscription.Items.Data[0].Id,
                    Price = await prices.GetOrCreateAsync(access, plan, cancellationToken),
                },
            ],
            ProrationBehavior = "always_invoice",
            ProrationDate = atUtc.UtcDateTime,
            PaymentBehavior = "error_if_incomplete",
        };
        var key = string.Create(CultureInfo.InvariantCulture, $"upgrade-{subscriptionId}-{plan.Id:N}-{atUtc.ToUnixTimeMilliseconds()}");
        await StripeClientFactory.CallAsync(
            () => service.UpdateAsync(subscriptionId, options, access.CreateRequestOptions(key), cancellationToken));
    }

    public async Task SetCancelAsync(string subscriptionId, bool cancelsAtPeriodEnd, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        await StripeClientFactory.CallAsync(() => new SubscriptionService(access.Client).UpdateAsync(
            subscriptionId,
            new SubscriptionUpdateOptions { CancelAtPeriodEnd = cancelsAtPeriodEnd },
            access.CreateRequestOptions($"cancel-{Guid.NewGuid():N}"),
            cancellationToken));
    }

    public async IAsyncEnumerable<string> ListInvoicesSinceAsync(
        DateTimeOffset since,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        string? last = null;
        StripeList<Invoice> page;
        do
        {
            InvoiceListOptions options = new()
            {
                Created = new DateRangeOptions { GreaterThanOrEqual = since.UtcDateTime },
                Limit = 100,
                StartingAfter = last,
            };
            page = await StripeClientFactory.CallAsync(
                () => new InvoiceService(access.Client).ListAsync(options, access.Read, cancellationToken));
            foreach (var invoice in page.Data)
            {
                yield return invoice.Id;
            }

            last = page.Data.LastOrDefault()?.Id;
        }
        while (page.HasMore);
    }
}
