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

public sealed class ElectronicInvoiceTests
{
    private static readonly BillingPeriod October = SampleDocuments.October;

    private static readonly Gen<UsageItem> Item = Gen.Select(
        Gen.Int[0, 30], Gen.OneOf("docx-to-pdf", "html-to-pdf", "pdf-to-jpg"), Gen.Long[0, 50_000], Gen.Long[-50, 5_000],
        (day, converter, micros, quantity) => new UsageItem(
            October.FirstDay.AddDays(day), converter, "production", new UnitPrice(micros, Currency.FromCode("EUR")), quantity));

    private static readonly Gen<PriceModel> Model = Gen.OneOf(
        Gen.Long[0, 90_000].Select(micros => (PriceModel)new Markup.FixedPrice(micros, Currency.FromCode("EUR"))),
        Gen.Int[-90, 300].Select(percent => (PriceModel)new Markup.CostPlusPercent(percent)),
        Gen.Select(Gen.Long[0, 90_000], Gen.Long[0, 90_000]).Select(
            p => (PriceModel)new GraduatedPrice([new(700, p.Item1), new(null, p.Item2)], Currency.FromCode("EUR"))),
        Gen.Long[0, 9_000_000].Select(micros => (PriceModel)new PackagePrice(250, micros, Currency.FromCode("EUR"))));

    /// <summary>BR-DE-18: such a line is a discount that a machine reads, or refused.</summary>
    [Fact]
    public void No_line_of_the_payment_terms_begins_with_a_number_sign()
    {
        var snapshot = SampleDocuments.Standard() with { PaymentInstructions = "Zeile\n#Wichtig# Kundennummer\n  #SKONTO#TAGE=14#" };

        foreach (var xml in new[] { SampleDocuments.Ubl(snapshot), SampleDocuments.Cii(snapshot) }.Select(Encoding.UTF8.GetString))
        {
            Assert.Contains("#Wichtig#", xml, StringComparison.Ordinal);
            Assert.DoesNotContain(xml.Split('\n'), line => line.TrimStart().StartsWith('#'));
        }
    }

    [Fact]
    public void Thousands_of_invoices_keep_the_rules_of_EN_16931() =>
        Gen.Select(Item.List[0, 12], Model, Gen.Long[0, 500], Gen.Int[0, 9999], Gen.OneOf(
            "S", "AE", "E", "G", "O"), Gen.Int[1, 2700]).Sample(
            (usage, model, included, fee, category, rate) =>
            {
                var terms = new CardTerms(
                    [new PriceRule(["pdf-to-*"], Markup.PassThrough), new PriceRule([], model, included)],
                    MonthlyFeeMinorUnits: fee + 1,
                    MinimumMinorUnits: fee * 3,
                    DiscountPercent: fee % 100,
                    IncludesTax: fee % 3 == 0);
                var card = new RateCard
                {
                    ResellerId = ResellerId.New(),
                    Version = 1,
                    EffectiveFrom = October.FirstDay,
                    Terms = terms,
                    CreatedAtUtc = DateTimeOffset.UnixEpoch,
                };
                var rated = Rating.Rate(
                    usage,
                    new RateCardSchedule(CustomerId.New(), [card], taxOn: _ => category == "S" ? rate : 0),
                    Currency.FromCode("EUR"),
                    October);
                var tax = new TaxTerms(category, category == "S" ? rate : 0, category == "S" ? null : "A reason", null);
                var snapshot = SampleDocuments.Snapshot(
                    tax,
                    [
                        .. rated.Lines.Select(
                            l => (l.Describe(DocumentLanguage.English), l.Quantity, l.UnitPrice.Micros, l.Amount.MinorUnits)),
                    ]);
                var taxed = rated.CalculateTax(tax.RateBasisPoints).MinorUnits;
                snapshot = snapshot with
                {
                    TaxMinorUnits = taxed,
                    TotalMinorUnits = rated.Total.MinorUnits + taxed,
                    Taxes = [snapshot.Taxes[0] with { TaxMinorUnits = taxed }],
                };
                snapshot = snapshot with { FromBalanceMinorUnits = Math.Clamp(snapshot.TotalMinorUnits, 0, fee * 10) };
                snapshot = fee % 4 == 0
                    ? SampleDocuments.Abroad(snapshot, "JPY", 1_000_000 + fee)
                    : fee % 4 == 1
                    ? SampleDocuments.Abroad(snapshot, "SEK", 90_000_000 + fee)
                    : snapshot;
                Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
                Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
                Assert.Equal(
                    ElectronicAmounts.OfUbl(SampleDocuments.Ubl(snapshot)), ElectronicAmounts.OfCii(SampleDocuments.Cii(snapshot)));
            },
            iter: 3_000);

