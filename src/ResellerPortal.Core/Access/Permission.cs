using System.Reflection;

namespace ResellerPortal.Core.Access;

/// <summary>What a member may do. The names are authorization policies; pages, endpoints and navigation check these, never roles.</summary>
public static class Permission
{
    public const string OperatorView = "operator.view";
    public const string PlansManage = "plans.manage";
    public const string ResellersManage = "resellers.manage";
    public const string OrdersConfirm = "orders.confirm";
    public const string LotsAdjust = "lots.adjust";
    public const string ConvertersManage = "converters.manage";

    public const string AccountsReconcile = "accounts.reconcile";

    /// <summary>Replay payment provider events and repair payment differences.</summary>
    public const string PaymentsRepair = "payments.repair";

    /// <summary>Manage the operator's own members.</summary>
    public const string OperatorsManage = "operators.manage";

    public const string ResellerView = "reseller.view";

    /// <summary>Manage the reseller's own members and their sign-in requirements.</summary>
    public const string MembersManage = "members.manage";

    /// <summary>Start support sessions on customers' pages.</summary>
    public const string CustomersSupport = "customers.support";

    /// <summary>Export or erase the personal data of a customer's members.</summary>
    public const string PrivacyManage = "privacy.manage";

    public const string HistoryExport = "history.export";
    public const string PlansBuy = "plans.buy";
    public const string CustomersManage = "customers.manage";
    public const string TokensIssue = "tokens.issue";
    public const string TokensRevoke = "tokens.revoke";
    public const string GatewayManage = "gateway.manage";
    public const string PricesEdit = "prices.edit";
    public const string LedgerExport = "ledger.export";
    public const string LedgerCorrect = "ledger.correct";
    public const string UsageImport = "usage.import";
    public const string UsageReconcile = "usage.reconcile";
    public const string InvoicesConfigure = "invoices.configure";
    public const string InvoicesDraft = "invoices.draft";
    public const string InvoicesFinalise = "invoices.finalise";
    public const string InvoicesCredit = "invoices.credit";
    public const string PaymentsRecord = "payments.record";
    public const string PaymentsRefund = "payments.refund";

    /// <summary>Configure where customers' online payments go.</summary>
    public const string PaymentsConfigure = "payments.configure";

    public const string MyView = "my.view";
    public const string MyTokensManage = "my.tokens.manage";
    public const string MyInvoicesPay = "my.invoices.pay";
    public const string MyMembersManage = "my.members.manage";

    public static IReadOnlyList<string> All { get; } =
        [
            .. typeof(Permission)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(f => f.IsLiteral)
                .Select(f => (string)f.GetRawConstantValue()!),
        ];
}
