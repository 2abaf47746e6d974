using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Credits, voids and writes off finalised invoices.</summary>
public sealed class CreditNoteService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Credits lines of an invoice.
    /// Refused: no such invoice; it is a draft or void; the reason is missing or too long; a line does not exist or was credited before;
    /// part of the invoice was credited for a refund and not all remaining lines are chosen.
    /// </summary>
    /// <param name="positions">The lines to credit; choosing all remaining lines credits the invoice in full.</param>
    public Task<Outcome<CreditNote>> IssueAsync(
        Actor actor,
        Guid invoiceId,
        IReadOnlyCollection<int> positions,
        string reason,
        CancellationToken cancellationToken = default) =>
        ChangeInvoiceAsync(
            actor,
            invoiceId,
            reason,
            (db, invoice, why) => CreditAsync(db, actor, invoice, positions, why, cancellationToken),
            cancellationToken);

    /// <summary>
    /// Voids a customer's last invoice: the rest of it is credited, and its month and usage can be drafted again. What was paid goes to
    /// the balance and pays the next invoice.
    /// Refused: no such invoice; it is a draft or void; the reason is missing or too long; a later invoice follows it.
    /// </summary>
    public Task<Outcome<Invoice>> VoidAsync(Actor actor, Guid invoiceId, string reason, CancellationToken cancellationToken = default) =>
        ChangeInvoiceAsync(
            actor, invoiceId, reason, (db, invoice, why) => VoidAsync(db, actor, invoice, why, cancellationToken), cancellationToken);

    /// <summary>
    /// Writes off what is still due. The invoice itself is unchanged; later payments cannot be recorded against it.
    /// Refused: no such invoice; it is a draft or void; the reason is missing or too long; nothing is due.
    /// </summary>
    public Task<Outcome<Invoice>> WriteOffAsync(
        Actor actor,
        Guid invoiceId,
        string reason,
        CancellationToken cancellationToken = default) =>
        ChangeInvoiceAsync(
            actor, invoiceId, reason, (db, invoice, why) => Task.FromResult(WriteOff(db, actor, invoice, why)), cancellationToken);

    /// <summary>
    /// Credits an amount of an invoice, tax included, for money refunded to the customer. Runs in the caller's transaction, which must have
    /// locked the customer, the invoice and the reseller, in this order.
    /// </summary>
    /// <returns>Null if nothing of the invoice is left to credit.</returns>
    internal async Task<CreditNote?> CreditAmountAsync(
        PortalDbContext db,
        Actor actor,
        Invoice invoice,
        Money amount,
        string reason,
        CancellationToken cancellationToken)
    {
        var left = invoice.VoidedAtUtc is null
            ? invoice.Total - new Money(invoice.CreditedMinorUnits, invoice.Currency)
            : Money.Zero(invoice.Currency);
        if (left.MinorUnits <= 0 || amount.MinorUnits <= 0)
        {
            return null;
        }

        var original = InvoiceSnapshot.Parse(invoice.Snapshot!);
        var earlier = await db.CreditNotes.Include(n => n.Lines).Where(n => n.InvoiceId == invoice.Id).ToListAsync(cancellationToken);
        int[] lines =
            [.. Enumerable.Range(1, original.Lines.Count).Except(earlier.SelectMany(n => n.Lines).Select(l => l.Position))];
        if (amount >= left && lines.Length > 0)
        {
            return (await CreditAsync(db, actor, invoice, lines, reason, cancellationToken)).Value;
        }

        var reseller = await db.Resellers.SingleAsync(r => r.Id == invoice.ResellerId, cancellationToken);
        var part = amount < left ? amount : left;
        return await AddCreditNoteAsync(
            db,
            actor,
            reseller,
            invoice,
            CreditNoteSnapshotFactory.CreateForAmount(original, part, earlier, reason, reseller.Zone.GetDay(clock.GetUtcNow())),
            [],
            cancellationToken);
    }

    private async Task<Outcome<Invoice>> VoidAsync(
        PortalDbContext db,
        Actor actor,
        Invoice invoice,
        string reason,
        CancellationToken cancellationToken)
    {
        var later = await db.Invoices.Where(Invoice.Stands)
            .Where(i => i.CustomerId == invoice.CustomerId && i.PeriodStart > invoice.PeriodStart)
            .OrderByDescending(i => i.PeriodStart)
            .Select(i => i.Number)
            .FirstOrDefaultAsync(cancellationToken);
        if (later is not null)
        {
            return Refusal.Because($"{later} is a later invoice of this customer. Void that one first, so that usage is billed in order.");
        }

        if (await db.ArchivedEntries(invoice.CustomerId).AnyAsync(
                r => r.FirstSequence <= invoice.LastSequence && r.LastSequence >= invoice.FirstSequence, cancellationToken)
            && await db.FindFirstKeptDayAsync(cancellationToken) is { } kept)
        {
            return Refusal.Because(
                $"{ArchivedUsage.Describe(kept)} The usage of this invoice cannot be billed again. Credit it instead.");
        }

        var credited = await db.CreditNotes
            .Where(n => n.InvoiceId == invoice.Id)
            .SelectMany(n => n.Lines)
            .Select(l => l.Position)
            .ToListAsync(cancellationToken);
        int[] left = [.. Enumerable.Range(1, InvoiceSnapshot.Parse(invoice.Snapshot!).Lines.Count).Except(credited)];
        if (left.Length > 0 && (await CreditAsync(db, actor, invoice, left, reason, cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow();
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, cancellationToken);
        invoice.VoidedAtUtc = now;
        customer.BilledThroughSequence = invoice.FirstSequence - 1;

        // Drafts of later months start after the usage that is to be billed again.
        await db.Invoices.Where(i => i.CustomerId == customer.Id && i.FinalisedAtUtc == null).ExecuteDeleteAsync(cancellationToken);
        db.Audit(
            actor, now, Permission.InvoicesCredit, $"voided {invoice.Number}: {reason}", invoice.ResellerId, invoice.CustomerId);
        return invoice;
    }

    private Outcome<Invoice> WriteOff(PortalDbContext db, Actor actor, Invoice invoice, string reason)
    {
        if (invoice.Due.MinorUnits <= 0)
        {
            return Refusal.Because("Nothing is due on this invoice.");
        }

        var due = invoice.Due;
        var now = clock.GetUtcNow();
        invoice.WrittenOffMinorUnits += due.MinorUnits;
        invoice.WrittenOffAtUtc = now;
        db.Audit(
            actor,
            now,
            Permission.InvoicesCredit,
            $"wrote off {due} of {invoice.Number}: {reason}",
            invoice.ResellerId,
            invoice.CustomerId);
        return invoice;
    }

    /// <summary>Changes a locked invoice and settles the customer's balance in one transaction.</summary>
    private async Task<Outcome<T>> ChangeInvoiceAsync<T>(
        Actor actor,
        Guid invoiceId,
        string reason,
        Func<PortalDbContext, Invoice, string, Task<Outcome<T>>> act,
        CancellationToken cancellationToken)
        where T : class
    {
        actor.Demand(Permission.InvoicesCredit);
        if (string.IsNullOrWhiteSpace(reason) || reason.Trim().Length > 200 || !DocumentText.IsClean(reason))
        {
            return Refusal.Because("Enter a reason of up to 200 characters on one line.", nameof(reason));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = await LockAsync(db, actor, invoiceId, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal!;
        }

        var outcome = await act(db, found.Value, reason.Trim());
        if (outcome.IsRefused)
        {
            return outcome;
        }

        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var customer = await db.Customers.SingleAsync(c => c.Id == found.Value.CustomerId, cancellationToken);
        var now = clock.GetUtcNow();
        await BalanceSettlement.ApplyAsync(database, db, customer, reseller.Zone.GetDay(now), now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    private async Task<Outcome<CreditNote>> CreditAsync(
        PortalDbContext db,
        Actor actor,
        Invoice invoice,
        IReadOnlyCollection<int> positions,
        string reason,
        CancellationToken cancellationToken)
    {
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var earlier = await db.CreditNotes.AsNoTracking()
            .Include(n => n.Lines)
            .Where(n => n.InvoiceId == invoice.Id)
            .ToListAsync(cancellationToken);
        var original = InvoiceSnapshot.Parse(invoice.Snapshot!);
        var chosen = positions.Distinct().Order().ToList();
        if (chosen.Count == 0 || chosen[0] < 1 || chosen[^1] > original.Lines.Count)
        {
            return Refusal.Because("Select at least one line of this invoice.", nameof(positions));
        }

        if (chosen.Intersect(earlier.SelectMany(n => n.Lines).Select(l => l.Position)).Any())
        {
            return Refusal.Because("One of these lines has already been credited. Reload the invoice.", nameof(positions));
        }

        var isLast = earlier.Sum(n => n.Lines.Count) + chosen.Count == original.Lines.Count;
        if (!isLast && earlier.Exists(n => n.Lines.Count == 0))
        {
            return Refusal.Because(
                "Part of this invoice was credited for a refund. Credit all remaining lines, so that no more than its total is "
                    + "credited.",
                nameof(positions));
        }

        var note = await AddCreditNoteAsync(
            db,
            actor,
            reseller,
            invoice,
            CreditNoteSnapshotFactory.CreateForLines(original, chosen, earlier, reason, reseller.Zone.GetDay(clock.GetUtcNow())),
            chosen,
            cancellationToken);
        if (isLast)
        {
            // The amount was not owed after all, so it was never late.
            invoice.LateFeeMinorUnits = 0;
        }

        return note;
    }

    /// <summary>Numbers and adds a credit note. The rows of the reseller and the invoice must be locked.</summary>
    private async Task<CreditNote> AddCreditNoteAsync(
        PortalDbContext db,
        Actor actor,
        Reseller reseller,
        Invoice invoice,
        InvoiceSnapshot snapshot,
        IReadOnlyList<int> positions,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        snapshot = snapshot with
        {
            Number = await InvoiceNumberAllocator.TakeNextAsync(
                db, reseller, reseller.CreditNotePattern, snapshot.IssuedOn.Year, cancellationToken),
        };
        var id = Guid.CreateVersion7(now);
        var note = new CreditNote
        {
            Id = id,
            ResellerId = invoice.ResellerId,
            CustomerId = invoice.CustomerId,
            InvoiceId = invoice.Id,
            Number = snapshot.Number,
            IssuedOn = snapshot.IssuedOn,
            IssuedAtUtc = now,
            Currency = invoice.Currency,
            NetMinorUnits = snapshot.NetMinorUnits,
            TaxMinorUnits = snapshot.TaxMinorUnits,
            Reason = snapshot.Credits!.Reason,
            Snapshot = snapshot.ToJson(),
            Lines = [
                .. positions.Select(position => new CreditedLine
                {
                    InvoiceId = invoice.Id,
                    Position = position,
                    CreditNoteId = id,
                    ResellerId = invoice.ResellerId,
                    CustomerId = invoice.CustomerId,
                }),
            ],
        };
        db.CreditNotes.Add(note);
        invoice.CreditedMinorUnits += note.Total.MinorUnits;
        db.Audit(
            actor,
            now,
            Permission.InvoicesCredit,
            $"{note.Number} of {note.Total} against {invoice.Number}: {note.Reason}",
            invoice.ResellerId,
            invoice.CustomerId);
        return note;
    }

    private async Task<Outcome<Invoice>> LockAsync(PortalDbContext db, Actor actor, Guid invoiceId, CancellationToken cancellationToken)
    {
        // The customer's row guards its balance, the invoice's row what is due, the reseller's row the numbering; always in this order.
        var customers = await db.Invoices.Where(i => i.Id == invoiceId).Select(i => i.CustomerId).ToListAsync(cancellationToken);
        await database.LockRowsAsync<Customer>(db, customers.Select(c => c.Value), cancellationToken);
        await database.LockRowsAsync<Invoice>(db, [invoiceId], cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == invoiceId, cancellationToken);
        return invoice is null ? Refusal.NotFound("invoice")
            : !invoice.IsFinalised ? Refusal.Because("A draft cannot be credited. Correct the data and draft the month again.")
            : invoice.VoidedAtUtc is not null ? Refusal.Because("This invoice is already void.")
            : invoice.WrittenOffMinorUnits > 0
            ? Refusal.Because(
                $"{new Money(
                    invoice.WrittenOffMinorUnits, invoice.Currency)} of this invoice were given up. Nothing of it is left to take back.")
            : invoice;
    }
}
