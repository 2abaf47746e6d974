using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>A customer's tokens, on the reseller's and the customer's pages.</summary>
public sealed partial class TokenTable(IDialogService dialogs)
{
    [Parameter, EditorRequired]
    public IReadOnlyList<TokenRow> Rows { get; set; } = [];

    [Parameter, EditorRequired]
    public string IfEmpty { get; set; } = "";

    [Parameter]
    public bool MayRevoke { get; set; }

    [Parameter]
    public bool MayRotate { get; set; }

    [Parameter]
    public EventCallback<TokenRow> OnRotate { get; set; }

    /// <summary>Whether a token may be made strict or lenient.</summary>
    [Parameter]
    public bool MayEditLimit { get; set; }

    [Parameter]
    public EventCallback<TokenRow> OnEditLimit { get; set; }

    [Parameter]
    public EventCallback<TokenRow> OnLeak { get; set; }

    /// <summary>Invoked after the user has confirmed.</summary>
    [Parameter]
    public EventCallback<TokenRow> OnRevoke { get; set; }

    private static string GetPolicyText(TokenRow token) => token.LimitPolicy == LimitPolicy.Strict
        ? "Rejects requests whose highest known cost is more than what is left"
        : "Accepts requests while conversions are left; the limit is exceeded if such a request costs more";

    private async Task ConfirmAsync(TokenRow token)
    {
        if (await dialogs.ConfirmAsync(
            $"Revoke {token.Environment} (…{token.SecretEnding})?",
            "All applications that use this token lose access immediately. This cannot be undone.",
            "Revoke token"))
        {
            await OnRevoke.InvokeAsync(token);
        }
    }
}
