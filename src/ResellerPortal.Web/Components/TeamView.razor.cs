using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>The members and invitations of one team, for each door.</summary>
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
            await ShowAsync($"{invitation.Email} is invited", invitation);
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

        await ShowAsync($"{invitation.Email} is invited again", outcome.Value);
    }

    private async Task ShowAsync(string title, Invitation invitation)
    {
        await dialogs.ShowInvitationAsync(
            title, invitation, navigation.ToAbsoluteUri(links.CreatePath(invitation, isMailed: false)).ToString(), mailer.IsConfigured);
        await LoadAsync();
    }

    private async Task RevokeInvitationAsync(Invitation invitation)
    {
        Report(
            await teams.RevokeInvitationAsync(await current.GetAsync(), _list!.Team, invitation.Id),
            $"The invitation of {invitation.Email} is taken back; its link is dead.");
        await LoadAsync();
    }

    private async Task ChangeRoleAsync(TeamMember member, Role role)
    {
        Report(
            await teams.ChangeRoleAsync(await current.GetAsync(), _list!.Team, member.Id, role),
            $"{member.Email} is {RoleNames.For(role)} now.");
        await LoadAsync();
    }

    private async Task RemoveAsync(TeamMember member)
    {
        if (await dialogs.ConfirmAsync(
            $"Remove {member.Email}?",
            "The seat is gone with the next act, in open windows too. The person's account and seats elsewhere stay.",
            "Remove member"))
        {
            Report(await teams.RemoveAsync(await current.GetAsync(), _list!.Team, member.Id), $"{member.Email} is removed.");
            await LoadAsync();
        }
    }

    private void Report<T>(Outcome<T> outcome, string done)
        where T : class => snackbar.Add(outcome.Refusal?.Message ?? done, outcome.IsRefused ? Severity.Error : Severity.Success);
}
