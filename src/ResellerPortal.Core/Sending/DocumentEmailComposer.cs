using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>Composes emails with an invoice or credit note attached, as a PDF and, if it is complete, as an e-invoice.</summary>
public sealed class DocumentEmailComposer(
    PortalDatabase database,
    IInvoiceDocument pdf,
    IElectronicInvoice xml,
    LogoService logos) : IEmailComposer
{
    public bool CanCompose(EmailKind kind) => EmailTemplateText.Kinds.Contains(kind);

    public async Task<OutgoingMail?> ComposeAsync(OutboxEmail email, CancellationToken cancellationToken)
    {
        var actor = Actor.Portal("emails", TenantScope.ForReseller(email.ResellerId!.Value));
        await using var db = database.Open(actor.Scope);
        var json = email.Kind == EmailKind.CreditNote
            ? await db.CreditNotes.Where(n => n.Id == email.DocumentId).Select(n => n.Snapshot).SingleAsync(cancellationToken)
            : await db.Invoices.Where(i => i.Id == email.DocumentId).Select(i => i.Snapshot!).SingleAsync(cancellationToken);
        var snapshot = InvoiceSnapshot.Parse(json);
        var name = snapshot.Number.Replace('/', '-');
        List<MailAttachment> attachments = [
            new(name + ".pdf", "application/pdf", pdf.Draw(snapshot, await logos.FindAsync(actor, snapshot.LogoHash, cancellationToken)))
        ];
        if (xml.FindMissing(snapshot).Count == 0)
        {
            attachments.Add(new MailAttachment(name + ".xml", "application/xml", xml.Write(snapshot, ElectronicSyntax.Ubl)));
        }

        return new OutgoingMail(email.Id, email.To!, email.Subject, email.Text)
        {
            SenderName = snapshot.Seller.Name,
            ReplyTo = snapshot.Seller.Email.Length == 0 ? null : snapshot.Seller.Email,
            Attachments = attachments,
        };
    }
}
