using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Subscriptions;

namespace ResellerPortal.Payments.Stripe;

public static class StripeRegistration
{
    public static IServiceCollection AddStripePayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StripeOptions>().Bind(configuration.GetSection(StripeOptions.Section))
            .Validate(
                o => o.ApiBase.Length == 0 || Uri.TryCreate(o.ApiBase, UriKind.Absolute, out _),
                "Stripe:ApiBase must be a URL. Leave it empty to use Stripe's own.")
            .Validate(
                o => o.SecretKey.Length == 0 || o.WebhookSecret.Length > 0,
                "Stripe:WebhookSecret is missing. Copy it (whsec_…) from the webhook endpoint /webhooks/stripe in your Stripe Dashboard.")
            .Validate(
                o => o.ApplicationFeeBasisPoints is >= 0 and <= 5000,
                "Stripe:ApplicationFeeBasisPoints must be from 0 to 5000 hundredths of a percent.")
            .Validate(
                o => o.ConnectAccountType is "express" or "standard",
                "Stripe:ConnectAccountType must be 'express' or 'standard'.")
            .ValidateOnStart();
        services.AddHttpClient(StripeOptions.Section, client => client.Timeout = TimeSpan.FromSeconds(30));
        services.AddSingleton<StripeClientFactory>();
        services.AddSingleton<StripePriceFactory>();
        services.AddSingleton<StripePayments>();
        services.AddSingleton<IOnlineGateway, StripeGateway>();
        services.AddSingleton<ISubscriptionGateway, StripeSubscriptions>();
        services.AddSingleton<IMerchantGateway, StripeAccounts>();
        return services;
    }
}
