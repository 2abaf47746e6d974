namespace ResellerPortal.Core.Tokens;

/// <summary>
/// The requested terms of a token. A null limit is unlimited, a null expiry is never, empty lists allow everything.
/// Converters are written as "docx-to-pdf", networks in CIDR notation.
/// </summary>
public sealed record TokenRequest(string Environment, long? UsageLimit, DateTimeOffset? ExpiresAtUtc)
{
    public LimitPeriod LimitPeriod { get; init; }

    public LimitPolicy LimitPolicy { get; init; }

    public DateTimeOffset? NotBeforeUtc { get; init; }

    public IReadOnlyList<string> AllowedConverters { get; init; } = [];

    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public bool IsMaster { get; init; }

    /// <summary>Whether the upstream creates and manages it, for programs that call the upstream directly.</summary>
    public bool IsNative { get; init; }

    public int? RequestsPerMinute { get; init; }

    public int? ConcurrentRequests { get; init; }

    /// <summary>The present terms of a token.</summary>
    public static TokenRequest FromToken(ApiToken token) => new(token.Environment, token.UsageLimit, token.ExpiresAtUtc)
    {
        LimitPeriod = token.LimitPeriod,
        LimitPolicy = token.LimitPolicy,
        NotBeforeUtc = token.NotBeforeUtc,
        AllowedConverters = token.AllowedConverters,
        AllowedNetworks = token.AllowedNetworks,
        AllowedOrigins = token.AllowedOrigins,
        IsMaster = token.IsMaster,
        IsNative = token.IsNative,
        RequestsPerMinute = token.RequestsPerMinute,
        ConcurrentRequests = token.ConcurrentRequests,
    };
}

/// <summary>A new token with its secret, which is shown only once.</summary>
public sealed record IssuedToken(ApiToken Token, string Secret);
