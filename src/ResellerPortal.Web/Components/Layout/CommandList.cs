using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;

namespace ResellerPortal.Web.Components.Layout;

/// <summary>A line of the command palette.</summary>
public sealed record Command(string Title, string Detail, string Address);

/// <summary>What the command palette lists, in sections.</summary>
public static class CommandList
{
    /// <summary>Customers whose actions are offered: more would push what was searched for out of sight.</summary>
    private const int MostCustomersWithActions = 2;

    /// <param name="text">What was typed; with nothing typed, the pages and general actions are listed.</param>
    public static IReadOnlyList<IGrouping<string, Command>> Create(
        Actor actor,
        IReadOnlyList<NavigationGroup> groups,
        IReadOnlyList<SearchHit> hits,
        string text)
    {
        var commands = hits
            .Select(hit => (Section: GetSection(hit.Kind), Command: new Command(hit.Title, hit.Detail, GetAddress(actor, hit))))
            .Concat(hits.Where(hit => hit.Kind == SearchKind.Customer).Take(MostCustomersWithActions).SelectMany(
                hit => CreateCustomerActions(actor, hit)).Select(command => (Section: "Actions", Command: command)))
            .Concat(CreateActions(actor).Where(command => Matches(command.Title, text)).Select(
                command => (Section: "Actions", Command: command)))
            .Concat(
                from navigationGroup in groups
                from page in navigationGroup.Pages
                where Matches(page.Title, text) || Matches(navigationGroup.Title, text)
                let detail = navigationGroup.Title == page.Title ? "" : navigationGroup.Title
                select (Section: "Pages", Command: new Command(page.Title, detail, page.Address)));
        return [.. commands.GroupBy(c => c.Section, c => c.Command)];
    }

    private static bool Matches(string title, string text) => title.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<Command> CreateCustomerActions(Actor actor, SearchHit customer)
    {
        if (actor.May(Permission.TokensIssue))
        {
            yield return new($"Issue token for {customer.Title}", "", $"/reseller/customers/{customer.Id}/tokens?do=issue-token");
        }

        yield return new($"View invoices of {customer.Title}", "", $"/reseller/customers/{customer.Id}/invoices");
        yield return new($"View usage of {customer.Title}", "", $"/reseller/customers/{customer.Id}/usage");
    }

    private static IEnumerable<Command> CreateActions(Actor actor)
    {
        if (actor.Scope.Customer is null && actor.May(Permission.CustomersManage))
        {
            yield return new("Add customer", "", "/reseller/customers?do=add");
        }

        if (actor.May(Permission.MyTokensManage))
        {
            yield return new("Create token", "", "/my/tokens?do=create");
        }
    }

    private static string GetSection(SearchKind kind) => kind switch
    {
        SearchKind.Reseller => "Resellers",
        SearchKind.Customer => "Customers",
        SearchKind.Token => "Tokens",
        SearchKind.LedgerEntry => "Usage ledger",
        _ => "Invoices and credit notes",
    };

    private static string GetAddress(Actor actor, SearchHit hit) => (hit.Kind, actor.Scope.Customer) switch
    {
        (SearchKind.Reseller, _) => $"/operator/resellers/{hit.Id}",
        (SearchKind.Customer, _) => $"/reseller/customers/{hit.Id}",
        (SearchKind.Token, null) => $"/reseller/customers/{hit.CustomerId}/tokens/{hit.Id}",
        (SearchKind.Token, _) => $"/my/tokens/{hit.Id}",
        (SearchKind.LedgerEntry, null) => $"/reseller/ledger?request={hit.Id}",
        (SearchKind.LedgerEntry, _) => "/my/ledger",
        (_, null) => $"/reseller/invoices/{hit.Id}",
        _ => "/my/invoices",
    };
}
