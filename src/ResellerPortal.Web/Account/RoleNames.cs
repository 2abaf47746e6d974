using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Roles in words.</summary>
internal static class RoleNames
{
    public static string For(Role role) => role switch
    {
        Role.OperatorAdmin => "administrator",
        Role.OperatorSupport => "support (reads only)",
        Role.ResellerOwner => "owner",
        Role.ResellerBilling => "billing",
        Role.ResellerSupport => "support",
        Role.ResellerViewer => "viewer",
        Role.CustomerAdmin => "administrator",
        Role.CustomerViewer => "viewer",
        _ => role.ToString(),
    };
}
