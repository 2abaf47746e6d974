using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Tokens;

/// <summary>Adds a token template, or changes one.</summary>
public sealed partial class TokenTemplateDialog(CurrentActor current, TokenTemplateService templates, TimeProvider clock)
{
    private TokenDraft _draft = new();
    private string _name = "";
    private int? _days;
    private Refusal? _refusal;

    /// <summary>Null to add one.</summary>
    [Parameter]
    public TokenTemplate? Template { get; set; }

    protected override void OnInitialized()
    {
        if (Template is not null)
        {
            _draft = TokenDraft.FromTerms(Template.ToRequest(clock.GetUtcNow()) with { ExpiresAtUtc = null });
            (_name, _days) = (Template.Name, Template.ExpiresAfterDays);
        }
    }

    private async Task<Refusal?> ActAsync()
    {
        var read = _draft.Read();
        if (read.IsRefused)
        {
            return _refusal = read.Refusal;
        }

        var outcome = await templates.SaveAsync(
            await current.GetAsync(), Template?.Id, new TokenTemplateTerms(_name, read.Value, _days));
        return _refusal = outcome.Refusal;
    }
}
