using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class SessionSection(OwnAccountService account, UserSessionService sessions, NavigationManager navigation)
{
    private IReadOnlyList<UserSession> _sessions = [];

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    /// <summary>Whether the user has just proved who they are; without that, nothing can be changed.</summary>
    [Parameter, EditorRequired]
    public bool IsVerified { get; set; }

    protected override async Task OnInitializedAsync() => _sessions = await sessions.ListAsync(User.Id);

    private async Task EndAsync(UserSession session)
    {
        if (!IsVerified)
        {
            return;
        }

        await sessions.EndAsync(User.Id, only: session.Id);
        await account.AuditAsync(User, "members.session", "A session on another device was ended.");
        account.Complete("sessions");
    }

    private async Task EndAllAsync()
    {
        await sessions.EndAsync(User.Id);
        await account.Users.UpdateSecurityStampAsync(User);
        await account.AuditAsync(User, "members.session", "All sessions were ended.");
        navigation.NavigateTo("/account/sign-in");
    }
}

/// <summary>Describes a browser by its user agent.</summary>
internal static class UserAgentText
{
    public static string For(string agent)
    {
        var browser = agent switch
        {
            _ when agent.Contains("Edg/", StringComparison.Ordinal) => "Edge",
            _ when agent.Contains("Firefox/", StringComparison.Ordinal) => "Firefox",
            _ when agent.Contains("Chrome/", StringComparison.Ordinal) => "Chrome",
            _ when agent.Contains("Safari/", StringComparison.Ordinal) => "Safari",
            _ => "Unknown browser",
        };
        var system = agent switch
        {
            _ when agent.Contains("iPhone", StringComparison.Ordinal) || agent.Contains("iPad", StringComparison.Ordinal) => "iOS",
            _ when agent.Contains("Android", StringComparison.Ordinal) => "Android",
            _ when agent.Contains("Windows", StringComparison.Ordinal) => "Windows",
            _ when agent.Contains("Mac OS", StringComparison.Ordinal) => "macOS",
            _ when agent.Contains("Linux", StringComparison.Ordinal) => "Linux",
            _ => null,
        };
        return system is null ? browser : $"{browser} on {system}";
    }
}
