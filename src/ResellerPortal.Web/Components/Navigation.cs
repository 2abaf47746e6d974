using MudBlazor;
using ResellerPortal.Core.Access;

namespace ResellerPortal.Web.Components;

/// <summary>A page of the navigation menu.</summary>
public sealed record NavigationPage(string Permission, string Address, string Title);

/// <summary>A heading of the navigation menu with its pages; it links to the first of them.</summary>
/// <param name="Key">The letter that opens it after "g".</param>
public sealed record NavigationGroup(string Title, string Icon, char Key, IReadOnlyList<NavigationPage> Pages);

/// <summary>Where an address is in the navigation menu.</summary>
/// <param name="IsBelow">Whether the address is of something on that page, such as one of the invoices.</param>
public sealed record NavigationPlace(NavigationGroup Group, NavigationPage Page, bool IsBelow);

/// <summary>The navigation menu, filtered by permission. Pages check permissions again themselves.</summary>
public static class Navigation
{
    private static readonly NavigationGroup[] Groups =
    [
        new("Home", Icons.Material.Outlined.Home, 'h', [new(Permission.OperatorView, "/operator", "Home")]),
        new("Orders", Icons.Material.Outlined.Inbox, 'o', [new(Permission.OperatorView, "/operator/orders", "Plan orders")]),
        new("Resellers", Icons.Material.Outlined.Storefront, 'r', [new(Permission.OperatorView, "/operator/resellers", "Resellers")]),
        new(
            "Catalogue",
            Icons.Material.Outlined.Inventory2,
            'c',
            [
                new(Permission.OperatorView, "/operator/plans", "Plan catalogue"),
                new(Permission.OperatorView, "/operator/converters", "Converters"),
            ]),
        new("Payments", Icons.Material.Outlined.CreditCard, 'p', [new(Permission.OperatorView, "/operator/payments", "Online payments")]),
        new(
            "Usage",
            Icons.Material.Outlined.Balance,
            'u',
            [new(Permission.AccountsReconcile, "/operator/reconciliation", "Reconciliation")]),
        new("Health", Icons.Material.Outlined.MonitorHeart, 'e', [new(Permission.OperatorView, "/operator/health", "Health")]),
        new(
            "Settings",
            Icons.Material.Outlined.Settings,
            's',
            [
                new(Permission.OperatorsManage, "/operator/team", "Team"),
                new(Permission.OperatorView, "/operator/history", "History"),
            ]),

        new("Home", Icons.Material.Outlined.Home, 'h', [new(Permission.ResellerView, "/reseller", "Home")]),
        new("Customers", Icons.Material.Outlined.Groups, 'c', [new(Permission.ResellerView, "/reseller/customers", "Customers")]),
        new(
            "Billing",
            Icons.Material.Outlined.RequestQuote,
            'b',
            [
                new(Permission.ResellerView, "/reseller/invoices", "Invoices"),
                new(Permission.InvoicesDraft, "/reseller/month-end", "Month end"),
                new(Permission.PaymentsConfigure, "/reseller/payments", "Online payments"),
                new(Permission.PaymentsRecord, "/reseller/bank", "Bank statements"),
                new(Permission.LedgerExport, "/reseller/month-close", "Month close"),
                new(Permission.LedgerExport, "/reseller/vat-report", "VAT report"),
                new(Permission.HistoryExport, "/reseller/year-archive", "Year archive"),
            ]),
        new(
            "Usage",
            Icons.Material.Outlined.ReceiptLong,
            'u',
            [
                new(Permission.ResellerView, "/reseller/ledger", "Usage ledger"),
                new(Permission.UsageImport, "/reseller/import", "Import usage"),
                new(Permission.UsageReconcile, "/reseller/reconciliation", "Reconciliation"),
            ]),
        new("Credits", Icons.Material.Outlined.Inventory2, 'r', [new(Permission.ResellerView, "/reseller/plans", "Plans and credits")]),
        new(
            "Settings",
            Icons.Material.Outlined.Settings,
            's',
            [
                new(Permission.ResellerView, "/reseller/pricing", "Pricing"),
                new(Permission.ResellerView, "/reseller/token-templates", "Token templates"),
                new(Permission.GatewayManage, "/reseller/gateway", "Gateway"),
                new(Permission.InvoicesConfigure, "/reseller/invoice-settings", "Invoice settings"),
                new(Permission.InvoicesConfigure, "/reseller/emails", "Emails"),
                new(Permission.ResellerView, "/reseller/currencies", "Currencies"),
                new(Permission.MembersManage, "/reseller/team", "Team"),
                new(Permission.ResellerView, "/reseller/history", "History"),
            ]),

        new("Home", Icons.Material.Outlined.Home, 'h', [new(Permission.MyView, "/my", "Home")]),
        new(
            "API",
            Icons.Material.Outlined.Key,
            'a',
            [
                new(Permission.MyView, "/my/tokens", "API tokens"),
                new(Permission.MyView, "/my/quick-start", "Quick start"),
            ]),
        new("Usage", Icons.Material.Outlined.ReceiptLong, 'u', [new(Permission.MyView, "/my/ledger", "Usage ledger")]),
        new(
            "Billing",
            Icons.Material.Outlined.RequestQuote,
            'b',
            [
                new(Permission.MyView, "/my/invoices", "Invoices"),
                new(Permission.MyView, "/my/balance", "Balance"),
                new(Permission.MyView, "/my/statement", "Statement"),
            ]),
        new("Team", Icons.Material.Outlined.Group, 't', [new(Permission.MyMembersManage, "/my/team", "Team")]),
    ];

    /// <summary>The groups with a page that the actor may open, with those pages only.</summary>
    public static IReadOnlyList<NavigationGroup> For(Actor actor) =>
    [
        .. Groups
            .Select(group => group with { Pages = [.. group.Pages.Where(page => actor.May(page.Permission))] })
            .Where(group => group.Pages.Count > 0),
    ];

    public static string GetHome(Actor actor) => For(actor)[0].Pages[0].Address;

    /// <returns>Null for an address outside the menu.</returns>
    public static NavigationPlace? FindPlace(string path) => FindPlace(Groups, path);

    /// <param name="path">Without host and query.</param>
    public static NavigationPlace? FindPlace(IReadOnlyList<NavigationGroup> groups, string path)
    {
        var trimmed = path.TrimEnd('/');
        return (
            from navigationGroup in groups
            from page in navigationGroup.Pages
            let isPage = trimmed.Equals(page.Address, StringComparison.OrdinalIgnoreCase)
            where isPage || IsBelow(trimmed, page)
            select new NavigationPlace(navigationGroup, page, !isPage)).FirstOrDefault();
    }

    /// <summary>The home of an area is above all of its pages, so only its own address counts.</summary>
    private static bool IsBelow(string path, NavigationPage page) =>
        page.Address.Count('/') > 1 && path.StartsWith(page.Address + "/", StringComparison.OrdinalIgnoreCase);
}
