using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>Asks for the properties of a token and issues it with a callback of the caller.</summary>
public sealed partial class TokenDialog
{
    private string _environment = "production";
    private long? _limit;
    private LimitPeriod _period;
    private LimitPolicy _policy;
    private string? _expires;
    private bool _hasMore;
    private string? _notBefore;
    private string? _converters;
    private string? _networks;
    private string? _origins;
    private bool _isMaster;
    private bool _isNative;
    private int? _perMinute;
    private int? _atOnce;
    private IssuedToken? _issued;

    [Parameter, EditorRequired]
    public Func<TokenRequest, Task<Outcome<IssuedToken>>> Issue { get; set; } = null!;

    /// <summary>The maximum usage limit; null for no maximum.</summary>
    [Parameter]
    public long? MaxLimit { get; set; }

    /// <summary>Whether the token may be a master token.</summary>
    [Parameter]
    public bool MayBeMaster { get; set; }

    /// <summary>Whether the token may be lenient.</summary>
    [Parameter]
    public bool MayBeLenient { get; set; }

    /// <summary>Whether the token may be created at ConvertAPI.</summary>
    [Parameter]
    public bool MayBeNative { get; set; }

    protected override void OnInitialized() => _limit = MaxLimit;

    private async Task<Refusal?> ActAsync()
    {
        if (!UtcDateTimeText.TryRead(_expires, out var expiresAtUtc) || !UtcDateTimeText.TryRead(_notBefore, out var notBeforeUtc))
        {
            return Refusal.Because("Enter dates with a time in UTC, or leave them empty.");
        }

        var basic = new TokenRequest(_environment, _limit, expiresAtUtc) { IsNative = _isNative };
        var outcome = await Issue(_isNative ? basic : basic with
        {
            LimitPeriod = _period,
            LimitPolicy = _policy,
            NotBeforeUtc = notBeforeUtc,
            AllowedConverters = SplitList(_converters),
            AllowedNetworks = SplitList(_networks),
            AllowedOrigins = SplitList(_origins),
            IsMaster = _isMaster,
            RequestsPerMinute = _perMinute,
            ConcurrentRequests = _atOnce,
        });
        _issued = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }

    private static string[] SplitList(string? text) =>
        (text ?? "").Split([' ', ',', ';', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
