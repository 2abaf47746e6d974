using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Issues a new secret for a token while the old one stays valid for a while.</summary>
public sealed partial class RotateDialog(CurrentActor current, ApiTokenService tokens)
{
    private int _hours = 24;
    private IssuedToken? _issued;

    [Parameter, EditorRequired]
    public TokenRow Token { get; set; } = null!;

    private async Task<Refusal?> ActAsync()
    {
        var outcome = await tokens.RotateAsync(await current.GetAsync(), Token.Id, TimeSpan.FromHours(_hours));
        _issued = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
