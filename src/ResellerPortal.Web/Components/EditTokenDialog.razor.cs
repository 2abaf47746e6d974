using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Changes the terms of a token.</summary>
public sealed partial class EditTokenDialog(CurrentActor current, TokenEditService tokens)
{
    private TokenDraft _draft = new();
    private Refusal? _refusal;
    private EditedToken? _edited;

    [Parameter, EditorRequired]
    public TokenRow Token { get; set; } = null!;

    /// <summary>The maximum usage limit; null for no maximum.</summary>
    [Parameter]
    public long? MaxLimit { get; set; }

    /// <summary>Whether the token may be made lenient.</summary>
    [Parameter]
    public bool MayBeLenient { get; set; }

    /// <summary>Whether the limit as typed is used up already.</summary>
    private bool IsSpent => _draft.Limit <= Token.Used && _draft.Period == Token.LimitPeriod && !Token.IsNative;

    protected override void OnInitialized() => _draft = TokenDraft.FromTerms(Token.Terms);

    private async Task<Refusal?> ActAsync()
    {
        var read = _draft.Read();
        if (read.IsRefused)
        {
            return _refusal = read.Refusal;
        }

        var outcome = await tokens.EditAsync(await current.GetAsync(), Token.Id, read.Value);
        _edited = outcome.IsRefused ? null : outcome.Value;
        return _refusal = outcome.Refusal;
    }
}
