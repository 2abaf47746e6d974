using ResellerPortal.Core.Tenancy;
using static ResellerPortal.Core.Access.Permission;

namespace ResellerPortal.Core.Access;

/// <summary>The one table of who may do what.</summary>
public static class RolePermissions
{
    private static readonly Dictionary<Role, string[]> Table = new()
    {
        [Role.OperatorAdmin] = [OperatorView, PlansManage, ResellersManage, OrdersConfirm, LotsAdjust, ConvertersManage, AccountsReconcile, PaymentsRepair],
        [Role.OperatorSupport] = [OperatorView],
        [Role.ResellerOwner] = [ResellerView, PlansBuy, CustomersManage, TokensIssue, TokensRevoke, GatewayManage, PricesEdit, LedgerExport, LedgerCorrect, UsageImport, UsageReconcile, InvoicesConfigure, InvoicesDraft, InvoicesFinalise, InvoicesCredit, PaymentsRecord, PaymentsRefund, PaymentsConfigure],
        [Role.ResellerBilling] = [ResellerView, PlansBuy, PricesEdit, LedgerExport, LedgerCorrect, UsageImport, UsageReconcile, InvoicesConfigure, InvoicesDraft, InvoicesFinalise, InvoicesCredit, PaymentsRecord, PaymentsRefund],
        [Role.ResellerSupport] = [ResellerView, CustomersManage, TokensIssue, TokensRevoke],
        [Role.ResellerViewer] = [ResellerView],
        [Role.CustomerAdmin] = [MyView, MyTokensManage, MyInvoicesPay],
        [Role.CustomerViewer] = [MyView],
    };

    public static bool Allows(Role role, string permission) => Table[role].Contains(permission);

    public static IReadOnlyList<string> Of(Role role) => Table[role];
}
