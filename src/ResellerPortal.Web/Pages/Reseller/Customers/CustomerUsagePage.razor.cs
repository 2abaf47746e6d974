using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomerUsagePage(CurrentActor current)
{
    private bool _mayExport;

    [Parameter]
    public Guid Id { get; set; }

    protected override async Task OnInitializedAsync() => _mayExport = (await current.GetAsync()).May(Permission.LedgerExport);
}
