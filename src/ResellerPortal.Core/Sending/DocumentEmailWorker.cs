using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Sending;

/// <summary>Queues the emails of finalised documents, for resellers that email them.</summary>
public sealed class DocumentEmailWorker(
    PortalDatabase database,
    DeliveryService deliveries,
    IMailer mailer,
    TimeProvider clock,
    ILogger<DocumentEmailWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(20);

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("emails of all resellers");

    /// <summary>Queues finalised documents of resellers that email them, if no email exists yet.</summary>
    /// <returns>The number of emails queued.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        var count = 0;
        await using var all = database.Open(AllTenants);
        var resellers = await all.Resellers.AsNoTracking()
            .Where(r => r.MailsDocumentsSinceUtc != null)
            .Select(r => new { r.Id, Since = r.MailsDocumentsSinceUtc!.Value })
            .ToListAsync(cancellationToken);
        foreach (var reseller in resellers)
        {
            await using var db = database.Open(TenantScope.ForReseller(reseller.Id));
            var queued = db.OutboxEmails;
            var invoices = await db.Invoices.AsNoTracking()
                .Where(i => i.FinalisedAtUtc > reseller.Since && !queued.Any(d => d.DocumentId == i.Id && d.Kind == EmailKind.Invoice))
                .OrderBy(i => i.Number)
                .ToListAsync(cancellationToken);
            var notes = await db.CreditNotes.AsNoTracking()
                .Where(n => n.IssuedAtUtc > reseller.Since && !queued.Any(d => d.DocumentId == n.Id && d.Kind == EmailKind.CreditNote))
                .Join(db.Invoices.AsNoTracking(), n => n.InvoiceId, i => i.Id, (n, i) => new { Note = n, Invoice = i })
                .ToListAsync(cancellationToken);
            var waiting = invoices.Select(i => (Invoice: i, Id: i.Id, Json: i.Snapshot!, Kind: EmailKind.Invoice))
                .Concat(notes.Select(n => (n.Invoice, n.Note.Id, n.Note.Snapshot, EmailKind.CreditNote)));
            foreach (var (invoice, id, json, kind) in waiting)
            {
                db.OutboxEmails.Add(await deliveries.ComposeAsync(
                    db, invoice, id, json, kind, 1, to: null, Clock.GetUtcNow(), cancellationToken));
                try
                {
                    await db.SaveChangesAsync(cancellationToken);
                    count++;
                }
                catch (DbUpdateException) when (db.OutboxEmails.AsNoTracking().Any(d => d.DocumentId == id && d.Kind == kind))
                {
                    // Another node queued it first.
                    db.ChangeTracker.Clear();
                }
            }
        }

        return count;
    }
}
