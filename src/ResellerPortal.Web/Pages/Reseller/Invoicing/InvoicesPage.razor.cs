using ResellerPortal.Core.Access;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class InvoicesPage(CurrentActor current)
{
    private bool _mayDraft;

    protected override async Task OnInitializedAsync() => _mayDraft = (await current.GetAsync()).May(Permission.InvoicesDraft);
}
