using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Display names of roles.</summary>
internal static class RoleNames
{
    public static string For(Role role) => role switch
    {
        Role.OperatorAdmin => "Administrator",
        Role.OperatorSupport => "Support (read-only)",
        Role.ResellerOwner => "Owner",
        Role.ResellerBilling => "Billing",
        Role.ResellerSupport => "Support",
        Role.ResellerViewer => "Viewer",
        Role.CustomerAdmin => "Administrator",
        Role.CustomerViewer => "Viewer",
        _ => role.ToString(),
    };
}
