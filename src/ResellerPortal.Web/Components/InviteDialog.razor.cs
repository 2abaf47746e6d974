using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Invites a person to a team.</summary>
public sealed partial class InviteDialog(CurrentActor current, TeamService teams)
{
    private string _email = "";
    private Role _role;
    private Invitation? _invitation;

    [Parameter, EditorRequired]
    public TeamScope Team { get; set; } = null!;

    protected override void OnInitialized() => _role = Team.Roles[^1];

    private async Task<Refusal?> ActAsync()
    {
        var outcome = await teams.InviteAsync(await current.GetAsync(), Team, _email, _role);
        _invitation = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
