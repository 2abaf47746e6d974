using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Creates the content of credit notes.</summary>
internal static class CreditNoteSnapshotFactory
{
    /// <summary>
    /// Creates a note for lines of an invoice. The note for the last lines credits whatever is left of net, tax and the amounts in the
    /// seller's currency, so that all notes add up to the invoice.
    /// </summary>
    public static InvoiceSnapshot CreateForLines(
        InvoiceSnapshot original,
        IReadOnlyList<int> positions,
        IReadOnlyList<CreditNote> earlier,
        string reason,
        DateOnly day)
    {
        var isLast = earlier.Sum(n => n.Lines.Count) + positions.Count == original.Lines.Count;
        var before = isLast ? earlier.Select(n => InvoiceSnapshot.Parse(n.Snapshot)).ToList() : [];
        var lines = positions.Select(position => original.Lines[position - 1])
            .Concat(before.Zip(earlier).Where(n => n.Second.Lines.Count == 0).Select(n => CreateReferenceLine(n.First)))
            .ToList();
        var taxes = TaxCalculation
            .Subtotals(lines.Select(
                l => (l.TaxCategory, l.TaxRateBasisPoints, new Money(l.AmountMinorUnits, original.Currency))), original.Currency)
                .Select(t => new SnapshotTax(
                    t.Category,
                    t.RateBasisPoints,
                    t.Taxable.MinorUnits,
                    t.Tax.MinorUnits,
                    original.Taxes[0].Reason,
                    original.Taxes[0].ReasonCode))
                .ToList();
        if (isLast)
        {
            taxes = taxes.ConvertAll(
                t => t with { TaxMinorUnits = GetTax(original.Taxes, t) - GetTax(before.SelectMany(n => n.Taxes), t) });
        }

        var (net, tax) = (lines.Sum(l => l.AmountMinorUnits), taxes.Sum(t => t.TaxMinorUnits));
        var reporting = isLast && original.Reporting is { } own
            ? own with
            {
                NetMinorUnits = own.NetMinorUnits - before.Sum(n => n.Reporting!.NetMinorUnits),
                TaxMinorUnits = own.TaxMinorUnits - before.Sum(n => n.Reporting!.TaxMinorUnits),
            }
            : CalculateReporting(original, net, tax);
        return Create(original, lines, taxes, net, tax, reporting, reason, day);

        static long GetTax(IEnumerable<SnapshotTax> taxes, SnapshotTax like) =>
            taxes.Where(t => t.Category == like.Category && t.RateBasisPoints == like.RateBasisPoints).Sum(t => t.TaxMinorUnits);
    }

    /// <summary>Creates a note for an amount with its tax: the net is rounded, the tax is the remainder.</summary>
    public static InvoiceSnapshot CreateForAmount(InvoiceSnapshot original, Money amount, string reason, DateOnly day)
    {
        var like = original.Taxes[0];
        var net = Money.Round(amount.Amount * 10_000 / (10_000 + like.RateBasisPoints), amount.Currency);
        var tax = (amount - net).MinorUnits;
        SnapshotLine line = new(
            DocumentLanguage.Get(original.Language).Words.PaymentReturned,
            1,
            UnitPrice.Round(net.Amount, net.Currency).Micros,
            net.MinorUnits,
            like.Category,
            like.RateBasisPoints);
        return Create(
            original,
            [line],
            [like with { TaxableMinorUnits = net.MinorUnits, TaxMinorUnits = tax }],
            net.MinorUnits,
            tax,
            CalculateReporting(original, net.MinorUnits, tax),
            reason,
            day);
    }

    /// <summary>A price is never negative (EN 16931, BR-27), so the quantity is.</summary>
    private static SnapshotLine CreateReferenceLine(InvoiceSnapshot note) => note.Lines[0] with
    {
        Description = string.Format(CultureInfo.InvariantCulture, DocumentLanguage.Get(note.Language).Words.CreditedBefore, note.Number),
        Quantity = -1,
        AmountMinorUnits = -note.NetMinorUnits,
    };

    private static SnapshotReporting? CalculateReporting(InvoiceSnapshot original, long net, long tax) =>
        original.Reporting is null
            ? null
            : SnapshotReporting.Create(original.Rate, new Money(net, original.Currency), new Money(tax, original.Currency));

    private static InvoiceSnapshot Create(
        InvoiceSnapshot original,
        IReadOnlyList<SnapshotLine> lines,
        IReadOnlyList<SnapshotTax> taxes,
        long net,
        long tax,
        SnapshotReporting? reporting,
        string reason,
        DateOnly day) =>
        original with
        {
            Credits = new SnapshotCredit(original.Number, original.IssuedOn, reason),
            IssuedOn = day,
            DueOn = day,
            Lines = lines,
            Taxes = taxes,
            NetMinorUnits = net,
            TaxMinorUnits = tax,
            TotalMinorUnits = net + tax,
            Reporting = reporting,
            FromBalanceMinorUnits = 0,
            PayLink = null,
            CostMicros = null,
            Days = [],
            Tokens = [],
        };
}
