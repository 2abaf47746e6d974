using ResellerPortal.Core.Insights;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.CustomerPages.Invoices;

public sealed partial class MyStatementPage(CurrentActor current, AccountStatements statements)
{
    private AccountStatement? _statement;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _statement = await statements.ReadAsync(actor, actor.Scope.Customer!.Value);
    }
}
