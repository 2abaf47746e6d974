using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Insights;

public enum TimelineTone
{
    Neutral,
    Good,
    Bad,
}

/// <summary>An event in an invoice's history.</summary>
/// <param name="Detail">Who, how much, or why; empty if there is nothing to add.</param>
public sealed record TimelineEvent(DateTimeOffset AtUtc, string Title, string Detail, TimelineTone Tone = TimelineTone.Neutral);

/// <summary>Reads an invoice's timeline, from its draft on and from all areas of the portal.</summary>
public sealed class InvoiceTimelineQueries(PortalDatabase database)
{
    /// <returns>In chronological order; empty if the invoice does not exist for this actor.</returns>
    public async Task<IReadOnlyList<TimelineEvent>> ReadAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        if (await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == invoiceId, cancellationToken) is not { } invoice)
        {
            return [];
        }

        List<TimelineEvent> events = [new(invoice.DraftedAtUtc, "Drafted", "")];
        if (invoice.FinalisedAtUtc is { } finalisedAtUtc)
        {
            events.Add(new TimelineEvent(finalisedAtUtc, "Finalised", $"{invoice.Total}, due {invoice.DueOn:yyyy-MM-dd}"));
        }

        var deliveries = await db.OutboxEmails.AsNoTracking().Where(d => d.InvoiceId == invoiceId).ToListAsync(cancellationToken);
        var payments = await db.Payments.AsNoTracking().Where(p => p.InvoiceId == invoiceId).ToListAsync(cancellationToken);
        var transactions = await db.BalanceTransactions.AsNoTracking()
            .Where(e => e.InvoiceId == invoiceId)
            .OrderBy(e => e.Sequence)
            .ToListAsync(cancellationToken);
        var notes = await db.CreditNotes.AsNoTracking().Where(n => n.InvoiceId == invoiceId).ToListAsync(cancellationToken);
        var steps = await db.DunningSteps.AsNoTracking()
            .Where(s => s.InvoiceId == invoiceId)
            .OrderBy(s => s.Number)
            .ToListAsync(cancellationToken);

        // Causes come before effects at the same instant.
        foreach (var step in steps)
        {
            var fee = new Money(step.FeeMinorUnits, invoice.Currency);
            events.Add(
                new TimelineEvent(step.TakenAtUtc, $"Reminder {step.Number}", fee.IsZero ? "" : $"late fee {fee}", TimelineTone.Bad));
            if (step.PausesTokens)
            {
                events.Add(new TimelineEvent(step.TakenAtUtc, "Tokens paused", "until this invoice is paid", TimelineTone.Bad));
            }
        }

        events.AddRange(deliveries.Select(FromDelivery));
        events.AddRange(payments.Select(p => p.AmountMinorUnits < 0
            ? new TimelineEvent(p.RecordedAtUtc, "Refunded", $"{-p.Amount}, {p.Reference}", TimelineTone.Bad)
            : new TimelineEvent(
                p.RecordedAtUtc,
                "Payment",
                $"{p.Amount}, received {p.ReceivedOn:yyyy-MM-dd}{(p.Reference.Length > 0 ? $", {p.Reference}" : "")}",
                TimelineTone.Good)));
        events.AddRange(transactions.Select(m => m.Kind == BalanceTransactionKind.InvoicePaid
            ? new TimelineEvent(m.RecordedAtUtc, "Paid from the balance", $"{-m.Amount}", TimelineTone.Good)
            : new TimelineEvent(m.RecordedAtUtc, "Returned to the balance", $"{m.Amount}")));
        events.AddRange(notes.Select(n => new TimelineEvent(n.IssuedAtUtc, $"Credit note {n.Number}", $"{n.Total}: {n.Reason}")));
        events.AddRange(steps.Where(s => s.LiftedAtUtc is not null).Select(
            s => new TimelineEvent(s.LiftedAtUtc!.Value, "Tokens resumed", "", TimelineTone.Good)));
        if (invoice.VoidedAtUtc is { } voidedAtUtc)
        {
            events.Add(new TimelineEvent(voidedAtUtc, "Void", "its usage will be billed again", TimelineTone.Bad));
        }

        if (invoice.RemindersHeldAtUtc is { } heldAtUtc)
        {
            events.Add(new TimelineEvent(heldAtUtc, "Reminders paused", ""));
        }

        return [.. events.OrderBy(e => e.AtUtc)];
    }

    private static TimelineEvent FromDelivery(OutboxEmail delivery)
    {
        var name = delivery.Kind switch
        {
            EmailKind.Invoice => "Invoice",
            EmailKind.CreditNote => "Credit note",
            _ => "Reminder",
        };
        var to = delivery.To is null ? "" : delivery.To + ": ";
        return delivery.State switch
        {
            DeliveryState.Sent => new TimelineEvent(delivery.SentAtUtc!.Value, $"{name} emailed", delivery.To!, TimelineTone.Good),
            DeliveryState.Retrying =>
                new TimelineEvent(
                    delivery.QueuedAtUtc,
                    $"{name} not emailed yet",
                    $"{to}attempt {delivery.Attempts}: {delivery.Error}",
                    TimelineTone.Bad),
            DeliveryState.Failed =>
                new TimelineEvent(
                    delivery.QueuedAtUtc, $"{name} could not be emailed", $"{to}{delivery.Error}", TimelineTone.Bad),
            _ => new TimelineEvent(delivery.QueuedAtUtc, $"{name} queued for email", delivery.To ?? ""),
        };
    }
}
