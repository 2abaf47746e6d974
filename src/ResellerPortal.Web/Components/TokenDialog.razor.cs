using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>Asks what a token shall be; who issues it is the caller's business.</summary>
public sealed partial class TokenDialog
{
    private string _environment = "production";
    private long? _limit;
    private LimitPeriod _period;
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

    /// <summary>The highest limit that may be chosen; null for none.</summary>
    [Parameter]
    public long? MaxLimit { get; set; }

    /// <summary>Whether it may be made the customer's master token.</summary>
    [Parameter]
    public bool MayBeMaster { get; set; }

    /// <summary>Whether ConvertAPI may be asked to make and keep it.</summary>
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
            NotBeforeUtc = notBeforeUtc,
            AllowedConverters = Words(_converters),
            AllowedNetworks = Words(_networks),
            AllowedOrigins = Words(_origins),
            IsMaster = _isMaster,
            RequestsPerMinute = _perMinute,
            ConcurrentRequests = _atOnce,
        });
        _issued = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }

    private static string[] Words(string? text) => (text ?? "").Split([' ', ',', ';', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
