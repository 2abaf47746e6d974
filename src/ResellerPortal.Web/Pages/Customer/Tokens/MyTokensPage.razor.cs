using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.Tokens;

public sealed partial class MyTokensPage(
    CurrentActor current,
    TokenQueries queries,
    ApiTokenService tokens,
    GatewayBaseUrl baseUrl,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private readonly RequestedAction _action = new(navigation);
    private IReadOnlyList<TokenRow>? _tokens;
    private TokenAllowance? _allowance;
    private bool _mayManage;
    private string _base = "";

    private string Purpose => _allowance switch
    {
        null => "API secrets for your applications.",
        { SelfServiceTokens: 0 } => "API secrets for your applications. Contact your provider to get a new token.",
        { MaxLimit: { } max } =>
            $"API secrets for your applications. You can create up to {_allowance.SelfServiceTokens}, with up to {NumberText.Conversions(
                max)} conversions each.",
        _ => $"API secrets for your applications. You can create up to {_allowance.SelfServiceTokens}.",
    };

    /// <summary>"create" opens the form, as the command palette asks for.</summary>
    [SupplyParameterFromQuery(Name = "do")]
    private string? Action { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_action.Take(Action) == "create" && _mayManage && _allowance?.SelfServiceTokens > 0)
        {
            await Task.Yield();
            await IssueAsync();
        }
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.MyTokensManage);
        _base = baseUrl.GetUrl(actor.Reseller);
        _allowance = await queries.GetAllowanceAsync(actor);
        _tokens = await queries.ListAsync(actor, actor.Scope.Customer!.Value);
    }

    private async Task IssueAsync()
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<TokenDialog>
        {
            { d => d.Issue, async request => await tokens.IssueSelfServiceAsync(await current.GetAsync(), request) },
            { d => d.MaxLimit, _allowance?.MaxLimit },
            { d => d.MayBeNative, _allowance?.MayBeNative ?? false },
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

    private Task EditAsync(TokenRow token) =>
        ReloadAsync(dialogs.EditTokenAsync(token, mayBeLenient: false, _allowance?.MaxLimit, snackbar));

    private Task ReportLeakAsync(TokenRow token) => ReloadAsync(dialogs.ReportTokenLeakAsync(token, _mayManage));

    private async Task ReloadAsync(Task<bool> change)
    {
        if (await change)
        {
            await LoadAsync();
        }
    }

    private bool MayEdit(TokenRow token) => _mayManage && token is { IsSelfService: true, IsIssuedByMaster: false, HasEnded: false };
}
