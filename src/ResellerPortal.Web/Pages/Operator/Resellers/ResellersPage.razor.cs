using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Plans;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.OperatorPages.Resellers;

public sealed partial class ResellersPage(
    CurrentActor current,
    PlanQueries queries,
    InvitationLinks links,
    IMailer mailer,
    NavigationManager navigation,
    IDialogService dialogs)
{
    private IReadOnlyList<ResellerRow>? _rows;
    private bool _mayManage;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayManage = actor.May(Permission.ResellersManage);
        _rows = await queries.ListResellersAsync(actor);
    }

    private async Task AddAsync()
    {
        var (isDone, result) = await dialogs.ActAsync(new DialogParameters<ResellerDialog>());
        if (isDone && result is NewReseller added)
        {
            await dialogs.ShowInvitationAsync(
                $"{added.Reseller.Name} added",
                added.Invitation!,
                navigation.ToAbsoluteUri(links.CreatePath(added.Invitation!, provesAddress: false)).ToString(),
                mailer.IsConfigured);
            await OnInitializedAsync();
        }
    }
}
