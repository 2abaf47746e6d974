using System.Reflection;

namespace ResellerPortal.Core.Access;

/// <summary>
/// What a seat may do. The names are authorization policies; pages, endpoints and navigation ask for these, never for roles.
/// </summary>
public static class Permission
{
    public const string OperatorView = "operator.view";
    public const string PlansManage = "plans.manage";
    public const string ResellersManage = "resellers.manage";
    public const string OrdersConfirm = "orders.confirm";
    public const string LotsAdjust = "lots.adjust";
    public const string ConvertersManage = "converters.manage";

    public const string AccountsReconcile = "accounts.reconcile";

    /// <summary>To have a payment provider's events handled again, and differences to its books put right.</summary>
    public const string PaymentsRepair = "payments.repair";

    /// <summary>The operator's own members.</summary>
    public const string OperatorsManage = "operators.manage";

    public const string ResellerView = "reseller.view";

    /// <summary>The reseller's own members, and what they need to sign in.</summary>
    public const string MembersManage = "members.manage";

    /// <summary>To look at a customer's pages as the customer sees them.</summary>
    public const string CustomersVisit = "customers.visit";

    /// <summary>To hand out, or erase, what is stored of a customer's people.</summary>
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

    /// <summary>To say where customers' online payments go.</summary>
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
