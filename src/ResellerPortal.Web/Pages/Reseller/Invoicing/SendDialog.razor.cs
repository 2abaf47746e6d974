using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Sending;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

/// <summary>Emails an invoice or a credit note again, or to another recipient.</summary>
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

    /// <summary>The round that <see cref="DeliveryService.GetNextRoundAsync"/> returned when the dialog was opened.</summary>
    [Parameter, EditorRequired]
    public int Round { get; set; }

    protected override void OnInitialized() => _to = To;

    private async Task<Refusal?> ActAsync() =>
        (await deliveries.SendAsync(await current.GetAsync(), InvoiceId, DocumentId, _to, Round)).Refusal;
}
