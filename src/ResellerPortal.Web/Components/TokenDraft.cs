using System.Globalization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>The terms of a token while they are typed.</summary>
public sealed class TokenDraft
{
    private readonly TokenRequest? _former;

    public TokenDraft()
    {
    }

    private TokenDraft(TokenRequest terms)
    {
        _former = terms;
        Environment = terms.Environment;
        Limit = terms.UsageLimit;
        Period = terms.LimitPeriod;
        Policy = terms.LimitPolicy;
        Expires = Format(terms.ExpiresAtUtc);
        NotBefore = Format(terms.NotBeforeUtc);
        Converters = string.Join(", ", terms.AllowedConverters.Select(ConverterName.Readable));
        Networks = string.Join(", ", terms.AllowedNetworks);
        Origins = string.Join(", ", terms.AllowedOrigins);
        PerMinute = terms.RequestsPerMinute;
        AtOnce = terms.ConcurrentRequests;
        IsMaster = terms.IsMaster;
        IsNative = terms.IsNative;
    }

    public string Environment { get; set; } = "production";

    public long? Limit { get; set; }

    public LimitPeriod Period { get; set; }

    public LimitPolicy Policy { get; set; }

    public string? Expires { get; set; }

    public string? NotBefore { get; set; }

    public string? Converters { get; set; }

    public string? Networks { get; set; }

    public string? Origins { get; set; }

    public int? PerMinute { get; set; }

    public int? AtOnce { get; set; }

    public bool IsMaster { get; set; }

    public bool IsNative { get; set; }

    /// <summary>Whether a term is set that the form shows under "More options".</summary>
    public bool HasMore =>
        !string.IsNullOrEmpty(NotBefore) || !string.IsNullOrEmpty(Origins) || PerMinute is not null || AtOnce is not null || IsMaster;

    public static TokenDraft FromTerms(TokenRequest terms) => new(terms);

    /// <returns>The terms. Refused: a date cannot be read.</returns>
    public Outcome<TokenRequest> Read()
    {
        if (!TryRead(Expires, _former?.ExpiresAtUtc, out var expiresAtUtc))
        {
            return RefuseDate(nameof(TokenRequest.ExpiresAtUtc));
        }

        if (!TryRead(NotBefore, _former?.NotBeforeUtc, out var notBeforeUtc))
        {
            return RefuseDate(nameof(TokenRequest.NotBeforeUtc));
        }

        return new TokenRequest(Environment, Limit, expiresAtUtc)
        {
            LimitPeriod = Limit is null && _former is not null ? LimitPeriod.Ever : Period,
            LimitPolicy = Policy,
            NotBeforeUtc = notBeforeUtc,
            AllowedConverters = RestrictionText.ReadConverters(Converters),
            AllowedNetworks = RestrictionText.ReadNetworks(Networks),
            AllowedOrigins = RestrictionText.ReadWords(Origins),
            IsMaster = IsMaster,
            IsNative = IsNative,
            RequestsPerMinute = PerMinute,
            ConcurrentRequests = AtOnce,
        };
    }

    /// <summary>Reads an instant; one that was not edited keeps its seconds, which the field does not show.</summary>
    private static bool TryRead(string? text, DateTimeOffset? former, out DateTimeOffset? instant)
    {
        if (former is not null && text == Format(former))
        {
            instant = former;
            return true;
        }

        return UtcDateTimeText.TryRead(text, out instant);
    }

    private static Refusal RefuseDate(string field) => Refusal.Because("Enter a date with a time in UTC, or leave it empty.", field);

    private static string? Format(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}
