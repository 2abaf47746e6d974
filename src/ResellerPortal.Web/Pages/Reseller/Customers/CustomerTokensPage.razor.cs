using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomerTokensPage(
    CurrentActor current,
    CustomerQueries queries,
    TokenQueries tokenQueries,
    ApiTokenService tokens,
    TokenTemplateService templates,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private readonly RequestedAction _action = new(navigation);
    private Actor? _actor;
    private CustomerDetail? _detail;
    private IReadOnlyList<TokenRow> _tokens = [];
    private bool _mayIssue;

    [Parameter]
    public Guid Id { get; set; }

    /// <summary>"issue-token" opens the form, as the command palette asks for.</summary>
    [SupplyParameterFromQuery(Name = "do")]
    private string? Action { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        await LoadAsync();
        if (_action.Take(Action) == "issue-token" && _mayIssue)
        {
            await IssueAsync();
        }
    }

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _tokens = await tokenQueries.ListAsync(_actor, new CustomerId(Id));
        _detail = await queries.FindDetailAsync(_actor, new CustomerId(Id));
        _mayIssue = _actor.May(Permission.TokensIssue) && _detail is { HasEnded: false };
    }

    private async Task IssueAsync()
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<TokenDialog>
        {
            { d => d.Templates, await templates.ListAsync(await current.GetAsync()) },
            { d => d.MayBeMaster, true },
            { d => d.MayBeLenient, true },
            { d => d.MayBeNative, _detail!.Reseller.IssuesNativeTokens },
            { d => d.Issue, async request => await tokens.IssueAsync(await current.GetAsync(), new CustomerId(Id), request) },
        });
        if (isDone && result is IssuedToken issued)
        {
            await dialogs.ShowTokenAsync(issued);
            await LoadAsync();
        }
    }

    private async Task RevokeAsync(TokenRow token)
    {
        var outcome = await tokens.RevokeAsync(await current.GetAsync(), token.Id);
        snackbar.AddRevoked(outcome);
        await LoadAsync();
    }

    private Task RotateAsync(TokenRow token) => ReloadAsync(dialogs.RotateTokenAsync(token));

    private Task EditTokenAsync(TokenRow token) =>
        ReloadAsync(dialogs.EditTokenAsync(token, mayBeLenient: true, maxLimit: null, snackbar));

    private Task ReportLeakAsync(TokenRow token) =>
        ReloadAsync(dialogs.ReportTokenLeakAsync(token, _actor!.May(Permission.TokensIssue)));

    private async Task ReloadAsync(Task<bool> change)
    {
        if (await change)
        {
            await LoadAsync();
        }
    }

    private bool MayEdit(TokenRow token) => _actor!.May(Permission.TokensIssue) && !token.HasEnded && !token.IsIssuedByMaster;
}
