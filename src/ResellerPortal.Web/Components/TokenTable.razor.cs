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

    /// <summary>Whether a token may be edited.</summary>
    [Parameter]
    public Func<TokenRow, bool> MayEdit { get; set; } = _ => false;

    [Parameter]
    public EventCallback<TokenRow> OnEdit { get; set; }

    /// <summary>The address of a token's page.</summary>
    [Parameter, EditorRequired]
    public Func<TokenRow, string> GetAddress { get; set; } = _ => "";

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
        if (await dialogs.ConfirmRevocationAsync(token))
        {
            await OnRevoke.InvokeAsync(token);
        }
    }
}
