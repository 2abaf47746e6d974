using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>The members and invitations of one team.</summary>
public sealed partial class TeamView(
    CurrentActor current,
    TeamService teams,
    InvitationLinks links,
    IMailer mailer,
    NavigationManager navigation,
    IDialogService dialogs,
    ISnackbar snackbar,
    TimeProvider clock)
{
    private TeamList? _list;

    /// <summary>Null for the actor's own team.</summary>
    [Parameter]
    public TeamScope? Team { get; set; }

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _list = await teams.ListAsync(actor, Team ?? TeamScope.ForActor(actor));
    }

    private async Task InviteAsync()
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<InviteDialog> { { d => d.Team, _list!.Team } });
        if (isDone && result is Invitation invitation)
        {
            await ShowAsync($"Invitation for {invitation.Email}", invitation);
        }
    }

    private async Task InviteAgainAsync(Invitation invitation)
    {
        var outcome = await teams.InviteAgainAsync(await current.GetAsync(), _list!.Team, invitation.Id);
        if (outcome.Refusal is { } refusal)
        {
            snackbar.Add(refusal.Message, Severity.Error);
            await LoadAsync();
            return;
        }

        await ShowAsync($"New invitation for {invitation.Email}", outcome.Value);
    }

    private async Task ShowAsync(string title, Invitation invitation)
    {
        await dialogs.ShowInvitationAsync(
            title,
            invitation,
            navigation.ToAbsoluteUri(links.CreatePath(invitation, provesAddress: false)).ToString(),
            mailer.IsConfigured);
        await LoadAsync();
    }

    private async Task RevokeInvitationAsync(Invitation invitation)
    {
        Report(
            await teams.RevokeInvitationAsync(await current.GetAsync(), _list!.Team, invitation.Id),
            $"The invitation for {invitation.Email} was revoked and the link no longer works.");
        await LoadAsync();
    }

    private async Task ChangeRoleAsync(TeamMember member, Role role)
    {
        Report(
            await teams.ChangeRoleAsync(await current.GetAsync(), _list!.Team, member.Id, role),
            $"The role of {member.Email} is now {RoleNames.For(role)}.");
        await LoadAsync();
    }

    private async Task RemoveAsync(TeamMember member)
    {
        if (await dialogs.ConfirmAsync(
            $"Remove {member.Email}?",
            "Access ends immediately, including in open sessions. The user account and other memberships are kept.",
            "Remove member"))
        {
            Report(await teams.RemoveAsync(await current.GetAsync(), _list!.Team, member.Id), $"{member.Email} was removed.");
            await LoadAsync();
        }
    }

    private void Report<T>(Outcome<T> outcome, string done)
        where T : class => snackbar.Add(outcome.Refusal?.Message ?? done, outcome.IsRefused ? Severity.Error : Severity.Success);
}
