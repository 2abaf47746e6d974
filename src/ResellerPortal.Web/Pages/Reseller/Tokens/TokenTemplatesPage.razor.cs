using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Tokens;

public sealed partial class TokenTemplatesPage(
    CurrentActor current,
    TokenTemplateService templates,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private IReadOnlyList<TokenTemplate>? _templates;
    private bool _mayEdit;

    protected override Task OnInitializedAsync() => LoadAsync();

    private static string FormatRestrictions(TokenTemplate template)
    {
        var parts = new[]
        {
            NumberOrNone(template.AllowedConverters.Count, "converter"),
            NumberOrNone(template.AllowedNetworks.Count, "network"),
            NumberOrNone(template.AllowedOrigins.Count, "origin"),
        };
        return string.Join(", ", parts.OfType<string>()) is { Length: > 0 } text ? text : "none";
    }

    private static string? NumberOrNone(int count, string what) => count == 0 ? null : NumberText.Count(count, what);

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayEdit = actor.May(Permission.TokensIssue);
        _templates = await templates.ListAsync(actor);
    }

    private async Task EditAsync(TokenTemplate? template)
    {
        if ((await dialogs.ActAsync(new DialogParameters<TokenTemplateDialog> { { d => d.Template, template } })).IsDone)
        {
            await LoadAsync();
        }
    }

    private async Task DeleteAsync(TokenTemplate template)
    {
        if (await dialogs.ConfirmAsync(
            $"Delete template {template.Name}?", "Tokens issued from it are not affected.", "Delete template"))
        {
            var outcome = await templates.DeleteAsync(await current.GetAsync(), template.Id);
            if (outcome.Refusal is { } refusal)
            {
                snackbar.Add(refusal.Message, Severity.Error);
            }

            await LoadAsync();
        }
    }
}
