using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Payments;

/// <summary>A payment as shown on the reseller's bank statement.</summary>
public sealed record ReceivedPayment(Guid InvoiceId, decimal Amount, DateOnly ReceivedOn, string Reference, Guid IdempotencyKey);

/// <summary>Records payments received outside the portal, for the reseller.</summary>
public sealed class InvoicePaymentService(PortalDatabase database, AccountPausePolicy pauses, TimeProvider clock)
{
    /// <summary>
    /// Records a full or partial payment. Repeating the key returns the first payment.
    /// Refused: no such invoice; it is a draft; the amount, day or reference is not valid.
    /// </summary>
    public async Task<Outcome<Payment>> RecordAsync(Actor actor, ReceivedPayment received, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Invoice>(db, [received.InvoiceId], cancellationToken);
        if (await db.Payments.SingleOrDefaultAsync(p => p.IdempotencyKey == received.IdempotencyKey, cancellationToken) is { } earlier)
        {
            return earlier;
        }

        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == received.InvoiceId, cancellationToken);
        if (invoice is null)
        {
            return Refusal.NotFound("invoice");
        }

        var now = clock.GetUtcNow();
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (Check(invoice, received, reseller.Zone.GetDay(now)) is { } refusal)
        {
            return refusal;
        }

        var payment = db.AddPayment(actor, invoice, Money.Round(received.Amount, invoice.Currency), received, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (await db.DunningSteps.AnyAsync(s => s.InvoiceId == invoice.Id && s.PausesTokens && s.LiftedAtUtc == null, cancellationToken))
        {
            await pauses.AlignAsync(actor, invoice.CustomerId, cancellationToken);
        }

        return payment;
    }

    private static Refusal? Check(Invoice invoice, ReceivedPayment received, DateOnly today)
    {
        if (!invoice.IsFinalised)
        {
            return Refusal.Because("A draft cannot be paid. Finalise it first.");
        }

        if (received.Amount <= 0 || received.Amount > invoice.Due.Amount || !invoice.Currency.HasWhole(received.Amount))
        {
            return Refusal.Because(
                $"Enter an amount in whole minor units, up to the {invoice.Due} due.", nameof(received.Amount));
        }

        if (received.ReceivedOn > today)
        {
            return Refusal.Because("Enter today or an earlier day.", nameof(received.ReceivedOn));
        }

        return received.Reference.Length > 140
            ? Refusal.Because("Shorten the reference to 140 characters.", nameof(received.Reference))
            : null;
    }
}
