using System.Net;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Whether a token can be issued as requested. Pure: the rows are read by the caller.</summary>
internal static class TokenRequestValidator
{
    internal const int MaxConverters = 100;

    internal static Refusal? Check(TokenRequest request, DateTimeOffset now) => request switch
    {
        { Environment: var label } when string.IsNullOrWhiteSpace(label)
            || label.Trim().Length > 60
            || !DocumentText.IsClean(label)
            || !char.IsLetterOrDigit(label.Trim()[0]) =>
            Refusal.Because(
                "Enter an environment of up to 60 characters such as production, starting with a letter or digit.",
                nameof(request.Environment)),
        { UsageLimit: < 1 or > ApiTokenService.MaxUsageLimit } =>
            Refusal.Because(
                $"Enter a usage limit of 1 to {ApiTokenService.MaxUsageLimit:N0} conversions, or leave it empty for no limit.",
                nameof(request.UsageLimit)),
        { ExpiresAtUtc: { } expires } when expires <= now =>
            Refusal.Because(
                "The expiry is in the past. Choose a later one, or leave it empty for never.", nameof(request.ExpiresAtUtc)),
        { ExpiresAtUtc: { } expires } when expires > now.AddYears(10) =>
            Refusal.Because("Choose an expiry within ten years, or leave it empty for never.", nameof(request.ExpiresAtUtc)),
        { NotBeforeUtc: { } from } when from >= (request.ExpiresAtUtc ?? DateTimeOffset.MaxValue) || from > now.AddYears(10) =>
            Refusal.Because(
                "Choose a start before the expiry and within ten years, or leave it empty for at once.",
                nameof(request.NotBeforeUtc)),
        { LimitPeriod: LimitPeriod.Month, UsageLimit: null } =>
            Refusal.Because("Enter a number of conversions for the monthly limit.", nameof(request.UsageLimit)),
        { AllowedConverters: var converters } when converters.Count > MaxConverters || !converters.All(ConverterName.IsValid) =>
            Refusal.Because(
                $"Enter up to {MaxConverters} converters such as docx-to-pdf or docx-to-pdf/openoffice, in lower case, or leave it empty "
                    + "to allow all.",
                nameof(request.AllowedConverters)),
        { AllowedNetworks: var networks } when networks.Count > 50 || !networks.All(network => IPNetwork.TryParse(network, out _)) =>
            Refusal.Because(
                "Enter up to 50 networks in CIDR notation, such as 203.0.113.0/24 or 2001:db8::/32 (/32 for a single address).",
                nameof(request.AllowedNetworks)),
        { AllowedOrigins: var origins } when origins.Count > 50 || !origins.All(IsOrigin) =>
            Refusal.Because(
                "Enter up to 50 web origins such as https://app.example.com, without a path, or leave it empty to allow all.",
                nameof(request.AllowedOrigins)),
        { RequestsPerMinute: < 1 or > 1_000_000 } =>
            Refusal.Because("Enter 1 to 1,000,000 requests per minute, or leave it empty for no limit.", nameof(request.RequestsPerMinute)),
        { ConcurrentRequests: < 1 or > 100_000 } =>
            Refusal.Because("Enter 1 to 100,000 concurrent requests, or leave it empty for no limit.", nameof(request.ConcurrentRequests)),
        _ => null,
    };

    /// <summary>The upstream supports a limit and an expiry only.</summary>
    internal static Refusal? CheckNative(TokenRequest request) => request switch
    {
        { IsMaster: true } =>
            Refusal.Because(
                "A master token works at the gateway only; at ConvertAPI it would control the reseller's whole account.",
                nameof(request.IsMaster)),
        { LimitPeriod: LimitPeriod.Month } =>
            Refusal.Because(
                "ConvertAPI counts a limit over the token's whole life. Issue a token per month, or a gateway token.",
                nameof(request.LimitPeriod)),
        { NotBeforeUtc: not null } => Refusal.Because(
            "Leave the start empty; a token at ConvertAPI is valid at once.", nameof(request.NotBeforeUtc)),
        { AllowedConverters.Count: > 0 } or { AllowedNetworks.Count: > 0 }
            or { AllowedOrigins.Count: > 0 } or { RequestsPerMinute: not null } or { ConcurrentRequests: not null } =>
            Refusal.Because(
                "ConvertAPI supports only a usage limit and an expiry. Leave the other terms empty, or issue a gateway token.",
                nameof(request.IsNative)),
        _ => null,
    };

    /// <param name="active">The number of the customer's own active tokens; null if it does not matter.</param>
    internal static Refusal? ValidateAllowance(Customer customer, TokenRequest request, int? active)
    {
        if (request.IsMaster)
        {
            return Refusal.Because("Only your provider can issue the master token. Ask your provider for it.", nameof(request.IsMaster));
        }

        if (active is not null && customer.SelfServiceTokens == 0)
        {
            return Refusal.Because("Only your provider can issue tokens for this account. Ask your provider for one.");
        }

        if (active >= customer.SelfServiceTokens)
        {
            return Refusal.Because(
                $"You have {active} of {customer.SelfServiceTokens} self-service tokens. Revoke one you no longer use.");
        }

        return customer.SelfServiceMaxLimit is { } max && (request.UsageLimit is null || request.UsageLimit > max)
            ? Refusal.Because($"Enter a usage limit of up to {max:N0} conversions for self-service tokens.", nameof(request.UsageLimit))
            : null;
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Scheme is "https" or "http")
            && uri.GetLeftPart(UriPartial.Authority) == origin;
}
