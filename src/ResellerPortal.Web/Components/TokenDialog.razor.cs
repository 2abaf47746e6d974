using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>Asks for the properties of a token and issues it with a callback of the caller.</summary>
public sealed partial class TokenDialog(TimeProvider clock)
{
    private TokenDraft _draft = new();
    private TokenTemplate? _template;
    private Refusal? _refusal;
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

    /// <summary>What the token can start from.</summary>
    [Parameter]
    public IReadOnlyList<TokenTemplate> Templates { get; set; } = [];

    protected override void OnInitialized() => _draft.Limit = MaxLimit;

    private void Start(TokenTemplate? template)
    {
        _template = template;
        _refusal = null;
        if (template is not null)
        {
            _draft = TokenDraft.FromTerms(template.ToRequest(clock.GetUtcNow()));
        }
    }

    private async Task<Refusal?> ActAsync()
    {
        var read = _draft.Read();
        if (read.IsRefused)
        {
            return _refusal = read.Refusal;
        }

        // ConvertAPI knows no other terms, and their fields are hidden.
        var terms = read.Value;
        var outcome = await Issue(
            terms.IsNative ? new TokenRequest(terms.Environment, terms.UsageLimit, terms.ExpiresAtUtc) { IsNative = true } : terms);
        _issued = outcome.IsRefused ? null : outcome.Value;
        return _refusal = outcome.Refusal;
    }
}
