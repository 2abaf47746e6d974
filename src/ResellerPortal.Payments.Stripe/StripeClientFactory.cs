using Microsoft.Extensions.Options;
using ResellerPortal.Core.Checkouts;
using Stripe;

namespace ResellerPortal.Payments.Stripe;

/// <summary>A client with the account it acts for.</summary>
internal sealed record StripeAccess(StripeClient Client, string? Account)
{
    /// <param name="key">Idempotency key of the request.</param>
    public RequestOptions CreateRequestOptions(string key) => new() { IdempotencyKey = key, StripeAccount = Account };

    public RequestOptions Read => new() { StripeAccount = Account };
}

/// <summary>Creates Stripe clients per merchant, and translates Stripe's errors.</summary>
internal sealed class StripeClientFactory(IOptions<StripeOptions> options, MerchantKeyStore keys, IHttpClientFactory http)
{
    private const int Retries = 2;

    public StripeOptions Options => options.Value;

    public bool IsConfigured => options.Value.SecretKey.Length > 0;

    /// <exception cref="PaymentProviderException">The merchant has no key.</exception>
    public async Task<StripeAccess> GetAsync(Merchant merchant, CancellationToken cancellationToken)
    {
        var key = merchant.KeysOf is { } reseller
            ? (await keys.FindAsync(reseller, cancellationToken))?.SecretKey
            : options.Value.SecretKey;
        return string.IsNullOrEmpty(key)
            ? throw new PaymentProviderException("Online payments are not configured.", isFinal: true)
            : new StripeAccess(GetClient(key), merchant.IsConnected ? merchant.Key : null);
    }

    public StripeClient GetClient(string secretKey) => new(
        secretKey,
        null,
        new SystemNetHttpClient(http.CreateClient(StripeOptions.Section), Retries),
        options.Value.ApiBase.Length > 0 ? options.Value.ApiBase.TrimEnd('/') : null);

    /// <summary>Makes a call and translates Stripe's errors.</summary>
    /// <exception cref="PaymentProviderException">Stripe is unreachable or refuses.</exception>
    public static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (StripeException failure)
        {
            throw Translate(failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new PaymentProviderException("Stripe is temporarily unreachable. Try again in a minute.", isFinal: false, failure);
        }
    }

    /// <summary>Makes a call for one object, which may not exist.</summary>
    public static async Task<T?> FindAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await CallAsync(call);
        }
        catch (PaymentProviderException failure) when (failure.InnerException
            is StripeException { HttpStatusCode: System.Net.HttpStatusCode.NotFound }
                or StripeException { StripeError.Code: "resource_missing" })
        {
            return null;
        }
    }

    private static PaymentProviderException Translate(StripeException failure)
    {
        var isTransient = (int)failure.HttpStatusCode is 0 or 409 or 429 or >= 500;
        var words = failure.StripeError?.Type == "card_error" ? failure.StripeError.Message
            : (int)failure.HttpStatusCode is 401 or 403
            ? "Stripe rejected the configured key. Ask whoever set up online payments to check it."
            : isTransient ? "Stripe is temporarily unavailable. Try again in a minute."
            : $"Stripe refused: {failure.StripeError?.Message ?? failure.Message}";
        return new PaymentProviderException(words, !isTransient, failure);
    }
}
