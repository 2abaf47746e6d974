using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
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
    private IReadOnlyList<NavigationItem> _items = [];
    private string _accountName = "Reseller Portal";
    private string _userName = "";
    private bool _hasSeveralMemberships;
    private bool _isOpen = true;
    private bool _isDark;
    private DateTimeOffset? _supportSessionEnds;

    public void Dispose() => authentication.AuthenticationStateChanged -= LeaveIfSignedOut;

    protected override async Task OnInitializedAsync()
    {
        authentication.AuthenticationStateChanged += LeaveIfSignedOut;
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (await memberships.FindActorAsync(user) is not { } actor)
        {
            return;
        }

        var choices = await memberships.ListAsync(actor.UserId!.Value);
        _items = [.. Navigation.For(actor)];
        _supportSessionEnds = actor.SupportSessionEndsAtUtc;
        _accountName = actor.SupportSessionEndsAtUtc is not null
            ? await supportSessions.FindCustomerAsync(actor)
            : (choices.FirstOrDefault(s => s.Id == user.ChosenMemberId) ?? choices[0]).Place;
        _userName = actor.Name;
        _hasSeveralMemberships = choices.Count > 1;
    }

    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _isDark = await js.InvokeAsync<bool>("portalTheme.isDark");
            StateHasChanged();
        }
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