    [Fact]
    public void The_peppol_example_of_two_rates_comes_out_the_same()
    {
        // Peppol BIS Billing 3.0, examples, vat-category-S: 4,000 at 25% and 2,000 at 15%, tax 1,300, payable 7,300.
        var snapshot = SampleDocuments.Snapshot(
            new TaxTerms("S", 2500, null, null), [("Chair", 10, 400_000_000, 400_000), ("Table", 10, 200_000_000, 200_000)]);
        snapshot = snapshot with
        {
            Lines = [snapshot.Lines[0], snapshot.Lines[1] with { TaxRateBasisPoints = 1500 }],
            Taxes = [new SnapshotTax("S", 1500, 200_000, 30_000), new SnapshotTax("S", 2500, 400_000, 100_000)],
            TaxMinorUnits = 130_000,
            TotalMinorUnits = 730_000,
        };

        var xml = SampleDocuments.Ubl(snapshot);

        Assert.Empty(En16931Rules.BrokenBy(xml));
        var text = Encoding.UTF8.GetString(xml);
        Assert.Contains("<cbc:TaxAmount currencyID=\"EUR\">1300.00</cbc:TaxAmount>", text, StringComparison.Ordinal);
        Assert.Contains("<cbc:PayableAmount currencyID=\"EUR\">7300.00</cbc:PayableAmount>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_invoice_breaks_rules()
    {
        var text = Encoding.UTF8.GetString(SampleDocuments.Ubl(SampleDocuments.Standard()));
        Assert.Equal(
            ["BR-CO-15", "BR-CO-16"],
            Broken("<cbc:TaxInclusiveAmount currencyID=\"EUR\">12.10", "<cbc:TaxInclusiveAmount currencyID=\"EUR\">12.11"));
        Assert.Equal(["BR-02"], Broken(">INV-1</cbc:ID>", "></cbc:ID>"));
        text = Encoding.UTF8.GetString(SampleDocuments.Ubl(SampleDocuments.Abroad(SampleDocuments.Standard(), "SEK", 90_000_000)));
        Assert.Equal(["BR-53"], Broken("<cbc:TaxCurrencyCode>SEK<", "<cbc:TaxCurrencyCode>DKK<"));
        Assert.Equal(["PEPPOL-R055"], Broken("<cbc:TaxAmount currencyID=\"SEK\">", "<cbc:TaxAmount currencyID=\"SEK\">-"));
        text = Encoding.UTF8.GetString(SampleDocuments.Ubl(SampleDocuments.Standard()));
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
        var snapshot = SampleDocuments.Standard() with
        {
            Buyer = new SnapshotParty("Ąžuolas & <Söhne> \"OÜ\"", new PostalAddress("", "", "", "DE"), "DE136695976", "a@b.example"),
            ElectronicProfile = ElectronicProfile.Standard,
            BuyerReference = "04011000-12345-03",
        };
        var xml = SampleDocuments.Ubl(snapshot);
        Assert.Empty(En16931Rules.BrokenBy(xml));
        Assert.Equal(xml, SampleDocuments.Ubl(snapshot));
        var text = Encoding.UTF8.GetString(xml);
        Assert.Contains("Ąžuolas &amp; &lt;Söhne&gt; \"OÜ\"", text, StringComparison.Ordinal);
        Assert.Contains("<cbc:BuyerReference>04011000-12345-03<", text, StringComparison.Ordinal);
        Assert.DoesNotContain("StreetName></cbc", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_incomplete_invoice_is_refused_naming_what_is_missing()
    {
        var ubl = new ElectronicInvoiceWriter();
        var noVatId = SampleDocuments.Standard() with { Seller = SampleDocuments.Standard().Seller with { VatId = null } };
        Assert.Equal(["your VAT ID"], ubl.FindMissing(noVatId));
        Assert.Throws<InvalidOperationException>(() => ubl.Write(noVatId, ElectronicSyntax.Ubl));
        Assert.Contains(
            "reverse charge",
            Assert.Single(ubl.FindMissing(
                SampleDocuments.Snapshot(new TaxTerms("AE", 0, "r", null), [("a", 1, 1, 0)]) with
                {
                    Buyer = SampleDocuments.Standard().Buyer with { VatId = null },
                })),
            StringComparison.Ordinal);
        Assert.Contains(
            "two decimals",
            Assert.Single(ubl.FindMissing(SampleDocuments.Standard() with { Currency = Currency.FromCode("KWD") })),
            StringComparison.Ordinal);
        Assert.Contains(
            "two decimals",
            Assert.Single(ubl.FindMissing(SampleDocuments.Abroad(SampleDocuments.Standard(), "KWD", 3_000_000_000))),
            StringComparison.Ordinal);
        Assert.Empty(ubl.FindMissing(SampleDocuments.Standard() with { Currency = Currency.FromCode("JPY") }));
    }

    [Fact]
    public void An_account_is_named_with_the_code_of_a_SEPA_transfer()
    {
        var snapshot = SampleDocuments.Standard() with
        {
            Account = new BankAccount("Northwind", "LT121000011101001000", "CBVILT2X"),
            PayLink = "https://pay.example/INV-1",
        };

        var (ubl, cii) = (Encoding.UTF8.GetString(SampleDocuments.Ubl(snapshot)), Encoding.UTF8.GetString(SampleDocuments.Cii(snapshot)));

        Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
        Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
        Assert.Contains("<cbc:PaymentMeansCode>58<", ubl, StringComparison.Ordinal);
        Assert.Contains("<cbc:ID>LT121000011101001000<", ubl, StringComparison.Ordinal);
        Assert.Contains("<ram:IBANID>LT121000011101001000<", cii, StringComparison.Ordinal);
        Assert.Contains("https://pay.example/INV-1", cii, StringComparison.Ordinal);
    }

    [Fact]
    public void XRechnung_says_what_it_lacks_and_names_itself_when_it_lacks_nothing()
    {
        var snapshot = SampleDocuments.Standard() with { ElectronicProfile = ElectronicProfile.XRechnung, BuyerReference = null };
        Assert.Equal(
            [
                "your contact with a telephone number, as XRechnung requires",
                "your bank account",
                "the customer's buyer reference (Leitweg-ID)",
            ],
            new ElectronicInvoiceWriter().FindMissing(snapshot));

        var whole = snapshot with
        {
            Seller = snapshot.Seller with { ContactName = "Rasa", Phone = "+370 5 000 0000" },
            BuyerReference = "04011000-12345-03",
            Account = new BankAccount("Northwind", "LT121000011101001000", ""),
        };

        Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(whole)));
        Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(whole)));
        Assert.All(
            (byte[][])[SampleDocuments.Ubl(whole), SampleDocuments.Cii(whole)],
            xml => Assert.Contains(
                "#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0<", Encoding.UTF8.GetString(xml), StringComparison.Ordinal));
        Assert.Contains("<cbc:Telephone>+370 5 000 0000<", Encoding.UTF8.GetString(SampleDocuments.Ubl(whole)), StringComparison.Ordinal);
        Assert.Contains("<ram:PersonName>Rasa<", Encoding.UTF8.GetString(SampleDocuments.Cii(whole)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_refuses_what_is_out_of_order()
    {
        var text = Encoding.UTF8.GetString(SampleDocuments.Cii(SampleDocuments.Standard()));
        Assert.Empty(CiiSchema.FindFaults(Encoding.UTF8.GetBytes(text)));
        Assert.NotEmpty(
            CiiSchema.FindFaults(Encoding.UTF8.GetBytes(text.Replace("<ram:TypeCode>380</ram:TypeCode>", "", StringComparison.Ordinal))));
    }
}
