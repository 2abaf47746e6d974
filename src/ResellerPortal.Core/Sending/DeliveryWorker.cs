using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Sending;

/// <summary>
/// Queues finalised documents and sends emails to the mail server. Only one node processes an email at a time; if it crashes after
/// sending but before recording it, the email is sent again with the same message id.
/// </summary>
public sealed class DeliveryWorker(
    PortalDatabase database,
    DeliveryService deliveries,
    IMailer mailer,
    IInvoiceDocument pdf,
    IElectronicInvoice xml,
    LogoService logos,
    TimeProvider clock,
    ILogger<DeliveryWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(20);

    /// <summary>Time after which another node takes over an unfinished email.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Delays before each retry; after the last failed attempt, the email is not retried.</summary>
    private static readonly TimeSpan[] RetryDelays =
        [
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(30),
            TimeSpan.FromHours(2),
            TimeSpan.FromHours(6),
            TimeSpan.FromHours(12),
            TimeSpan.FromHours(24),
        ];

    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("emails of all resellers");

    /// <summary>Queues and sends all due emails.</summary>
    /// <returns>The number of emails that the mail server accepted.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        await QueueAsync(cancellationToken);
        return await SendAsync(cancellationToken);
    }

    /// <summary>Queues finalised documents of resellers that email them, if no email exists yet.</summary>
    private async Task QueueAsync(CancellationToken cancellationToken)
    {
        await using var all = database.Open(AllTenants);
        var resellers = await all.Resellers.AsNoTracking()
            .Where(r => r.MailsDocumentsSinceUtc != null)
            .Select(r => new { r.Id, Since = r.MailsDocumentsSinceUtc!.Value })
            .ToListAsync(cancellationToken);
        foreach (var reseller in resellers)
        {
            await using var db = database.Open(TenantScope.ForReseller(reseller.Id));
            var queued = db.Deliveries;
            var invoices = await db.Invoices.AsNoTracking()
                .Where(i => i.FinalisedAtUtc > reseller.Since && !queued.Any(d => d.DocumentId == i.Id && d.Kind == EmailKind.Invoice))
                .OrderBy(i => i.Number)
                .ToListAsync(cancellationToken);
            var notes = await db.CreditNotes.AsNoTracking()
                .Where(n => n.IssuedAtUtc > reseller.Since && !queued.Any(d => d.DocumentId == n.Id && d.Kind == EmailKind.CreditNote))
                .Join(db.Invoices.AsNoTracking(), n => n.InvoiceId, i => i.Id, (n, i) => new { Note = n, Invoice = i })
                .ToListAsync(cancellationToken);
            var customers = invoices.Select(i => i.CustomerId).Concat(notes.Select(n => n.Invoice.CustomerId)).Distinct().ToList();
            var addresses = await db.Customers.Where(c => customers.Contains(c.Id)).ToDictionaryAsync(
                c => c.Id, c => c.Email, cancellationToken);
            var waiting = invoices.Select(i => (Invoice: i, Id: i.Id, Json: i.Snapshot!, Kind: EmailKind.Invoice))
                .Concat(notes.Select(n => (n.Invoice, n.Note.Id, n.Note.Snapshot, EmailKind.CreditNote)));
            foreach (var (invoice, id, json, kind) in waiting)
            {
                db.Deliveries.Add(await deliveries.ComposeAsync(
                    db, invoice, id, json, kind, 1, addresses[invoice.CustomerId], Clock.GetUtcNow(), cancellationToken));
                try
                {
                    await db.SaveChangesAsync(cancellationToken);
                }
                catch (DbUpdateException) when (db.Deliveries.AsNoTracking().Any(d => d.DocumentId == id && d.Kind == kind))
                {
                    // Another node queued it first.
                    db.ChangeTracker.Clear();
                }
            }
        }
    }

    private async Task<int> SendAsync(CancellationToken cancellationToken)
    {
        var sent = 0;
        await using var db = database.Open(AllTenants);
        var now = Clock.GetUtcNow();
        var due = await db.Deliveries.AsNoTracking()
            .Where(d => d.NextAttemptAtUtc <= now)
            .OrderBy(d => d.NextAttemptAtUtc)
            .Take(100)
            .ToListAsync(cancellationToken);
        foreach (var delivery in due)
        {
            var mine = db.Deliveries.Where(d => d.Id == delivery.Id);
            var leasedUntil = (DateTimeOffset?)(Clock.GetUtcNow() + Lease);
            if (await mine.Where(d => d.NextAttemptAtUtc == delivery.NextAttemptAtUtc).ExecuteUpdateAsync(
                set => set.SetProperty(d => d.NextAttemptAtUtc, leasedUntil), cancellationToken) == 0)
            {
                continue;
            }

            var attempts = delivery.Attempts + 1;
            try
            {
                await mailer.SendAsync(await MailAsync(delivery, cancellationToken), cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Logger.LogWarning(failure, "Email {Delivery} could not be sent, attempt {Attempt}.", delivery.Id, attempts);
                var next = attempts <= RetryDelays.Length ? Clock.GetUtcNow() + RetryDelays[attempts - 1] : (DateTimeOffset?)null;
                var fault = failure.Message.Truncate(500);
                await mine.ExecuteUpdateAsync(
                    set => set
                        .SetProperty(d => d.Attempts, attempts)
                        .SetProperty(d => d.NextAttemptAtUtc, next)
                        .SetProperty(d => d.Error, fault),
                    CancellationToken.None);
                continue;
            }

            var sentAt = (DateTimeOffset?)Clock.GetUtcNow();
            await mine.ExecuteUpdateAsync(
                set => set
                    .SetProperty(d => d.Attempts, attempts)
                    .SetProperty(d => d.NextAttemptAtUtc, (DateTimeOffset?)null)
                    .SetProperty(d => d.SentAtUtc, sentAt)
                    .SetProperty(d => d.Error, (string?)null),
                CancellationToken.None);
            sent++;
        }

        return sent;
    }

    private async Task<OutgoingMail> MailAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var actor = Actor.Portal("emails", TenantScope.ForReseller(delivery.ResellerId));
        await using var db = database.Open(actor.Scope);
        var json = delivery.Kind == EmailKind.CreditNote
            ? await db.CreditNotes.Where(n => n.Id == delivery.DocumentId).Select(n => n.Snapshot).SingleAsync(cancellationToken)
            : await db.Invoices.Where(i => i.Id == delivery.DocumentId).Select(i => i.Snapshot!).SingleAsync(cancellationToken);
        var snapshot = InvoiceSnapshot.Parse(json);
        var name = snapshot.Number.Replace('/', '-');
        List<MailAttachment> attachments = [
            new(name + ".pdf", "application/pdf", pdf.Draw(snapshot, await logos.FindAsync(actor, snapshot.LogoHash, cancellationToken)))
        ];
        if (xml.FindMissing(snapshot).Count == 0)
        {
            attachments.Add(new MailAttachment(name + ".xml", "application/xml", xml.Write(snapshot, ElectronicSyntax.Ubl)));
        }

        return new OutgoingMail(delivery.To, delivery.Subject, delivery.Text)
        {
            SenderName = snapshot.Seller.Name,
            ReplyTo = snapshot.Seller.Email.Length == 0 ? null : snapshot.Seller.Email,
            Id = delivery.Id,
            Attachments = attachments,
        };
    }
}
