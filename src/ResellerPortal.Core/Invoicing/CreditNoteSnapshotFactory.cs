using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Creates the content of credit notes.</summary>
internal static class CreditNoteSnapshotFactory
{
    /// <summary>
    /// Creates a note for lines of an invoice. The note for the last lines credits whatever is left of net and tax, so that all notes add
    /// up to the invoice. What earlier notes rounded is made good by each next one, so that the last one's tax is still its rate's
    /// (EN 16931, BR-CO-17) in a currency without minor units as well.
    /// </summary>
    public static InvoiceSnapshot CreateForLines(
        InvoiceSnapshot original,
        IReadOnlyList<int> positions,
        IReadOnlyList<CreditNote> earlier,
        string reason,
        DateOnly day)
    {
        var isLast = earlier.Sum(n => n.Lines.Count) + positions.Count == original.Lines.Count;
        var before = earlier.Select(n => InvoiceSnapshot.Parse(n.Snapshot)).ToList();
        var lines = positions.Select(position => original.Lines[position - 1])
            .Concat(isLast ? before.Zip(earlier).Where(n => n.Second.Lines.Count == 0).Select(n => CreateReferenceLine(n.First)) : [])
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
                .Select(t => t with
                {
                    TaxMinorUnits = isLast
                        ? Sum(original.Taxes, t).Tax - Sum(before.SelectMany(n => n.Taxes), t).Tax
                        : CreateRounding(original, before, t).GetTax(t.TaxableMinorUnits),
                })
                .ToList();
        return Create(original, lines, taxes, before, reason, day);
    }

    /// <summary>Creates a note for an amount with its tax, whose net is rounded and whose tax is the remainder.</summary>
    public static InvoiceSnapshot CreateForAmount(
        InvoiceSnapshot original,
        Money amount,
        IReadOnlyList<CreditNote> earlier,
        string reason,
        DateOnly day)
    {
        var like = original.Taxes[0];
        var before = earlier.Select(n => InvoiceSnapshot.Parse(n.Snapshot)).ToList();
        var net = new Money(CreateRounding(original, before, like).GetNet(amount.MinorUnits), amount.Currency);
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
            [like with { TaxableMinorUnits = net.MinorUnits, TaxMinorUnits = (amount - net).MinorUnits }],
            before,
            reason,
            day);
    }

    private static CreditRounding CreateRounding(InvoiceSnapshot original, IEnumerable<InvoiceSnapshot> before, SnapshotTax like)
    {
        return new CreditRounding(
            original.Currency, like.RateBasisPoints, GetRoundedAway(before.SelectMany(n => n.Taxes)) - GetRoundedAway(original.Taxes));

        // The tax by the rate, less the tax there is.
        decimal GetRoundedAway(IEnumerable<SnapshotTax> taxes)
        {
            var (taxable, tax) = Sum(taxes, like);
            return (taxable * like.RateBasisPoints / 10_000m) - tax;
        }
    }

    private static (long Taxable, long Tax) Sum(IEnumerable<SnapshotTax> taxes, SnapshotTax like)
    {
        var same = taxes.Where(t => t.Category == like.Category && t.RateBasisPoints == like.RateBasisPoints).ToList();
        return (same.Sum(t => t.TaxableMinorUnits), same.Sum(t => t.TaxMinorUnits));
    }

    /// <summary>A price is never negative (EN 16931, BR-27), so the quantity is.</summary>
    private static SnapshotLine CreateReferenceLine(InvoiceSnapshot note) => note.Lines[0] with
    {
        Description = string.Format(CultureInfo.InvariantCulture, DocumentLanguage.Get(note.Language).Words.CreditedBefore, note.Number),
        Quantity = -1,
        AmountMinorUnits = -note.NetMinorUnits,
    };

    /// <summary>
    /// The amounts in the seller's currency, as the difference of what all notes come to with this one and without it: they add up to the
    /// invoice's, and never have another sign than the note's own (PEPPOL-EN16931-R055).
    /// </summary>
    private static SnapshotReporting? CalculateReporting(
        InvoiceSnapshot original,
        IReadOnlyCollection<InvoiceSnapshot> before,
        long net,
        long tax)
    {
        if (original.Reporting is null)
        {
            return null;
        }

        var (earlierNet, earlierTax) = (before.Sum(n => n.NetMinorUnits), before.Sum(n => n.TaxMinorUnits));
        var (with, without) = (Report(earlierNet + net, earlierTax + tax), Report(earlierNet, earlierTax));
        return with with
        {
            NetMinorUnits = with.NetMinorUnits - without.NetMinorUnits,
            TaxMinorUnits = with.TaxMinorUnits - without.TaxMinorUnits,
        };

        SnapshotReporting Report(long net, long tax) =>
            SnapshotReporting.Create(original.Rate, new Money(net, original.Currency), new Money(tax, original.Currency));
    }

    /// <summary>The tax in the currency of the seller's country at the invoice's rates, as the same difference.</summary>
    private static SnapshotNationalTax? CalculateNationalTax(
        InvoiceSnapshot original,
        IReadOnlyCollection<InvoiceSnapshot> before,
        long tax)
    {
        if (original.NationalTax is not { } national)
        {
            return null;
        }

        var earlier = before.Sum(n => n.TaxMinorUnits);
        var (with, without) = (Convert(earlier + tax), Convert(earlier));
        return with with { TaxMinorUnits = with.TaxMinorUnits - without.TaxMinorUnits };

        SnapshotNationalTax Convert(long minorUnits) =>
            SnapshotNationalTax.Create(new Money(minorUnits, original.Currency), original.Rate, national.Rate);
    }

    private static InvoiceSnapshot Create(
        InvoiceSnapshot original,
        IReadOnlyList<SnapshotLine> lines,
        IReadOnlyList<SnapshotTax> taxes,
        IReadOnlyCollection<InvoiceSnapshot> before,
        string reason,
        DateOnly day)
    {
        var (net, tax) = (lines.Sum(l => l.AmountMinorUnits), taxes.Sum(t => t.TaxMinorUnits));
        return original with
        {
            Credits = new SnapshotCredit(original.Number, original.IssuedOn, reason),
            IssuedOn = day,
            DueOn = day,
            Lines = lines,
            Taxes = taxes,
            NetMinorUnits = net,
            TaxMinorUnits = tax,
            TotalMinorUnits = net + tax,
            Reporting = CalculateReporting(original, before, net, tax),
            NationalTax = CalculateNationalTax(original, before, tax),
            FromBalanceMinorUnits = 0,
            PayLink = null,
            CostMicros = null,
            Days = [],
            Tokens = [],
        };
    }
}
