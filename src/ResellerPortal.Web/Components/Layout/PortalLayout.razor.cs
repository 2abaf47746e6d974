using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components.Layout;

public sealed partial class PortalLayout(
    AuthenticationStateProvider authentication,
    MembershipDirectory memberships,
    SupportSessionService supportSessions,
    NavigationManager navigation,
    IJSRuntime js) : IDisposable
{
    private ErrorBoundary? _boundary;
    private IReadOnlyList<NavigationGroup> _groups = [];
    private Actor? _actor;
    private string _accountName = "Reseller Portal";
    private bool _hasSeveralMemberships;
    private bool _isOpen = true;
    private bool _isDark;
    private string _path = "";
    private DateTimeOffset? _supportSessionEnds;

    /// <summary>The scheme that the browser showed the page in before the portal drew it.</summary>
    [CascadingParameter(Name = nameof(App.IsDark))]
    public bool IsDark { get; set; }

    public void Dispose() => authentication.AuthenticationStateChanged -= LeaveIfSignedOut;

    protected override async Task OnInitializedAsync()
    {
        authentication.AuthenticationStateChanged += LeaveIfSignedOut;
        _isDark = IsDark;
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (await memberships.FindActorAsync(user) is not { } actor)
        {
            return;
        }

        var choices = await memberships.ListAsync(actor.UserId!.Value);
        _groups = Navigation.For(actor);
        _actor = actor;
        _supportSessionEnds = actor.SupportSessionEndsAtUtc;
        _accountName = actor.SupportSessionEndsAtUtc is not null
            ? await supportSessions.FindCustomerAsync(actor)
            : (choices.FirstOrDefault(s => s.Id == user.ChosenMemberId) ?? choices[0]).Place;
        _hasSeveralMemberships = choices.Count > 1;
    }

    protected override void OnParametersSet()
    {
        _path = new Uri(navigation.Uri).PathAndQuery;
        _boundary?.Recover();
    }

    /// <summary>Leaves the page once the session or the membership has ended, so that its content is no longer shown.</summary>
    private async void LeaveIfSignedOut(Task<AuthenticationState> state)
    {
        if ((await state).User.Identity?.IsAuthenticated != true)
        {
            await InvokeAsync(() => navigation.NavigateTo("/account/sign-in", forceLoad: true));
        }
    }

    private async Task SwitchThemeAsync()
    {
        _isDark = !_isDark;
        await js.InvokeVoidAsync("portalTheme.set", _isDark);
    }
}
