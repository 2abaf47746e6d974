using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Sending;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

/// <summary>Mails an invoice or a credit note once more, or to somebody else.</summary>
public sealed partial class SendDialog(CurrentActor current, DeliveryService deliveries)
{
    private string _to = "";

    [Parameter, EditorRequired]
    public string Number { get; set; } = "";

    [Parameter, EditorRequired]
    public string To { get; set; } = "";

    [Parameter, EditorRequired]
    public Guid InvoiceId { get; set; }

    [Parameter, EditorRequired]
    public Guid DocumentId { get; set; }

    /// <summary>The <see cref="DeliveryService.NextRoundAsync"/> when the dialog was opened.</summary>
    [Parameter, EditorRequired]
    public int Round { get; set; }

    protected override void OnInitialized() => _to = To;

    private async Task<Refusal?> ActAsync() =>
        (await deliveries.SendAsync(await current.GetAsync(), InvoiceId, DocumentId, _to, Round)).Refusal;
}
