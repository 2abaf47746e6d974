using ResellerPortal.Core.Tenancy;
using static ResellerPortal.Core.Access.Permission;

namespace ResellerPortal.Core.Access;

/// <summary>Maps each role to its permissions.</summary>
public static class RolePermissions
{
    private static readonly Dictionary<Role, string[]> Table = new()
    {
        [Role.OperatorAdmin] = [
            OperatorView,
            PlansManage,
            ResellersManage,
            OrdersConfirm,
            LotsAdjust,
            ConvertersManage,
            AccountsReconcile,
            PaymentsRepair,
            OperatorsManage,
            CustomersSupport,
        ],
        [Role.OperatorSupport] = [OperatorView, CustomersSupport],
        [Role.ResellerOwner] = [
            ResellerView,
            PlansBuy,
            CustomersManage,
            TokensIssue,
            TokensRevoke,
            GatewayManage,
            PricesEdit,
            LedgerExport,
            LedgerCorrect,
            UsageImport,
            UsageReconcile,
            InvoicesConfigure,
            InvoicesDraft,
            InvoicesFinalise,
            InvoicesCredit,
            PaymentsRecord,
            PaymentsRefund,
            PaymentsConfigure,
            MembersManage,
            CustomersSupport,
            PrivacyManage,
            HistoryExport,
        ],
        [Role.ResellerBilling] = [
            ResellerView,
            PlansBuy,
            PricesEdit,
            LedgerExport,
            LedgerCorrect,
            UsageImport,
            UsageReconcile,
            InvoicesConfigure,
            InvoicesDraft,
            InvoicesFinalise,
            InvoicesCredit,
            PaymentsRecord,
            PaymentsRefund,
        ],
        [Role.ResellerSupport] = [ResellerView, CustomersManage, TokensIssue, TokensRevoke, CustomersSupport],
        [Role.ResellerViewer] = [ResellerView],
        [Role.CustomerAdmin] = [MyView, MyTokensManage, MyInvoicesPay, MyMembersManage],
        [Role.CustomerViewer] = [MyView],
    };

    public static bool Allows(Role role, string permission) => Table[role].Contains(permission);

    public static IReadOnlyList<string> GetPermissions(Role role) => Table[role];
}
