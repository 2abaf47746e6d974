using MudBlazor;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Team;

public sealed partial class TeamPage(CurrentActor current, TeamService teams, ISnackbar snackbar)
{
    private TwoFactorRule? _rule;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _rule = (await teams.ListAsync(actor, TeamScope.ForActor(actor))).TwoFactor;
    }

    private async Task SetAsync(TwoFactorRule rule)
    {
        await teams.SetTwoFactorAsync(await current.GetAsync(), rule);
        _rule = rule;
        snackbar.Add("Saved. The change applies immediately.", Severity.Success);
    }
}
