using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Insights;

public enum InvoicePaymentKind
{
    Payment,
    Refund,
    FromBalance,
    ReturnedToBalance,
}

/// <param name="Amount">Negative if it makes more due.</param>
public sealed record InvoicePaymentRow(DateOnly Day, InvoicePaymentKind Kind, Money Amount);

/// <summary>A finalised invoice as its document states it, and what was paid since.</summary>
public sealed record InvoiceDetail(InvoiceView View, InvoiceSnapshot Snapshot, IReadOnlyList<InvoicePaymentRow> Payments);

/// <summary>Reads one finalised invoice for the reseller's and the customer's pages.</summary>
public sealed class InvoiceDetailQueries(PortalDatabase database, InvoiceQueries invoices)
{
    /// <returns>Null if no such finalised invoice exists for this actor.</returns>
    public async Task<InvoiceDetail?> FindAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default)
    {
        if (await invoices.FindAsync(actor, invoiceId, cancellationToken) is not { } view
            || await invoices.FindSnapshotAsync(actor, invoiceId, cancellationToken) is not { } snapshot)
        {
            return null;
        }

        await using var db = database.Open(actor.Scope);
        var payments = await db.Payments.AsNoTracking()
            .Where(p => p.InvoiceId == invoiceId)
            .OrderBy(p => p.RecordedAtUtc)
            .ToListAsync(cancellationToken);
        var transactions = await db.BalanceTransactions.AsNoTracking()
            .Where(t => t.InvoiceId == invoiceId)
            .OrderBy(t => t.Sequence)
            .ToListAsync(cancellationToken);
        return new InvoiceDetail(
            view,
            snapshot,
            [
                .. transactions.Select(t => new InvoicePaymentRow(
                        t.Day,
                        t.AmountMinorUnits < 0 ? InvoicePaymentKind.FromBalance : InvoicePaymentKind.ReturnedToBalance,
                        -t.Amount))
                    .Concat(payments.Select(p => new InvoicePaymentRow(
                        p.ReceivedOn, p.AmountMinorUnits < 0 ? InvoicePaymentKind.Refund : InvoicePaymentKind.Payment, p.Amount)))
                    .OrderBy(p => p.Day),
            ]);
    }
}
