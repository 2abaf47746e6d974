using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

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
        500, 5000, "The conversion service did not answer. The conversion may have been charged; your provider checks it and corrects the bill.");

    public static GatewayError MeterUnavailable { get; } = new(
        503, 5001, "The portal cannot record usage at the moment. Try again in a few seconds.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static GatewayError FileUnknown { get; } = new(
        404, 5009, "This file id is not known. Files are kept for 3 hours; convert again with StoreFile=true.");

    public static GatewayError TokenRevoked(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token was revoked on {atUtc:yyyy-MM-dd HH:mm} UTC. Use another one, or create a new one in the portal.");

    public static GatewayError TokenExpired(DateTimeOffset atUtc) => new(
        401, 4015, $"This API token expired on {atUtc:yyyy-MM-dd HH:mm} UTC. Create a new one in the portal.");

    public static GatewayError TokenNotYetValid(DateTimeOffset fromUtc) => new(
        401, 4015, $"This API token is valid from {fromUtc:yyyy-MM-dd HH:mm} UTC on. Use another one until then.");

    public static GatewayError ConverterNotAllowed(IReadOnlyList<string> allowed) => new(
        401, 4015, $"This API token is not allowed to use this converter, only: {string.Join(", ", allowed)}. Use another token, or ask for a wider one.");

    public static GatewayError CallerNotAllowed(IPAddress? caller) => new(
        401, 4015, $"This API token is not allowed to be used from {caller}. Call from one of its networks, or ask to have this one added.");

    /// <param name="renewsOn">First day of the next month where the limit is monthly.</param>
    public static GatewayError LimitReached(long usageLimit, DateOnly? renewsOn) => new(
        401, 4014, renewsOn is { } day
            ? $"The balance of this API token is zero: its {usageLimit:N0} conversions of this month are used up. They renew on {day:yyyy-MM-dd}; use another token until then, or ask for a higher limit."
            : $"The balance of this API token is zero: its limit of {usageLimit:N0} conversions is used up. Use another token, or ask for a higher limit.");

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
        413, 4000, $"The file is larger than the {maxBytes / (1 << 20):N0} MiB that can be sent. Split it, or compress it; nothing was charged.");

    public IResult ToResult() => new ErrorResult(this);

    private sealed class ErrorResult(GatewayError error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = error.Status;
            if (error.Status == StatusCodes.Status503ServiceUnavailable)
            {
                httpContext.Response.Headers.RetryAfter = Math.Ceiling(error.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            return httpContext.Response.WriteAsJsonAsync(new { error.Code, error.Message }, WireJson.Options);
        }
    }
}
