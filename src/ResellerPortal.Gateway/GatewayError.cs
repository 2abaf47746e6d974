using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway;

/// <summary>Errors in ConvertAPI's shape, so that its clients understand them: <c>{"Code": 4014, "Message": "…"}</c>.</summary>
public sealed record GatewayError(int Status, int Code, string Message)
{
    /// <summary>When a caller that is told to wait may try again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    public static GatewayError CredentialsMissing { get; } = new(
        401, 4013, "Credentials are missing. Send your API token in the header 'Authorization: Bearer …'.");

    public static GatewayError TokenUnknown { get; } = new(
        401, 4011, "This API token is not known. Check it for missing characters, or create a new one in the portal.");

    public static GatewayError TooManyWrongTokens { get; } = new(
        429, 4290, "Too many wrong tokens came from your network. Check the token, and try again after the time in Retry-After.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    public static GatewayError FormatsUnreadable { get; } = new(
        400, 4000, "Name both formats with letters and digits, as in /convert/docx/to/pdf.");

    public static GatewayError BodyEmpty { get; } = new(
        400, 4000, "The request is empty. Send the file as multipart form data in the field 'File'.");

    public static GatewayError CreditsExhausted { get; } = new(
        401, 4014, "The balance is zero: no conversions are left at your provider. Ask your provider to add some; nothing was charged.");

    public static GatewayError UpstreamUnavailable { get; } = new(
        503, 5001, "The conversion service cannot be reached at the moment. Try again in a minute; nothing was charged.");

    public static GatewayError UpstreamMisconfigured { get; } = new(
        503, 5001, "The conversion service refuses your provider's account. Tell your provider; nothing was charged.");

    public static GatewayError UpstreamLost { get; } = new(
        500,
        5000,
        "The conversion service did not answer. The conversion may have been charged; your provider checks it and corrects the bill.");

    public static GatewayError PortalFault { get; } = new(
        500, 5000, "The portal failed at this request. Tell your provider when it was; what was charged is found out and corrected.");

    public static GatewayError ResellerBusy { get; } = new(
        503,
        5030,
        "Your provider starts or runs as many conversions as it may at the moment. Try again after the time in Retry-After; nothing was "
            + "charged.");

    public static GatewayError SignedTokenInvalid { get; } = new(
        401,
        4012,
        "This signed token is not good: it has expired, is bound to another address, or was not signed with the token that its 'kid' "
            + "names (HS256, with 'exp').");

    public static GatewayError QueryCredentialsOff { get; } = new(
        401, 4013, "Your provider does not accept tokens in the query. Send yours in the header 'Authorization: Bearer …'.");

    public static GatewayError MasterTokenNeeded { get; } = new(
        401, 4010, "This needs the account's master token. Ask your provider for it.");

    public static GatewayError JsonUnreadable { get; } = new(
        400, 4002, "The body is not JSON of the form {\"Parameters\": [{\"Name\": …, \"Value\": …}]}.");

    public static GatewayError DispositionMissing { get; } = new(
        400, 4001, "Name the file in a Content-Disposition header, as multipart form data, or give its address as ?url=.");

    public static GatewayError JobIdUnusable { get; } = new(
        400, 4000, "A JobId has 16 to 64 letters, digits and hyphens, such as a UUID.");

    public static GatewayError JobKnown { get; } = new(
        409, 4000, "A job with this JobId was started already.");

    public static GatewayError JobUnknown { get; } = new(
        404, 4000, "This job is not known. Results are kept for 3 hours.");

    public static GatewayError MeterUnavailable { get; } = new(
        503, 5001, "The portal cannot record usage at the moment. Try again in a few seconds.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static GatewayError FileUnknown { get; } = new(
        404, 5009, "This file id is not known. Files are kept for 3 hours; convert again with StoreFile=true.");

    public static GatewayError TokenIsNative { get; } = new(
        401, 4015, "This API token is for ConvertAPI's own address. Send its requests there, or use a token of this gateway.");

    public static GatewayError AccountPaused { get; } = new(
        401,
        4014,
        "Your account is paused because an invoice is overdue. Pay it, or write to your provider; conversions go on as soon as it is "
            + "paid. Nothing was charged.");

    public static GatewayError Unreadable(string why) => new(400, 4000, why);

    public static GatewayError AddressUnusable(string address) => new(
        500,
        5007,
        $"'{(address.Length <= 100 ? address : address[..100])}' cannot be used: give an http or https address on the public internet.");

    public static GatewayError OriginNotAllowed(string origin) => new(
        401,
        4015,
        $"This API token is not allowed to be used by pages of {(origin.Length <= 100
            ? origin
            : origin[..100])}. Ask to have this origin added.");

    /// <summary>Why nothing was held.</summary>
    public static GatewayError FromRefusal(ReserveResult refusal) => refusal switch
    {
        ReserveResult.UnknownToken => TokenUnknown,
        ReserveResult.UsedUpstream => TokenIsNative,
        ReserveResult.TokenRevoked revoked => TokenRevoked(revoked.AtUtc),
        ReserveResult.AccountPaused => AccountPaused,
        ReserveResult.TokenExpired expired => TokenExpired(expired.AtUtc),
        ReserveResult.TokenNotYetValid early => TokenNotYetValid(early.FromUtc),
        ReserveResult.ConverterNotAllowed converter => ConverterNotAllowed(converter.Allowed),
        ReserveResult.CallerNotAllowed caller => CallerNotAllowed(caller.Caller),
        ReserveResult.OriginNotAllowed origin => OriginNotAllowed(origin.Origin),
        ReserveResult.LimitReached limit => LimitReached(limit.UsageLimit, limit.RenewsOn),
        ReserveResult.TooManyInFlight busy => TooManyInFlight(busy.Allowed),
        ReserveResult.TooManyRequests fast => TooManyRequests(fast.PerMinute, fast.RetryAfter),
        ReserveResult.BalanceSpent spent => BalanceSpent(spent.Left),
        _ => CreditsExhausted,
    };

    /// <summary>What a caller did wrong while its request was read.</summary>
    internal static GatewayError FromException(Exception failure, long maxUploadBytes) => failure switch
    {
        CallerErrorException error => error.Error,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(maxUploadBytes),
        InvalidDataException unreadable => Unreadable(unreadable.Message),
        _ => Unreadable("The request broke off before its end, or cannot be read. Send it again; nothing was charged."),
    };

    public static GatewayError TokenRevoked(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token was revoked on {atUtc:yyyy-MM-dd HH:mm} UTC. Use another one, or create a new one in the portal.");

    public static GatewayError TokenExpired(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token expired on {atUtc:yyyy-MM-dd HH:mm} UTC. Create a new one in the portal.");

    public static GatewayError TokenNotYetValid(DateTimeOffset fromUtc) => new(
        401, 4015, $"This API token is valid from {fromUtc:yyyy-MM-dd HH:mm} UTC on. Use another one until then.");

    public static GatewayError ConverterNotAllowed(IReadOnlyList<string> allowed) => new(
        401,
        4015,
        $"This API token is not allowed to use this converter, only: {string.Join(
            ", ", allowed)}. Use another token, or ask for a wider one.");

    public static GatewayError CallerNotAllowed(IPAddress? caller) => new(
        401,
        4015,
        $"This API token is not allowed to be used from {caller}. Call from one of its networks, or ask to have this one added.");

    /// <param name="renewsOn">First day of the next month where the limit is monthly.</param>
    public static GatewayError LimitReached(long usageLimit, DateOnly? renewsOn) => new(
        401, 4014, renewsOn is { } day
            ? $"The balance of this API token is zero: its {usageLimit:N0} conversions of this month are used up. They renew on "
                + $"{day:yyyy-MM-dd}; use another token until then, or ask for a higher limit."
            : $"The balance of this API token is zero: its limit of {usageLimit:N0} conversions is used up. Use another token, or ask for "
                + "a higher limit.");

    public static GatewayError BalanceSpent(Money left) => new(
        401,
        4014,
        $"The prepaid balance of your account is spent: {left} are left, which do not pay for this conversion. Top it up with your "
            + "provider; conversions go on as soon as the money is recorded. Nothing was charged.");

    public static GatewayError TooManyInFlight(int allowed) => new(
        503, 5030, $"This API token runs up to {allowed:N0} conversions at once. Wait for one to end; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError TooManyRequests(int perMinute, TimeSpan retryAfter) => new(
        503, 5030, $"This API token starts up to {perMinute:N0} conversions a minute. Slow down; nothing was charged.")
    {
        RetryAfter = retryAfter,
    };

    public static GatewayError TooLarge(long maxBytes) => new(
        413,
        4000,
        $"The file is larger than the {maxBytes / (1 << 20):N0} MiB that can be sent. Split it, or compress it; nothing was charged.");

    public IResult ToResult() => new ErrorResult(this);

    private sealed class ErrorResult(GatewayError error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = error.Status;
            if (error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                httpContext.Response.Headers.RetryAfter = Math.Ceiling(error.RetryAfter.TotalSeconds).ToString(
                    CultureInfo.InvariantCulture);
            }

            return httpContext.Response.WriteAsJsonAsync(new { error.Code, error.Message }, WireJson.Options);
        }
    }
}
