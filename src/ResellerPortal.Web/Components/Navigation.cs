using MudBlazor;
using ResellerPortal.Core.Access;

namespace ResellerPortal.Web.Components;

/// <summary>An entry of the navigation menu.</summary>
public sealed record NavigationItem(string Permission, string Address, string Title, string Icon);

/// <summary>The navigation menu, filtered by permission. Pages check permissions again themselves.</summary>
internal static class Navigation
{
    private static readonly NavigationItem[] Items =
    [
        new(Permission.OperatorView, "/operator", "Plan orders", Icons.Material.Outlined.Inbox),
        new(Permission.OperatorView, "/operator/plans", "Plan catalogue", Icons.Material.Outlined.Inventory2),
        new(Permission.OperatorView, "/operator/resellers", "Resellers", Icons.Material.Outlined.Storefront),
        new(Permission.OperatorView, "/operator/converters", "Converters", Icons.Material.Outlined.SwapHoriz),
        new(Permission.OperatorView, "/operator/payments", "Online payments", Icons.Material.Outlined.CreditCard),
        new(Permission.AccountsReconcile, "/operator/reconciliation", "Reconciliation", Icons.Material.Outlined.Balance),
        new(Permission.OperatorsManage, "/operator/team", "Team", Icons.Material.Outlined.Group),
        new(Permission.OperatorView, "/operator/history", "History", Icons.Material.Outlined.History),
        new(Permission.ResellerView, "/reseller", "Dashboard", Icons.Material.Outlined.SpaceDashboard),
        new(Permission.ResellerView, "/reseller/customers", "Customers", Icons.Material.Outlined.Groups),
        new(Permission.ResellerView, "/reseller/ledger", "Usage ledger", Icons.Material.Outlined.ReceiptLong),
        new(Permission.InvoicesDraft, "/reseller/month-end", "Month end", Icons.Material.Outlined.EventAvailable),
        new(Permission.ResellerView, "/reseller/invoices", "Invoices", Icons.Material.Outlined.RequestQuote),
        new(Permission.PaymentsRecord, "/reseller/bank", "Bank statements", Icons.Material.Outlined.Payments),
        new(Permission.PaymentsConfigure, "/reseller/payments", "Online payments", Icons.Material.Outlined.CreditCard),
        new(Permission.LedgerExport, "/reseller/month-close", "Month close", Icons.Material.Outlined.AccountBalance),
        new(Permission.LedgerExport, "/reseller/vat-report", "VAT report", Icons.Material.Outlined.Percent),
        new(Permission.HistoryExport, "/reseller/year-archive", "Year archive", Icons.Material.Outlined.Archive),
        new(Permission.InvoicesConfigure, "/reseller/invoice-settings", "Invoice settings", Icons.Material.Outlined.Tune),
        new(Permission.InvoicesConfigure, "/reseller/emails", "Emails", Icons.Material.Outlined.MailOutline),
        new(Permission.ResellerView, "/reseller/pricing", "Pricing", Icons.Material.Outlined.Sell),
        new(Permission.ResellerView, "/reseller/currencies", "Currencies", Icons.Material.Outlined.CurrencyExchange),
        new(Permission.ResellerView, "/reseller/plans", "Plans and credits", Icons.Material.Outlined.Inventory2),
        new(Permission.GatewayManage, "/reseller/gateway", "Gateway", Icons.Material.Outlined.Hub),
        new(Permission.UsageReconcile, "/reseller/reconciliation", "Reconciliation", Icons.Material.Outlined.Balance),
        new(Permission.UsageImport, "/reseller/import", "Import usage", Icons.Material.Outlined.UploadFile),
        new(Permission.MembersManage, "/reseller/team", "Team", Icons.Material.Outlined.Group),
        new(Permission.ResellerView, "/reseller/history", "History", Icons.Material.Outlined.History),
        new(Permission.MyView, "/my", "Usage", Icons.Material.Outlined.BarChart),
        new(Permission.MyView, "/my/tokens", "API tokens", Icons.Material.Outlined.Key),
        new(Permission.MyView, "/my/ledger", "Ledger", Icons.Material.Outlined.ReceiptLong),
        new(Permission.MyView, "/my/invoices", "Invoices", Icons.Material.Outlined.RequestQuote),
        new(Permission.MyView, "/my/balance", "Balance", Icons.Material.Outlined.AccountBalanceWallet),
        new(Permission.MyView, "/my/statement", "Statement", Icons.Material.Outlined.AccountBalance),
        new(Permission.MyMembersManage, "/my/team", "Team", Icons.Material.Outlined.Group),
        new(Permission.MyView, "/my/quick-start", "Quick start", Icons.Material.Outlined.RocketLaunch),
    ];

    public static IEnumerable<NavigationItem> For(Actor actor) => Items.Where(item => actor.May(item.Permission));

    public static string GetHome(Actor actor) => For(actor).First().Address;
}
