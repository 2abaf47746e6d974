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

public enum AccountEntryKind
{
    Invoice,
    LateFee,
    CreditNote,
    Payment,
    WriteOff,

    /// <summary>Money paid in for no invoice.</summary>
    TopUp,

    /// <summary>Money paid back to the customer.</summary>
    PaidOut,

    /// <summary>Between an invoice and the balance: two entries that are nothing together.</summary>
    Transfer,
}

/// <summary>Something that changed what a customer owes.</summary>
/// <param name="Day">In the reseller's time zone; of a payment, the day on which it was received.</param>
/// <param name="Document">The number of the invoice or credit note, or a payment's reference.</param>
/// <param name="InvoiceId">Null for what is of the customer's balance, as <paramref name="DueOn"/> is then.</param>
/// <param name="Amount">Positive where more is owed by it.</param>
public sealed record AccountEntry(DateOnly Day, CustomerId CustomerId, Guid? InvoiceId, string InvoiceNumber, DateOnly? DueOn, AccountEntryKind Kind, string Document, Money Amount)
{
    /// <summary>"Credit note CN-2026-0001 for INV-2026-0001".</summary>
    public string Describe(DocumentLanguage language)
    {
        var words = language.Words;
        return Kind switch
        {
            AccountEntryKind.Invoice => $"{words.Invoice} {Document}",
            AccountEntryKind.CreditNote => string.Format(CultureInfo.InvariantCulture, words.DocumentFor, $"{words.CreditNote} {Document}", InvoiceNumber),
            AccountEntryKind.LateFee => string.Format(CultureInfo.InvariantCulture, words.LateFeeFor, InvoiceNumber),
            AccountEntryKind.WriteOff => string.Format(CultureInfo.InvariantCulture, words.WrittenOffOf, InvoiceNumber),
            AccountEntryKind.TopUp => words.PaidIn + (Document.Length > 0 ? $", {Document}" : ""),
            AccountEntryKind.PaidOut => words.PaidBack + (Document.Length > 0 ? $", {Document}" : ""),
            AccountEntryKind.Transfer => string.Format(CultureInfo.InvariantCulture, words.DocumentFor, words.PaidFromBalance, Document),
            _ => string.Format(CultureInfo.InvariantCulture, words.PaymentFor, InvoiceNumber) + (Document.Length > 0 && Document != InvoiceNumber ? $", {Document}" : ""),
        };
    }
}

/// <summary>What customers owe, as the entries that led to it: statements, the age of receivables and the month's close are sums of these.</summary>
internal static class AccountBook
{
    /// <summary>All entries up to a day, in their order.</summary>
    /// <param name="customerId">Null for all customers of the reseller.</param>
    public static async Task<IReadOnlyList<AccountEntry>> ReadAsync(PortalDbContext db, Reseller reseller, CustomerId? customerId, DateOnly until, CancellationToken cancellationToken)
    {
        var zone = reseller.Zone;
        var invoices = await db.Invoices.AsNoTracking()
            .Where(i => i.FinalisedAtUtc != null && (customerId == null || i.CustomerId == customerId))
            .ToDictionaryAsync(i => i.Id, cancellationToken);
        var notes = await db.CreditNotes.AsNoTracking().Where(n => customerId == null || n.CustomerId == customerId).ToListAsync(cancellationToken);
        var payments = await db.Payments.AsNoTracking().Where(p => customerId == null || p.CustomerId == customerId).ToListAsync(cancellationToken);
        var fees = await db.DunningSteps.AsNoTracking().Where(s => s.FeeMinorUnits != 0 && (customerId == null || s.CustomerId == customerId)).ToListAsync(cancellationToken);
        var moves = await db.BalanceEntries.AsNoTracking().Where(e => customerId == null || e.CustomerId == customerId).OrderBy(e => e.Sequence).ToListAsync(cancellationToken);
        var entries = new List<AccountEntry>();
        foreach (var invoice in invoices.Values)
        {
            Add(invoice, zone.DayOf(invoice.FinalisedAtUtc!.Value), AccountEntryKind.Invoice, invoice.Number!, invoice.Total);
            if (invoice.WrittenOffMinorUnits != 0)
            {
                Add(invoice, zone.DayOf(invoice.WrittenOffAtUtc ?? invoice.FinalisedAtUtc.Value), AccountEntryKind.WriteOff, invoice.Number!, new Money(-invoice.WrittenOffMinorUnits, invoice.Currency));
            }
        }

        foreach (var fee in fees)
        {
            Add(invoices[fee.InvoiceId], zone.DayOf(fee.TakenAtUtc), AccountEntryKind.LateFee, invoices[fee.InvoiceId].Number!, new Money(fee.FeeMinorUnits, invoices[fee.InvoiceId].Currency));
        }

        foreach (var note in notes)
        {
            Add(invoices[note.InvoiceId], note.IssuedOn, AccountEntryKind.CreditNote, note.Number, -note.Total);
        }

        // A fee falls with the credit note that takes all of its invoice back.
        foreach (var waived in fees.GroupBy(f => f.InvoiceId).Select(f => (Invoice: invoices[f.Key], Charged: f.Sum(s => s.FeeMinorUnits))).Where(f => f.Charged != f.Invoice.LateFeeMinorUnits))
        {
            var last = notes.Where(n => n.InvoiceId == waived.Invoice.Id).MaxBy(n => n.IssuedAtUtc)!;
            Add(waived.Invoice, last.IssuedOn, AccountEntryKind.LateFee, last.Number, new Money(waived.Invoice.LateFeeMinorUnits - waived.Charged, waived.Invoice.Currency));
        }

        foreach (var payment in payments)
        {
            Add(invoices[payment.InvoiceId], payment.ReceivedOn, payment.AmountMinorUnits < 0 ? AccountEntryKind.PaidOut : AccountEntryKind.Payment, payment.Reference, -payment.Amount);
        }

        foreach (var move in moves)
        {
            var kind = move.Kind switch
            {
                BalanceEntryKind.TopUp => AccountEntryKind.TopUp,
                BalanceEntryKind.PaidOut => AccountEntryKind.PaidOut,
                _ => AccountEntryKind.Transfer,
            };
            entries.Add(new AccountEntry(move.Day, move.CustomerId, null, "", null, kind, move.Reference, -move.Amount));
            if (move.InvoiceId is { } invoiceId)
            {
                Add(invoices[invoiceId], move.Day, kind, move.Reference, move.Amount);
            }
        }

        return [.. entries.Where(e => e.Day <= until).OrderBy(e => e.Day).ThenBy(e => e.InvoiceNumber, StringComparer.Ordinal).ThenBy(e => e.Kind)];

        void Add(Invoice invoice, DateOnly day, AccountEntryKind kind, string document, Money amount) =>
            entries.Add(new AccountEntry(day, invoice.CustomerId, invoice.Id, invoice.Number!, invoice.DueOn!.Value, kind, document, amount));
    }
}
