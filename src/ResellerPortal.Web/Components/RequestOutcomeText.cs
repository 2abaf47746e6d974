using ResellerPortal.Core.Metering;

namespace ResellerPortal.Web.Components;

/// <summary>Why requests were refused, in words for the reseller and its customers.</summary>
internal static class RequestOutcomeText
{
    public static string Format(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Accepted => "Accepted",
        RequestOutcome.Revoked => "Token revoked",
        RequestOutcome.Expired => "Token expired",
        RequestOutcome.NotYetValid => "Token not valid yet",
        RequestOutcome.AccountPaused => "Account paused",
        RequestOutcome.UsedUpstream => "Token of ConvertAPI sent to this gateway",
        RequestOutcome.ConverterNotAllowed => "Converter not allowed",
        RequestOutcome.AddressNotAllowed => "IP address not allowed",
        RequestOutcome.OriginNotAllowed => "Web origin not allowed",
        RequestOutcome.LimitReached => "Usage limit reached",
        RequestOutcome.BalanceSpent => "Prepaid balance too low",
        RequestOutcome.CreditsExhausted => "No conversions available",
        RequestOutcome.TooManyAtOnce => "Too many concurrent requests",
        RequestOutcome.TooManyPerMinute => "Too many requests per minute",
        RequestOutcome.ConversionsHeld => "Waiting for other requests",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "This outcome has no text."),
    };
}
