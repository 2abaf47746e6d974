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
            .Validate(o => o.ApiBase.Length == 0
                || Uri.TryCreate(o.ApiBase, UriKind.Absolute, out _), "Stripe:ApiBase is no address. Leave it empty for Stripe's own.")
            .Validate(o => o.SecretKey.Length == 0
                || o.WebhookSecret.Length > 0, "Stripe:WebhookSecret is missing: Stripe shows it (whsec_…) beside the endpoint "
                    + "/webhooks/stripe that you add there.")
            .Validate(
                o =>
                    o.ApplicationFeeBasisPoints is >= 0 and <= 5000, "Stripe:ApplicationFeeBasisPoints is in hundredths of a percent, "
                        + "from 0 to 5000.")
            .Validate(o => o.ConnectAccountType is "express" or "standard", "Stripe:ConnectAccountType is express or standard.")
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
