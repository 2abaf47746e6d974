using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

public enum ReceivablesEntryKind
{
    Invoice,
    LateFee,
    CreditNote,
    Payment,
    WriteOff,

    /// <summary>A payment without an invoice.</summary>
    TopUp,

    /// <summary>A refund to the customer.</summary>
    PaidOut,

    /// <summary>A transfer between an invoice and the balance: two entries with a sum of zero.</summary>
    Transfer,
}

/// <summary>An entry that changes what a customer owes.</summary>
/// <param name="Day">In the reseller's time zone; for a payment, the day it was received.</param>
/// <param name="Document">The number of the invoice or credit note, or a payment's reference.</param>
/// <param name="InvoiceId">Null for an entry of the customer's balance, as <paramref name="DueOn"/> is then.</param>
/// <param name="Amount">Positive if it increases what is owed.</param>
public sealed record ReceivablesEntry(
    DateOnly Day,
    CustomerId CustomerId,
    Guid? InvoiceId,
    string InvoiceNumber,
    DateOnly? DueOn,
    ReceivablesEntryKind Kind,
    string Document,
    Money Amount)
{
    /// <summary>Text such as "Credit note CN-2026-0001 for INV-2026-0001".</summary>
    public string Describe(DocumentLanguage language)
    {
        var words = language.Words;
        return Kind switch
        {
            ReceivablesEntryKind.Invoice => $"{words.Invoice} {Document}",
            ReceivablesEntryKind.CreditNote =>
                string.Format(CultureInfo.InvariantCulture, words.DocumentFor, $"{words.CreditNote} {Document}", InvoiceNumber),
            ReceivablesEntryKind.LateFee => string.Format(CultureInfo.InvariantCulture, words.LateFeeFor, InvoiceNumber),
            ReceivablesEntryKind.WriteOff => string.Format(CultureInfo.InvariantCulture, words.WrittenOffOf, InvoiceNumber),
            ReceivablesEntryKind.TopUp => words.BalanceTopUp + (Document.Length > 0 ? $", {Document}" : ""),
            ReceivablesEntryKind.PaidOut => words.BalanceRefund + (Document.Length > 0 ? $", {Document}" : ""),
            ReceivablesEntryKind.Transfer =>
                string.Format(CultureInfo.InvariantCulture, words.DocumentFor, words.PaidFromBalance, Document),
            _ =>
                string.Format(CultureInfo.InvariantCulture, words.PaymentFor, InvoiceNumber)
                    + (Document.Length > 0 && Document != InvoiceNumber ? $", {Document}" : ""),
        };
    }
}

/// <summary>
/// What customers owe, as individual entries: statements, aged receivables and the month-end close are all sums of these.
/// </summary>
internal static class ReceivablesLedger
{
    /// <summary>Reads all entries up to a day, in order.</summary>
    /// <param name="customerId">Null for all customers of the reseller.</param>
    public static async Task<IReadOnlyList<ReceivablesEntry>> ReadAsync(
        PortalDbContext db,
        Reseller reseller,
        CustomerId? customerId,
        DateOnly until,
        CancellationToken cancellationToken)
    {
        var zone = reseller.Zone;
        var invoices = await db.Invoices.AsNoTracking()
            .Where(i => i.FinalisedAtUtc != null && (customerId == null || i.CustomerId == customerId))
            .ToDictionaryAsync(i => i.Id, cancellationToken);
        var notes = await db.CreditNotes.AsNoTracking()
            .Where(n => customerId == null || n.CustomerId == customerId)
            .ToListAsync(cancellationToken);
        var payments = await db.Payments.AsNoTracking()
            .Where(p => customerId == null || p.CustomerId == customerId)
            .ToListAsync(cancellationToken);
        var fees = await db.DunningSteps.AsNoTracking()
            .Where(s => s.FeeMinorUnits != 0 && (customerId == null || s.CustomerId == customerId))
            .ToListAsync(cancellationToken);
        var transactions = await db.BalanceTransactions.AsNoTracking()
            .Where(e => customerId == null || e.CustomerId == customerId)
            .OrderBy(e => e.Sequence)
            .ToListAsync(cancellationToken);
        var entries = new List<ReceivablesEntry>();
        foreach (var invoice in invoices.Values)
        {
            Add(invoice, zone.GetDay(invoice.FinalisedAtUtc!.Value), ReceivablesEntryKind.Invoice, invoice.Number!, invoice.Total);
            if (invoice.WrittenOffMinorUnits != 0)
            {
                Add(
                    invoice,
                    zone.GetDay(invoice.WrittenOffAtUtc ?? invoice.FinalisedAtUtc.Value),
                    ReceivablesEntryKind.WriteOff,
                    invoice.Number!,
                    new Money(-invoice.WrittenOffMinorUnits, invoice.Currency));
            }
        }

        foreach (var fee in fees)
        {
            Add(
                invoices[fee.InvoiceId],
                zone.GetDay(fee.TakenAtUtc),
                ReceivablesEntryKind.LateFee,
                invoices[fee.InvoiceId].Number!,
                new Money(fee.FeeMinorUnits, invoices[fee.InvoiceId].Currency));
        }

        foreach (var note in notes)
        {
            Add(invoices[note.InvoiceId], note.IssuedOn, ReceivablesEntryKind.CreditNote, note.Number, -note.Total);
        }

        // A late fee is cancelled by the credit note that credits the whole invoice.
        foreach (var waived in fees
            .GroupBy(f => f.InvoiceId)
            .Select(f => (Invoice: invoices[f.Key], Charged: f.Sum(s => s.FeeMinorUnits)))
            .Where(f => f.Charged != f.Invoice.LateFeeMinorUnits))
        {
            var last = notes.Where(n => n.InvoiceId == waived.Invoice.Id).MaxBy(n => n.IssuedAtUtc)!;
            Add(
                waived.Invoice,
                last.IssuedOn,
                ReceivablesEntryKind.LateFee,
                last.Number,
                new Money(waived.Invoice.LateFeeMinorUnits - waived.Charged, waived.Invoice.Currency));
        }

        foreach (var payment in payments)
        {
            Add(
                invoices[payment.InvoiceId],
                payment.ReceivedOn,
                payment.AmountMinorUnits < 0 ? ReceivablesEntryKind.PaidOut : ReceivablesEntryKind.Payment,
                payment.Reference,
                -payment.Amount);
        }

        foreach (var move in transactions)
        {
            var kind = move.Kind switch
            {
                BalanceTransactionKind.TopUp => ReceivablesEntryKind.TopUp,
                BalanceTransactionKind.PaidOut => ReceivablesEntryKind.PaidOut,
                _ => ReceivablesEntryKind.Transfer,
            };
            entries.Add(new ReceivablesEntry(move.Day, move.CustomerId, null, "", null, kind, move.Reference, -move.Amount));
            if (move.InvoiceId is { } invoiceId)
            {
                Add(invoices[invoiceId], move.Day, kind, move.Reference, move.Amount);
            }
        }

        return [
            .. entries
                .Where(e => e.Day <= until)
                .OrderBy(e => e.Day)
                .ThenBy(e => e.InvoiceNumber, StringComparer.Ordinal)
                .ThenBy(e => e.Kind),
        ];

        void Add(Invoice invoice, DateOnly day, ReceivablesEntryKind kind, string document, Money amount) =>
            entries.Add(
                new ReceivablesEntry(day, invoice.CustomerId, invoice.Id, invoice.Number!, invoice.DueOn!.Value, kind, document, amount));
    }
}
