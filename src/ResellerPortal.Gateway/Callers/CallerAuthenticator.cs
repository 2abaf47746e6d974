using Microsoft.AspNetCore.Http;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Hosts;

namespace ResellerPortal.Gateway.Callers;

/// <summary>Authenticates callers.</summary>
public sealed class CallerAuthenticator(TokenAuthenticator authenticator, SignedTokenVerifier signed, UpstreamSettingsService settings)
{
    /// <summary>Returns the hash that identifies the caller's token to the meter, which checks the token's state itself.</summary>
    /// <exception cref="CallerErrorException">The request has no credentials, or its signed token is not valid.</exception>
    internal async ValueTask<byte[]> AuthenticateForConversionAsync(HttpContext context, Credentials credentials) =>
        !credentials.IsSigned
            ? TokenSecret.Hash(credentials.Value)
            : await signed.VerifyAsync(credentials.Value, context.Connection.RemoteIpAddress, context.RequestAborted)
                ?? throw new CallerErrorException(GatewayError.SignedTokenInvalid);

    /// <summary>Authenticates the caller's token for requests that use no conversions.</summary>
    /// <exception cref="CallerErrorException">The token cannot be used.</exception>
    internal async Task<ApiToken> AuthenticateAsync(HttpContext context)
    {
        var credentials = Credentials.Find(context.Request) ?? throw new CallerErrorException(GatewayError.CredentialsMissing);
        var (token, refusal) = await authenticator.AuthenticateAsync(
            await AuthenticateForConversionAsync(context, credentials),
            context.Connection.RemoteIpAddress,
            GetOrigin(context.Request),
            GatewayHostFeature.FindReseller(context),
            context.RequestAborted);
        if (token is null)
        {
            throw new CallerErrorException(GatewayError.FromRefusal(refusal!));
        }

        return credentials.IsFromQuery && !(await settings.GetAsync(token.ResellerId, context.RequestAborted)).AcceptsQueryCredentials
            ? throw new CallerErrorException(GatewayError.QueryCredentialsOff)
            : token;
    }

    /// <summary>Authenticates the caller's token for an upload, which it must be able to convert.</summary>
    /// <exception cref="CallerErrorException">The token cannot be used, or its limit is used up.</exception>
    internal async Task<ApiToken> AuthenticateForUploadAsync(HttpContext context)
    {
        var token = await AuthenticateAsync(context);
        return await authenticator.FindSpentLimitAsync(token, context.RequestAborted) is { } spent
            ? throw new CallerErrorException(GatewayError.FromRefusal(spent))
            : token;
    }

    /// <summary>Authenticates the caller's master token.</summary>
    /// <exception cref="CallerErrorException">The token is not a master token.</exception>
    internal async Task<ApiToken> AuthenticateMasterAsync(HttpContext context)
    {
        var token = await AuthenticateAsync(context);
        return token.IsMaster && Credentials.Find(context.Request) is { IsSigned: false }
            ? token
            : throw new CallerErrorException(GatewayError.MasterTokenNeeded);
    }

    internal static string? GetOrigin(HttpRequest request) => request.Headers.Origin.ToString() is { Length: > 0 } origin ? origin : null;
}
