using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Tenancy;
using Stripe;

namespace ResellerPortal.Payments.Stripe;

/// <summary>Manages resellers' connected accounts (Stripe Connect), and validates their own keys.</summary>
internal sealed class StripeAccounts(StripeClientFactory clients) : IMerchantGateway
{
    public async Task<string> OpenAccountAsync(Reseller reseller, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        AccountCreateOptions options = new()
        {
            Type = clients.Options.ConnectAccountType,
            Country = reseller.Address.Country,
            Email = reseller.Email.Length > 0 ? reseller.Email : null,
            DefaultCurrency = reseller.Currency.Code.ToLowerInvariant(),
            BusinessProfile = new AccountBusinessProfileOptions { Name = reseller.Name },
            Capabilities = new AccountCapabilitiesOptions
            {
                CardPayments = new AccountCapabilitiesCardPaymentsOptions { Requested = true },
                Transfers = new AccountCapabilitiesTransfersOptions { Requested = true },
            },
            Metadata = new() { ["reseller"] = reseller.Id.Value.ToString("N") },
        };
        return (await StripeClientFactory.CallAsync(() => new AccountService(access.Client).CreateAsync(
            options, access.CreateRequestOptions($"account-{reseller.Id.Value:N}"), cancellationToken))).Id;
    }

    public async Task<string> CreateOnboardingUrlAsync(string accountId, string returnUrl, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        AccountLinkCreateOptions options = new()
        {
            Account = accountId,
            Type = "account_onboarding",
            ReturnUrl = returnUrl,
            RefreshUrl = returnUrl,
        };
        return (await StripeClientFactory.CallAsync(() => new AccountLinkService(access.Client).CreateAsync(
            options, access.CreateRequestOptions($"onboarding-{Guid.NewGuid():N}"), cancellationToken))).Url;
    }

    public async Task<MerchantStatus?> ReadAccountAsync(string accountId, CancellationToken cancellationToken)
    {
        var access = await clients.GetAsync(Merchant.Operator, cancellationToken);
        try
        {
            return await StripeClientFactory.FindAsync(() => new AccountService(access.Client).GetAsync(
                accountId, null, access.Read, cancellationToken)) is { } account ? ToStatus(account) : null;
        }
        catch (PaymentProviderException failure) when (failure.InnerException
            is StripeException { HttpStatusCode: System.Net.HttpStatusCode.Forbidden })
        {
            // A disconnected account is inaccessible.
            return null;
        }
    }

    public async Task<MerchantStatus?> CheckKeyAsync(string secretKey, CancellationToken cancellationToken)
    {
        try
        {
            return ToStatus(await StripeClientFactory.CallAsync(
                () => new AccountService(clients.GetClient(secretKey)).GetSelfAsync(null, cancellationToken)));
        }
        catch (PaymentProviderException failure) when (failure.InnerException
            is StripeException { HttpStatusCode: System.Net.HttpStatusCode.Unauthorized })
        {
            return null;
        }
    }

    private static MerchantStatus ToStatus(Account account)
    {
        var due = account.Requirements?.CurrentlyDue ?? [];
        return new MerchantStatus(
            account.ChargesEnabled,
            due.Count > 0
                ? $"Stripe still requires: {string.Join(
                    ", ",
                    due.Take(5).Select(d => d.Replace('_', ' ').Replace('.', ' ')))}{(due.Count > 5 ? $" and {due.Count - 5} more" : "")}."
                : account.ChargesEnabled ? ""
                : account.DetailsSubmitted ? "Stripe is reviewing the details."
                : "Stripe still requires identity verification.");
    }
}
