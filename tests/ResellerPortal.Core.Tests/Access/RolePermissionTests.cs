using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Access;

/// <summary>The one table of who may do what.</summary>
public sealed class RolePermissionTests
{
    [Fact]
    public void Every_role_has_permissions_and_every_permission_a_role()
    {
        var granted = Enum.GetValues<Role>().ToDictionary(role => role, RolePermissions.GetPermissions);

        Assert.All(granted, role => Assert.NotEmpty(role.Value));
        Assert.All(granted, role => Assert.Equal(role.Value.Distinct(), role.Value));
        Assert.Equal(Permission.All.Order(), granted.Values.SelectMany(p => p).Distinct().Order());
    }

    [Theory]
    [InlineData(Role.OperatorSupport)]
    [InlineData(Role.ResellerSupport)]
    [InlineData(Role.ResellerViewer)]
    [InlineData(Role.CustomerViewer)]
    public void Who_only_reads_or_helps_moves_no_money(Role role)
    {
        string[] money =
        [
            Permission.PlansBuy, Permission.PricesEdit, Permission.InvoicesFinalise, Permission.InvoicesCredit, Permission.PaymentsRecord,
            Permission.PaymentsRefund, Permission.OrdersConfirm, Permission.LotsAdjust, Permission.MyInvoicesPay, Permission.LedgerCorrect,
        ];

        Assert.Empty(RolePermissions.GetPermissions(role).Intersect(money));
    }

    [Fact]
    public void Permissions_of_the_three_areas_do_not_overlap_but_for_support_sessions()
    {
        var areas = Enum.GetValues<Role>().ToLookup(
            role => role.ToString()[..8], role => RolePermissions.GetPermissions(role).Except([Permission.CustomersSupport]));

        var owners = areas.SelectMany(area => area.SelectMany(p => p).Distinct().Select(permission => (permission, area.Key)));
        Assert.All(owners.GroupBy(o => o.permission), permission => Assert.Single(permission));
    }

    [Fact]
    public void An_act_without_its_permission_is_a_bug_that_throws()
    {
        var viewer = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = ResellerId.New(), Role = Role.ResellerViewer }, "viewer");

        viewer.Demand(Permission.ResellerView);
        Assert.Throws<PermissionDeniedException>(() => viewer.Demand(Permission.InvoicesFinalise));
    }
}
