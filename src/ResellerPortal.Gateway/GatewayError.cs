using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway;

/// <summary>Errors in ConvertAPI's format, so that its clients understand them: <c>{"Code": 4014, "Message": "…"}</c>.</summary>
public sealed record GatewayError(int Status, int Code, string Message)
{
    /// <summary>When a rate-limited caller may retry.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    public static GatewayError CredentialsMissing { get; } = new(
        401, 4013, "Credentials are missing. Send your API token in the header 'Authorization: Bearer …'.");

    public static GatewayError TokenUnknown { get; } = new(
        401, 4011, "This API token is unknown. Check it for missing characters, or create a new one in the portal.");

    public static GatewayError TooManyInvalidTokens { get; } = new(
        429, 4290, "Too many invalid tokens were sent from your network. Check the token, and retry after the time in Retry-After.")
    {
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    public static GatewayError FormatsUnreadable { get; } = new(
        400, 4000, "Use only letters, digits and hyphens in format names, as in /convert/docx/to/pdf.");

    public static GatewayError TextTooLong { get; } = new(
        413, 4000, "The parameters are longer than 1 MiB in all. Send long content as a file.");

    public static GatewayError TextAfterFiles { get; } = new(
        400, 4000, "The parameters after the files are too long. Send parameters before the files.");

    public static GatewayError BodyTooSlow { get; } = new(
        408, 4000, "The request was sent too slowly, so it was given up. Nothing was charged; send it again over a faster connection.");

    public static GatewayError NotBase64 { get; } = new(
        400, 4005, "A file in the JSON body is not valid base64.");

    public static GatewayError OneFilePerUpload { get; } = new(
        400, 4000, "The form contains several files. Upload each with a request of its own.");

    public static GatewayError UrlMissing { get; } = new(
        400, 4000, "Pass the address of the file as ?url=.");

    public static GatewayError FileNotConverted { get; } = new(
        404, 5009, "This file was uploaded without credentials, so it can be converted but not downloaded.");

    public static GatewayError TooManyAnonymousUploads { get; } = new(
        429, 4290, "Too many files were uploaded from your network without credentials. Send your API token with each upload.")
    {
        RetryAfter = TimeSpan.FromMinutes(1),
    };

    public static GatewayError CustomerBusy { get; } = new(
        503, 5030, "Your account uses its share of your provider's concurrent conversions. Wait for one to finish; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError ShareReached { get; } = new(
        503,
        5030,
        "Your requests in progress, and uploads of several files, hold at most half of the conversions that your provider has left. "
            + "Wait for one to finish, or send fewer files; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError CreditsHeld { get; } = new(
        503, 5030, "Requests in progress hold the conversions that your provider has left. Wait a moment; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError RemainderHeld { get; } = new(
        503,
        5030,
        "Your requests in progress hold the conversions that this one may cost. Wait for one to finish; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError BodyEncoded { get; } = new(
        415, 4000, "The request's Content-Encoding cannot be read. Send the body as it is; nothing was charged.");

    public static GatewayError BodyEmpty { get; } = new(
        400, 4000, "The request is empty. Send the file as multipart form data in the field 'File'.");

    public static GatewayError CreditsExhausted { get; } = new(
        401, 4014, "The balance is zero: your provider has no conversions left. Ask your provider to add some; nothing was charged.");

    public static GatewayError UpstreamUnavailable { get; } = new(
        503, 5001, "The conversion service is temporarily unavailable. Try again in a minute; nothing was charged.");

    public static GatewayError UpstreamMisconfigured { get; } = new(
        503, 5001, "The conversion service rejected your provider's account. Contact your provider; nothing was charged.");

    public static GatewayError UpstreamLost { get; } = new(
        500,
        5000,
        "The conversion service did not answer. The conversion may have been charged; your provider will check and correct the bill.");

    public static GatewayError PortalFault { get; } = new(
        500,
        5000,
        "The portal failed to process this request. Contact your provider and tell them when it happened; any charge will be corrected.");

    public static GatewayError ResellerBusy { get; } = new(
        503,
        5030,
        "Your provider has reached its limit of concurrent conversions. Retry after the time in Retry-After; nothing was "
            + "charged.");

    public static GatewayError SignedTokenInvalid { get; } = new(
        401,
        4012,
        "This signed token is invalid: it has expired, is bound to another IP address, or was not signed with the token that its 'kid' "
            + "names (HS256, with 'exp').");

    public static GatewayError QueryCredentialsOff { get; } = new(
        401, 4013, "Your provider does not accept tokens in the query string. Send yours in the header 'Authorization: Bearer …'.");

    public static GatewayError MasterTokenNeeded { get; } = new(
        401, 4010, "This request requires the account's master token. Ask your provider for it.");

    public static GatewayError JsonUnreadable { get; } = new(
        400, 4002, "The body must be JSON of the form {\"Parameters\": [{\"Name\": …, \"Value\": …}]}.");

    public static GatewayError DispositionMissing { get; } = new(
        400, 4001, "Name the file in a Content-Disposition header, send it as multipart form data, or pass its URL as ?url=.");

    public static GatewayError JobIdUnusable { get; } = new(
        400, 4000, "The JobId must have 16 to 64 letters, digits and hyphens, such as a UUID.");

    public static GatewayError JobKnown { get; } = new(
        409, 4000, "A job with this JobId already exists.");

    public static GatewayError JobUnknown { get; } = new(
        404, 4000, "This job is unknown. Results are kept for 3 hours.");

    public static GatewayError MeterUnavailable { get; } = new(
        503, 5001, "The portal cannot record usage at the moment. Try again in a few seconds.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static GatewayError FileUnknown { get; } = new(
        404, 5009, "This file id is unknown. Files are kept for 3 hours; convert again with StoreFile=true.");

    public static GatewayError TokenIsNative { get; } = new(
        401, 4015, "This API token is for ConvertAPI itself. Send its requests there, or use a token for this gateway.");

    public static GatewayError AccountPaused { get; } = new(
        401,
        4014,
        "Your account is paused because an invoice is overdue. Pay it, or contact your provider; conversions resume as soon as it is "
            + "paid. Nothing was charged.");

    public static GatewayError Moving { get; } = new(
        503, 5030, "Your provider's account is being moved to another server. Try again in a few minutes; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromMinutes(1),
    };

    public static GatewayError Moved(DateTimeOffset atUtc) => new(
        503,
        5030,
        $"Your provider's account moved to another server on {atUtc:yyyy-MM-dd HH:mm} UTC, where this token works. Ask your provider for "
            + "its address; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromHours(1),
    };

    /// <summary>A path that does not exist, or not for this method. The answer never tells which.</summary>
    public static GatewayError PathUnknown(string method, string path) => new(
        404,
        4040,
        $"There is no {method} {path}. The paths are those of ConvertAPI, such as POST /convert/docx/to/pdf; see "
            + "https://docs.convertapi.com.");

    public static GatewayError Unreadable(string why) => new(400, 4000, why);

    public static GatewayError SentTwice(string parameter) =>
        Unreadable($"{parameter} was sent twice with different values. Send it once.");

    public static GatewayError NotAFileParameter(string parameter) =>
        Unreadable($"{parameter} cannot be a file. Only parameters whose names end in File or Files can.");

    public static GatewayError NotAFile(string parameter) =>
        Unreadable($"{parameter} must be a file's content, the id of an uploaded file, or an http or https URL.");

    public static GatewayError AddressTooLong(string parameter, int maxLength) => Unreadable(
        string.Create(CultureInfo.InvariantCulture, $"The address in {parameter} is longer than {maxLength:N0} characters."));

    public static GatewayError AddressUnusable(string address) => new(
        500,
        5007,
        $"'{(address.Length <= 100 ? address : address[..100])}' cannot be used: use an http or https URL on the public internet.");

    public static GatewayError OriginNotAllowed(string origin) => new(
        401,
        4015,
        $"This API token is not allowed to be used by pages of {(origin.Length <= 100
            ? origin
            : origin[..100])}. Ask to have this origin added.");

    /// <summary>The error for a refused reservation.</summary>
    public static GatewayError FromRefusal(ReserveResult refusal) => refusal switch
    {
        ReserveResult.UnknownToken => TokenUnknown,
        ReserveResult.UsedUpstream => TokenIsNative,
        ReserveResult.TokenRevoked revoked => TokenRevoked(revoked.AtUtc),
        ReserveResult.AccountPaused => AccountPaused,
        ReserveResult.ResellerMoving moving => moving.MovedAtUtc is { } movedAtUtc ? Moved(movedAtUtc) : Moving,
        ReserveResult.TokenExpired expired => TokenExpired(expired.AtUtc),
        ReserveResult.TokenNotYetValid early => TokenNotYetValid(early.FromUtc),
        ReserveResult.ConverterNotAllowed converter => ConverterNotAllowed(converter.Allowed),
        ReserveResult.CallerNotAllowed caller => CallerNotAllowed(caller.Caller),
        ReserveResult.OriginNotAllowed origin => OriginNotAllowed(origin.Origin),
        ReserveResult.LimitReached limit => LimitReached(limit),
        ReserveResult.TooManyInFlight busy => TooManyInFlight(busy.Allowed),
        ReserveResult.TooManyRequests fast => TooManyRequests(fast.PerMinute, fast.RetryAfter),
        ReserveResult.BalanceSpent spent => BalanceSpent(spent.Left),
        ReserveResult.ShareReached => ShareReached,
        ReserveResult.RemainderHeld => RemainderHeld,
        ReserveResult.CreditsHeld => CreditsHeld,
        ReserveResult.ReservationEnded => BodyTooSlow,
        _ => CreditsExhausted,
    };

    /// <summary>The error for a failure caused by the caller's request.</summary>
    internal static GatewayError FromException(Exception failure, long maxUploadBytes) => failure switch
    {
        CallerErrorException error => error.Error,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(maxUploadBytes),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => BodyTooSlow,
        InvalidDataException unreadable => Unreadable(unreadable.Message),
        _ => Unreadable("The request ended prematurely or is malformed. Send it again; nothing was charged."),
    };

    public static GatewayError TokenRevoked(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token was revoked on {atUtc:yyyy-MM-dd HH:mm} UTC. Use another one, or create a new one in the portal.");

    public static GatewayError TokenExpired(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token expired on {atUtc:yyyy-MM-dd HH:mm} UTC. Create a new one in the portal.");

    public static GatewayError TokenNotYetValid(DateTimeOffset fromUtc) => new(
        401, 4015, $"This API token is not valid before {fromUtc:yyyy-MM-dd HH:mm} UTC. Use another one until then.");

    public static GatewayError ConverterNotAllowed(IReadOnlyList<string> allowed) => new(
        401,
        4015,
        $"This API token is not allowed to use this converter, only: {string.Join(
            ", ", allowed)}. Use another token, or ask for one with more converters.");

    public static GatewayError CallerNotAllowed(IPAddress? caller) => new(
        401,
        4015,
        $"This API token is not allowed from {caller}. Call from one of its networks, or ask to have yours added.");

    public static GatewayError LimitReached(ReserveResult.LimitReached limit)
    {
        var renewal = limit.RenewsOn is { } day ? $" The limit renews on {day:yyyy-MM-dd}." : "";
        return new(401, 4014, limit.Left <= 0
            ? $"The balance of this API token is zero: its limit of {limit.UsageLimit:N0} conversions is used up.{renewal} "
                + "Use another token, or ask for a higher limit."
            : $"The balance of this API token is too low: it has {limit.Left:N0} of {limit.UsageLimit:N0} conversions left, and this "
                + $"request may cost up to {limit.Needed:N0}.{renewal} Send fewer files, or ask for a higher limit.");
    }

    public static GatewayError BalanceSpent(Money left) => new(
        401,
        4014,
        $"Your account's prepaid balance of {left} does not cover this conversion. Top it up with your "
            + "provider; conversions resume as soon as the payment is recorded. Nothing was charged.");

    public static GatewayError TooManyInFlight(int allowed) => new(
        503, 5030, $"This API token is limited to {allowed:N0} concurrent conversions. Wait for one to finish; nothing was charged.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static GatewayError TooManyRequests(int perMinute, TimeSpan retryAfter) => new(
        503, 5030, $"This API token is limited to {perMinute:N0} conversions per minute. Slow down; nothing was charged.")
    {
        RetryAfter = retryAfter,
    };

    public static GatewayError TooLarge(long maxBytes) => new(
        413,
        4000,
        $"The file exceeds the maximum of {maxBytes / (1 << 20):N0} MiB. Split or compress it; nothing was charged.");

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
