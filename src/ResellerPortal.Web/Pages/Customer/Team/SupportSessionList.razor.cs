using ResellerPortal.Core.Accounts;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Team;

/// <summary>The support sessions for this customer.</summary>
public sealed partial class SupportSessionList(CurrentActor current, SupportSessionService supportSessions)
{
    private IReadOnlyList<SupportSession>? _supportSessions;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _supportSessions = await supportSessions.ListAsync(actor, actor.Scope.Customer!.Value);
    }
}
