using System.Text;
using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Invoices.Electronic;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class UblInvoiceTests
{
    private static readonly BillingPeriod October = new(2026, 10);

    private static readonly Gen<UsageItem> Item = Gen.Select(
        Gen.Int[0, 30], Gen.OneOf("docx-to-pdf", "html-to-pdf", "pdf-to-jpg"), Gen.Long[0, 50_000], Gen.Long[-50, 5_000],
        (day, converter, micros, quantity) => new UsageItem(October.FirstDay.AddDays(day), converter, "production", new UnitPrice(micros, Currency.Of("EUR")), quantity));

    private static readonly Gen<PriceModel> Model = Gen.OneOf(
        Gen.Long[0, 90_000].Select(micros => (PriceModel)new Markup.FixedPrice(micros, Currency.Of("EUR"))),
        Gen.Int[-90, 300].Select(percent => (PriceModel)new Markup.CostPlusPercent(percent)),
        Gen.Select(Gen.Long[0, 90_000], Gen.Long[0, 90_000]).Select(p => (PriceModel)new GraduatedPrice([new(700, p.Item1), new(null, p.Item2)], Currency.Of("EUR"))),
        Gen.Long[0, 9_000_000].Select(micros => (PriceModel)new PackagePrice(250, micros, Currency.Of("EUR"))));

    [Fact]
    public void Thousands_of_invoices_keep_the_rules_of_EN_16931() =>
        Gen.Select(Item.List[0, 12], Model, Gen.Long[0, 500], Gen.Int[0, 9999], Gen.OneOf("S", "AE", "E", "G", "O"), Gen.Int[1, 2700]).Sample(
            (usage, model, included, fee, category, rate) =>
            {
                var terms = new CardTerms([new PriceRule(["pdf-to-*"], Markup.PassThrough), new PriceRule([], model, included)], MonthlyFeeMinorUnits: fee + 1, MinimumMinorUnits: fee * 3, DiscountPercent: fee % 100);
                var card = new RateCard { ResellerId = ResellerId.New(), Version = 1, EffectiveFrom = October.FirstDay, Terms = terms, CreatedAtUtc = DateTimeOffset.UnixEpoch };
                var rated = Rating.Rate(usage, new RateCardSchedule(CustomerId.New(), [card]), Currency.Of("EUR"), October);
                var tax = new TaxTerms(category, category == "S" ? rate : 0, category == "S" ? null : "A reason", null);
                Assert.Empty(En16931Rules.BrokenBy(Papers.Ubl(Snapshot(tax, [.. rated.Lines.Select(l => (l.Describe(DocumentLanguage.English), l.Quantity, l.UnitPrice.Micros, l.Amount.MinorUnits))]))));
            },
            iter: 3_000);

    [Fact]
    public void The_peppol_example_of_two_rates_comes_out_the_same()
    {
        // Peppol BIS Billing 3.0, examples, vat-category-S: 4,000 at 25 % and 2,000 at 15 %, tax 1,300, payable 7,300.
        var snapshot = Snapshot(new TaxTerms("S", 2500, null, null), [("Chair", 10, 400_000_000, 400_000), ("Table", 10, 200_000_000, 200_000)]);
        snapshot = snapshot with
        {
            Lines = [snapshot.Lines[0], snapshot.Lines[1] with { TaxRateBasisPoints = 1500 }],
            Taxes = [new SnapshotTax("S", 1500, 200_000, 30_000), new SnapshotTax("S", 2500, 400_000, 100_000)],
            TaxMinorUnits = 130_000,
            TotalMinorUnits = 730_000,
        };

        var xml = Papers.Ubl(snapshot);

        Assert.Empty(En16931Rules.BrokenBy(xml));
        var text = Encoding.UTF8.GetString(xml);
        Assert.Contains("<cbc:TaxAmount currencyID=\"EUR\">1300.00</cbc:TaxAmount>", text, StringComparison.Ordinal);
        Assert.Contains("<cbc:PayableAmount currencyID=\"EUR\">7300.00</cbc:PayableAmount>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_invoice_breaks_rules()
    {
        var text = Encoding.UTF8.GetString(Papers.Ubl(Standard()));
        Assert.Equal(["BR-CO-15", "BR-CO-16"], Broken("<cbc:TaxInclusiveAmount currencyID=\"EUR\">12.10", "<cbc:TaxInclusiveAmount currencyID=\"EUR\">12.11"));
        Assert.Equal(["BR-02"], Broken(">INV-1</cbc:ID>", "></cbc:ID>"));
        Assert.Equal(["PEPPOL-R120"], Broken("\">20</cbc:InvoicedQuantity>", "\">30</cbc:InvoicedQuantity>"));
        Assert.Equal(["UBL 2.1, order"], Broken("<cbc:ProfileID>", "<cbc:DueDate>2026-11-01</cbc:DueDate><cbc:ProfileID>"));

        IReadOnlyList<string> Broken(string what, string by)
        {
            Assert.Contains(what, text, StringComparison.Ordinal);
            return En16931Rules.BrokenBy(Encoding.UTF8.GetBytes(text.Replace(what, by, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Strange_names_are_written_as_they_are_and_the_same_snapshot_gives_the_same_bytes()
    {
        var snapshot = Standard() with { Buyer = new SnapshotParty("Ąžuolas & <Söhne> \"OÜ\"", new PostalAddress("", "", "", "DE"), "DE136695976", "a@b.example"), BuyerReference = "04011000-12345-03" };
        var xml = Papers.Ubl(snapshot);
        Assert.Empty(En16931Rules.BrokenBy(xml));
        Assert.Equal(xml, Papers.Ubl(snapshot));
        var text = Encoding.UTF8.GetString(xml);
        Assert.Contains("Ąžuolas &amp; &lt;Söhne&gt; \"OÜ\"", text, StringComparison.Ordinal);
        Assert.Contains("<cbc:BuyerReference>04011000-12345-03<", text, StringComparison.Ordinal);
        Assert.DoesNotContain("StreetName></cbc", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_named_and_nothing_is_written()
    {
        var ubl = new ElectronicInvoice();
        var noVatId = Standard() with { Seller = Standard().Seller with { VatId = null } };
        Assert.Equal(["your own VAT id"], ubl.MissingFrom(noVatId));
        Assert.Throws<InvalidOperationException>(() => ubl.Write(noVatId, ElectronicSyntax.Ubl));
        Assert.Contains("reverse charge", Assert.Single(ubl.MissingFrom(Snapshot(new TaxTerms("AE", 0, "r", null), [("a", 1, 1, 0)]) with { Buyer = Standard().Buyer with { VatId = null } })), StringComparison.Ordinal);
        Assert.Contains("two decimals", Assert.Single(ubl.MissingFrom(Standard() with { Currency = Currency.Of("KWD") })), StringComparison.Ordinal);
        Assert.Empty(ubl.MissingFrom(Standard() with { Currency = Currency.Of("JPY") }));
    }

    private static InvoiceSnapshot Standard() => Snapshot(new TaxTerms("S", 2100, null, null), [("docx → pdf, production", 20, 500_000, 1_000)]);

    private static InvoiceSnapshot Snapshot(TaxTerms tax, IReadOnlyList<(string Text, long Quantity, long Price, long Amount)> lines)
    {
        var eur = Currency.Of("EUR");
        var subtotals = TaxCalculation.Subtotals(lines.Select(l => (tax.Category, tax.RateBasisPoints, new Money(l.Amount, eur))), eur);
        var (net, taxes) = (lines.Sum(l => l.Amount), subtotals.Sum(s => s.Tax.MinorUnits));
        return new InvoiceSnapshot
        {
            Version = InvoiceSnapshot.CurrentVersion,
            Number = "INV-1",
            IssuedOn = new DateOnly(2026, 11, 1),
            DueOn = new DateOnly(2026, 11, 15),
            PeriodFrom = October.FirstDay,
            PeriodTo = October.LastDay,
            Currency = eur,
            Seller = new SnapshotParty("Northwind", new PostalAddress("Street 1", "01100", "Vilnius", "LT"), "LT100000000019", "billing@northwind.example"),
            Buyer = new SnapshotParty("Acme", new PostalAddress("Road 2", "10115", "Berlin", "DE"), "DE136695976", "pay@buyer.example"),
            Lines = [.. lines.Select(l => new SnapshotLine(l.Text, l.Quantity, l.Price, l.Amount, tax.Category, tax.RateBasisPoints))],
            Taxes = [.. subtotals.Select(s => new SnapshotTax(s.Category, s.RateBasisPoints, s.Taxable.MinorUnits, s.Tax.MinorUnits, tax.Reason, tax.ReasonCode))],
            NetMinorUnits = net,
            TaxMinorUnits = taxes,
            TotalMinorUnits = net + taxes,
            PaymentInstructions = "IBAN LT12 1000 0111 0100 1000",
            AccentColor = "#0f6d62",
            Ledger = new SnapshotLedgerRange(1, 1234, new string('a', 64)),
            Days = [],
        };
    }
}
