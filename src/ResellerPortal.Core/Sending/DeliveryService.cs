using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>Queues emails to customers, sent manually or automatically, and reads their log.</summary>
public sealed class DeliveryService(PortalDatabase database, IMailer mailer, TimeProvider clock, PortalAddress portal)
{
    public bool CanMail => mailer.IsConfigured;

    /// <summary>The emails about an invoice and its credit notes, newest first.</summary>
    public async Task<IReadOnlyList<OutboxEmail>> ListForInvoiceAsync(
        Actor actor,
        Guid invoiceId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.OutboxEmails.AsNoTracking()
            .Where(d => d.InvoiceId == invoiceId)
            .OrderByDescending(d => d.QueuedAtUtc)
            .ThenByDescending(d => d.Id)
            .ToListAsync(cancellationToken);
    }

    /// <summary>The round of a document's next email.</summary>
    public async Task<int> GetNextRoundAsync(Actor actor, Guid documentId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return (await db.OutboxEmails.Where(d => d.DocumentId == documentId).MaxAsync(d => (int?)d.Round, cancellationToken) ?? 0) + 1;
    }

    /// <summary>
    /// Sends an invoice or credit note again or to another address.
    /// Refused: there is no mail server; the address is not valid; no such document.
    /// </summary>
    /// <param name="documentId">The invoice or credit note.</param>
    /// <param name="round">The <see cref="GetNextRoundAsync"/> when the dialog was opened, so that a double click sends once.</param>
    public async Task<Outcome<OutboxEmail>> SendAsync(
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
            return Refusal.Because("The portal has no mail server. Ask its operator to configure one.");
        }

        if (!EmailAddress.IsValid(to))
        {
            return Refusal.Because("Enter an email address such as billing@customer.example.", nameof(to));
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
        if (await db.OutboxEmails.AsNoTracking()
            .SingleOrDefaultAsync(d => d.DocumentId == documentId && d.Kind == kind && d.Round == round, cancellationToken) is { } same)
        {
            return same;
        }

        var now = clock.GetUtcNow();
        var delivery = await ComposeAsync(
            db, invoice, documentId, note?.Snapshot ?? invoice.Snapshot!, kind, round, to, now, cancellationToken);
        db.OutboxEmails.Add(delivery);
        db.Audit(
            actor,
            now,
            Permission.InvoicesFinalise,
            $"emailed {note?.Number ?? invoice.Number} to {to}",
            invoice.ResellerId,
            invoice.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        return delivery;
    }

    /// <summary>Composes an email from the reseller's template in the document's language.</summary>
    /// <param name="to">Null for the address that the customer has when it is sent.</param>
    internal async Task<OutboxEmail> ComposeAsync(
        PortalDbContext db,
        Invoice invoice,
        Guid documentId,
        string snapshotJson,
        EmailKind kind,
        int round,
        string? to,
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
        return new OutboxEmail
        {
            ResellerId = invoice.ResellerId,
            CustomerId = invoice.CustomerId,
            InvoiceId = invoice.Id,
            DocumentId = documentId,
            Kind = kind,
            Round = round,
            To = to,
            Subject = email.Subject.Truncate(OutboxEmail.MaxSubject),
            Text = email.Text,
            QueuedAtUtc = now,
            NextAttemptAtUtc = now,
        };
    }
}
