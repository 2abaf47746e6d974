using System.Globalization;

namespace ResellerPortal.Core.Tokens;

/// <summary>Says in words what an edit changes about a token, from what to what.</summary>
internal static class TokenChangeText
{
    /// <returns>Empty if nothing changes.</returns>
    public static string Describe(ApiToken token, TokenRequest terms) => string.Join("; ", List(token, terms).OfType<string>());

    private static IEnumerable<string?> List(ApiToken token, TokenRequest terms)
    {
        yield return token.Environment == terms.Environment ? null : $"renamed to {terms.Environment}";
        yield return Compare(
            "limit",
            FormatLimit(token.UsageLimit, token.LimitPeriod),
            FormatLimit(terms.UsageLimit, terms.LimitPeriod));
        yield return token.LimitPolicy == terms.LimitPolicy
            ? null
            : $"switched to {(terms.LimitPolicy == LimitPolicy.Strict ? "strict" : "lenient")}";
        yield return Compare("valid from", Format(token.NotBeforeUtc, "at once"), Format(terms.NotBeforeUtc, "at once"));
        yield return Compare("expires", Format(token.ExpiresAtUtc, "never"), Format(terms.ExpiresAtUtc, "never"));
        yield return Compare("converters", token.AllowedConverters, terms.AllowedConverters);
        yield return Compare("networks", token.AllowedNetworks, terms.AllowedNetworks);
        yield return Compare("web origins", token.AllowedOrigins, terms.AllowedOrigins);
        yield return Compare("requests per minute", Format(token.RequestsPerMinute), Format(terms.RequestsPerMinute));
        yield return Compare("concurrent requests", Format(token.ConcurrentRequests), Format(terms.ConcurrentRequests));
    }

    private static string? Compare(string what, IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        before.SequenceEqual(after) ? null : $"{what} {Format(before)} → {Format(after)}";

    private static string? Compare(string what, string before, string after) => before == after ? null : $"{what} {before} → {after}";

    private static string Format(IReadOnlyList<string> words) => words.Count == 0 ? "all" : string.Join(' ', words);

    private static string Format(int? number) => number is { } set ? set.ToString(CultureInfo.InvariantCulture) : "no limit";

    private static string Format(DateTimeOffset? instant, string ifNone) =>
        instant is { } set ? set.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : ifNone;

    private static string FormatLimit(long? limit, LimitPeriod period) => limit is { } set
        ? set.ToString(CultureInfo.InvariantCulture) + (period == LimitPeriod.Month ? " a month" : "")
        : "none";
}
