using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class WriteOffDialog(CurrentActor current, CreditNoteService notes)
{
    private string _reason = "";

    [Parameter, EditorRequired]
    public InvoiceRow Row { get; set; } = null!;

    private async Task<Refusal?> ActAsync() => (await notes.WriteOffAsync(await current.GetAsync(), Row.Id, _reason)).Refusal;
}
