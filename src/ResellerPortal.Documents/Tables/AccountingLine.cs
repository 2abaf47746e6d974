using System.Globalization;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// A line of an invoice or credit note for an accounting program, whose quantity times unit amount is exactly its net. The net and the tax
/// of a document's lines add up to the document's.
/// </summary>
/// <param name="Net">Without tax, in the document's currency; negative if it is in the customer's favour.</param>
/// <param name="Tax">Its part of the document's tax.</param>
internal sealed record AccountingLine(JournalLine Booking, string Description, long Quantity, decimal UnitAmount, Money Net, Money Tax)
{
    public InvoiceSnapshot Snapshot => Booking.Document.Snapshot;

    public IssuedTax Booked => Booking.Document.Booked!;

    /// <summary>The same line of a document that the program keeps as the opposite, such as a credit note.</summary>
    public AccountingLine Negate() => this with { UnitAmount = -UnitAmount, Net = -Net, Tax = -Tax };

    /// <summary>Splits a document into its lines.</summary>
    public static IReadOnlyList<AccountingLine> Split(JournalLine booking)
    {
        var document = booking.Document;
        var lines = new List<AccountingLine>();
        var (net, tax) = (Money.Zero(document.Net.Currency), Money.Zero(document.Net.Currency));
        foreach (var line in document.Snapshot.Lines)
        {
            var amount = new Money(document.IsCreditNote ? -line.AmountMinorUnits : line.AmountMinorUnits, document.Net.Currency);
            net += amount;

            // The tax of all lines so far is rounded, so that no rounding is lost between lines.
            var due = lines.Count == document.Snapshot.Lines.Count - 1 || document.Net.IsZero
                ? document.Tax
                : Money.Round(document.Tax.Amount * net.Amount / document.Net.Amount, net.Currency);
            lines.Add(Create(booking, line, amount, due - tax));
            tax = due;
        }

        return lines;
    }

    /// <summary>A whole document as one line, for a program that would not take its lines.</summary>
    public static AccountingLine Combine(JournalLine booking)
    {
        var document = booking.Document;
        var month = BillingPeriod.Containing(document.Snapshot.PeriodFrom);
        return new AccountingLine(
            booking, $"{document.Snapshot.Number}, {month.Name}", 1, document.Net.ToDecimal(), document.Net, document.Tax);
    }

    /// <summary>A price with more digits than the currency has, or another rounding, would not come to the same amount elsewhere.</summary>
    private static AccountingLine Create(JournalLine booking, SnapshotLine line, Money net, Money tax)
    {
        var price = new UnitPrice(line.UnitPriceMicros, net.Currency).Amount * (booking.Document.IsCreditNote ? -1 : 1);
        return line.Quantity > 0 && net.Currency.HasWhole(price) && price * line.Quantity == net.Amount
            ? new AccountingLine(booking, line.Description, line.Quantity, Money.Round(price, net.Currency).ToDecimal(), net, tax)
            : new AccountingLine(
                booking,
                line.Quantity is 0 or 1
                    ? line.Description
                    : $"{line.Description} ({line.Quantity.ToString("N0", CultureInfo.InvariantCulture)})",
                1,
                net.ToDecimal(),
                net,
                tax);
    }
}
