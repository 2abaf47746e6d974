using System.Globalization;
using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>Asks what a token shall be; who issues it is the caller's business.</summary>
public sealed partial class TokenDialog
{
    private string _environment = "production";
    private long? _limit;
    private string? _expires;
    private IssuedToken? _issued;

    [Parameter, EditorRequired]
    public Func<TokenRequest, Task<Outcome<IssuedToken>>> Issue { get; set; } = null!;

    /// <summary>The highest limit that may be chosen; null for none.</summary>
    [Parameter]
    public long? MaxLimit { get; set; }

    protected override void OnInitialized() => _limit = MaxLimit;

    private async Task<Refusal?> ActAsync()
    {
        DateTimeOffset? expiresAtUtc = null;
        if (!string.IsNullOrWhiteSpace(_expires))
        {
            if (!DateTimeOffset.TryParse(_expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            {
                return Refusal.Of("Enter the expiry as a date and a time in UTC, or leave it empty for never.");
            }

            expiresAtUtc = instant;
        }

        var outcome = await Issue(new TokenRequest(_environment, _limit, expiresAtUtc));
        _issued = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
