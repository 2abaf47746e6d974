using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Invoicing;

/// <summary>Credit notes for parts of an invoice add up to it, and each one's tax is its rate's (EN 16931, BR-CO-17).</summary>
public sealed class CreditRoundingTests
{
    private static readonly DateOnly Day = new(2026, 11, 1);

    [Theory]
    [InlineData("EUR", "EUR")]
    [InlineData("JPY", "JPY")]
    [InlineData("JPY", "EUR")]
    [InlineData("EUR", "JPY")]
    [InlineData("EUR", "HUF")]
    public void Notes_for_lines_one_after_another_add_up_and_none_is_far_from_its_rate(string currency, string own) =>
        Gen.Select(Gen.Long[1, 2_000].Array[1, 30], Gen.Int[1, 2_700], Gen.Long[1_000_000, 400_000_000_000]).Sample((nets, rate, nanos) =>
        {
            var invoice = CreateInvoice(currency, own, nanos, nets, rate);
            var notes = new List<CreditNote>();
            for (var position = 1; position <= nets.Length; position++)
            {
                Add(notes, CreditNoteSnapshotFactory.CreateForLines(invoice, [position], notes, "Agreed", Day), position);
            }

            AssertWhole(invoice, notes);
        });

    [Theory]
    [InlineData("EUR")]
    [InlineData("JPY")]
    public void Notes_for_amounts_and_then_for_all_lines_add_up_and_none_is_far_from_its_rate(string currency) =>
        Gen.Select(Gen.Long[1, 400].Array[0, 12], Gen.Int[1, 2_700], Gen.Long[1, 2_000].Array[1, 5]).Sample((amounts, rate, nets) =>
        {
            var invoice = CreateInvoice(currency, currency, 1_000_000_000, nets, rate);
            var notes = new List<CreditNote>();
            foreach (var amount in amounts)
            {
                var left = invoice.TotalMinorUnits - notes.Sum(n => n.Total.MinorUnits);
                if (amount < left)
                {
                    Add(notes, CreditNoteSnapshotFactory.CreateForAmount(
                        invoice, new Money(amount, invoice.Currency), notes, "Refunded", Day));
                    Assert.Equal(amount, notes[^1].Total.MinorUnits);
                }
            }

            int[] all = [.. Enumerable.Range(1, nets.Length)];
            Add(notes, CreditNoteSnapshotFactory.CreateForLines(invoice, all, notes, "Agreed", Day), all);
            AssertWhole(invoice, notes);
        });

    private static void AssertWhole(InvoiceSnapshot invoice, List<CreditNote> notes)
    {
        var snapshots = notes.ConvertAll(n => InvoiceSnapshot.Parse(n.Snapshot));
        Assert.Equal(invoice.NetMinorUnits, snapshots.Sum(s => s.NetMinorUnits));
        Assert.Equal(invoice.TaxMinorUnits, snapshots.Sum(s => s.TaxMinorUnits));
        if (invoice.Reporting is { } reporting)
        {
            Assert.Equal(reporting.NetMinorUnits, snapshots.Sum(s => s.Reporting!.NetMinorUnits));
            Assert.Equal(reporting.TaxMinorUnits, snapshots.Sum(s => s.Reporting!.TaxMinorUnits));
        }

        Assert.Equal(invoice.NationalTax!.TaxMinorUnits, snapshots.Sum(s => s.NationalTax!.TaxMinorUnits));

        Assert.All(snapshots, note =>
        {
            var tax = Assert.Single(note.Taxes);
            var exact = tax.TaxableMinorUnits * tax.RateBasisPoints / 10_000m;
            Assert.True(
                Math.Abs(exact - tax.TaxMinorUnits) < invoice.Currency.MinorUnitsPerUnit,
                $"{tax.TaxMinorUnits} is far from {exact}");
            Assert.Equal(note.NetMinorUnits, note.Lines.Sum(l => l.AmountMinorUnits));

            // PEPPOL-EN16931-R055.
            Assert.True(note.TaxMinorUnits * (note.Reporting?.TaxMinorUnits ?? 0) >= 0);
            Assert.True(note.TaxMinorUnits * note.NationalTax!.TaxMinorUnits >= 0);
        });
    }

    private static void Add(List<CreditNote> notes, InvoiceSnapshot snapshot, params int[] positions)
    {
        var (reseller, customer) = (ResellerId.New(), CustomerId.New());
        var note = new CreditNote
        {
            ResellerId = reseller,
            CustomerId = customer,
            InvoiceId = Guid.Empty,
            Number = $"CN-{notes.Count + 1}",
            IssuedOn = Day,
            IssuedAtUtc = default,
            Currency = snapshot.Currency,
            NetMinorUnits = snapshot.NetMinorUnits,
            TaxMinorUnits = snapshot.TaxMinorUnits,
            Reason = "Agreed",
            Snapshot = snapshot.ToJson(),
        };
        note.Lines.AddRange(positions.Select(position => new CreditedLine
        {
            InvoiceId = Guid.Empty,
            Position = position,
            CreditNoteId = note.Id,
            ResellerId = reseller,
            CustomerId = customer,
        }));
        notes.Add(note);
    }

    private static InvoiceSnapshot CreateInvoice(string currency, string own, long nanos, long[] nets, int rate)
    {
        var money = Currency.FromCode(currency);
        var net = new Money(nets.Sum(), money);
        var tax = TaxCalculation.CalculateTax(net, rate);
        var party = new SnapshotParty("Northwind", new PostalAddress("", "", "", "DE"), "DE136695976", "a@northwind.example");
        return new InvoiceSnapshot
        {
            Version = InvoiceSnapshot.CurrentVersion,
            Number = "INV-1",
            IssuedOn = Day,
            DueOn = Day,
            PeriodFrom = Day,
            PeriodTo = Day,
            Currency = money,
            Reporting = currency == own
                ? null
                : SnapshotReporting.Create(new ExchangeRate(nanos, Currency.FromCode(own), money), net, tax),
            NationalTax = SnapshotNationalTax.Create(
                tax,
                currency == own ? ExchangeRate.Same(money) : new ExchangeRate(nanos, Currency.FromCode(own), money),
                new ExchangeRate(4_256_700_000, Currency.FromCode(own), Currency.FromCode("PLN"))),
            Seller = party,
            Buyer = party,
            Lines = [.. nets.Select(amount => new SnapshotLine("Conversions", 1, amount * 10_000, amount, "S", rate))],
            Taxes = [new SnapshotTax("S", rate, net.MinorUnits, tax.MinorUnits)],
            NetMinorUnits = net.MinorUnits,
            TaxMinorUnits = tax.MinorUnits,
            TotalMinorUnits = (net + tax).MinorUnits,
            PaymentInstructions = "",
            AccentColor = "#000000",
            Ledger = new SnapshotLedgerRange(1, 1, ""),
            Days = [],
        };
    }
}
