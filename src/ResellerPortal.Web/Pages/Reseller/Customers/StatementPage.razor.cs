using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class StatementPage(CurrentActor current, AccountStatements statements)
{
    private AccountStatement? _statement;

    [Parameter]
    public Guid Id { get; set; }

    protected override async Task OnParametersSetAsync() =>
        _statement = await statements.ReadAsync(await current.GetAsync(), new CustomerId(Id));
}
