using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Revokes a leaked secret immediately and shows its recent usage.</summary>
public sealed partial class RevokeLeakedTokenDialog(
    CurrentActor current,
    ApiTokenService tokens,
    TokenActivityQueries activities,
    TimeProvider clock)
{
    private bool _renews;
    private IssuedToken? _issued;
    private TokenActivity? _activity;

    [Parameter, EditorRequired]
    public TokenRow Token { get; set; } = null!;

    [Parameter]
    public bool MayRotate { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _renews = MayRotate && !Token.IsNative;
        _activity = await activities.ReadAsync(
            await current.GetAsync(), Token.Id, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-30));
    }

    private async Task<Refusal?> ActAsync()
    {
        if (!_renews)
        {
            return (await tokens.RevokeAsync(await current.GetAsync(), Token.Id)).Refusal;
        }

        var outcome = await tokens.RotateAsync(await current.GetAsync(), Token.Id, TimeSpan.Zero);
        _issued = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
