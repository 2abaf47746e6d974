using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>Letters to customers: put in the queue by people and by the portal, and read as a log.</summary>
public sealed class DeliveryService(PortalDatabase database, IMailer mailer, TimeProvider clock, PortalAddress portal)
{
    public bool CanMail => mailer.IsConfigured;

    /// <summary>The letters about an invoice and its credit notes, newest first.</summary>
    public async Task<IReadOnlyList<Delivery>> ListForInvoiceAsync(
        Actor actor,
        Guid invoiceId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.Deliveries.AsNoTracking()
            .Where(d => d.InvoiceId == invoiceId)
            .OrderByDescending(d => d.QueuedAtUtc)
            .ThenByDescending(d => d.Id)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The round of the next letter with a document.</summary>
    public async Task<int> NextRoundAsync(Actor actor, Guid documentId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return (await db.Deliveries.Where(d => d.DocumentId == documentId).MaxAsync(d => (int?)d.Round, cancellationToken) ?? 0) + 1;
    }

    /// <summary>Sends an invoice, or one of its credit notes, once more or to somebody else.</summary>
    /// <param name="documentId">The invoice or the credit note.</param>
    /// <param name="round">The <see cref="NextRoundAsync"/> when the letter was begun: sent twice, it goes once.</param>
    public async Task<Outcome<Delivery>> SendAsync(
        Actor actor,
        Guid invoiceId,
        Guid documentId,
        string to,
        int round,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesFinalise);
        if (!mailer.IsConfigured)
        {
            return Refusal.Because("The portal has no mail server yet. Ask its operator to set one up.");
        }

        if (!MailAddress.TryCreate(to, out _) || to.Length > 256)
        {
            return Refusal.Because("Enter an e-mail address such as billing@customer.example.", nameof(to));
        }

        await using var db = database.Open(actor.Scope);
        var invoice = await db.Invoices.AsNoTracking()
            .SingleOrDefaultAsync(i => i.Id == invoiceId && i.FinalisedAtUtc != null, cancellationToken);
        var note = documentId == invoiceId
            ? null
            : await db.CreditNotes.AsNoTracking()
                .SingleOrDefaultAsync(n => n.Id == documentId && n.InvoiceId == invoiceId, cancellationToken);
        if (invoice is null || (documentId != invoiceId && note is null))
        {
            return Refusal.NotFound("document");
        }

        var kind = note is null ? EmailKind.Invoice : EmailKind.CreditNote;
        if (await db.Deliveries.AsNoTracking()
            .SingleOrDefaultAsync(d => d.DocumentId == documentId && d.Kind == kind && d.Round == round, cancellationToken) is { } same)
        {
            return same;
        }

        var now = clock.GetUtcNow();
        var delivery = await ComposeAsync(
            db, invoice, documentId, note?.Snapshot ?? invoice.Snapshot!, kind, round, to, now, cancellationToken);
        db.Deliveries.Add(delivery);
        db.Audit(
            actor,
            now,
            Permission.InvoicesFinalise,
            $"mails {note?.Number ?? invoice.Number} to {to}",
            invoice.ResellerId,
            invoice.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        return delivery;
    }

    /// <summary>A letter in the words of the reseller and the language of the document.</summary>
    internal async Task<Delivery> ComposeAsync(
        PortalDbContext db,
        Invoice invoice,
        Guid documentId,
        string snapshotJson,
        EmailKind kind,
        int round,
        string to,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var snapshot = InvoiceSnapshot.Parse(snapshotJson);
        var template = await EmailTemplateService.GetAsync(db, kind, DocumentLanguage.Get(snapshot.Language), cancellationToken);
        var isPaidOnline = invoice.Due.MinorUnits > 0
            && await db.Resellers.AnyAsync(r => r.Id == invoice.ResellerId && r.TakesOnlinePayments, cancellationToken);
        var email = EmailTemplateText.Fill(
            template.Email,
            snapshot,
            invoice.Due,
            invoice.LateFee,
            portal.FindUrl(isPaidOnline && invoice.PayPath is { } path ? path : "/my/invoices"));
        return new Delivery
        {
            ResellerId = invoice.ResellerId,
            CustomerId = invoice.CustomerId,
            InvoiceId = invoice.Id,
            DocumentId = documentId,
            Kind = kind,
            Round = round,
            To = to,
            Subject = email.Subject.Truncate(Delivery.MaxSubject),
            Text = email.Text,
            QueuedAtUtc = now,
            NextAttemptAtUtc = now,
        };
    }
}
