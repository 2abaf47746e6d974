using System.Text;
using System.Xml.Linq;
using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>What a document says of itself and of its parties, whatever they are called.</summary>
public sealed class InvoiceTextTests
{
    [Fact]
    public void An_XRechnung_inside_it_has_the_name_and_the_profile_of_one()
    {
        var sample = SampleDocuments.Standard();
        var snapshot = sample with
        {
            ElectronicProfile = ElectronicProfile.XRechnung,
            Seller = sample.Seller with { ContactName = "Rasa", Phone = "+370 5 000 0000" },
            BuyerReference = "04011000-12345-03",
            Account = new BankAccount("Northwind", "LT121000011101001000", ""),
        };

        var pdf = SampleDocuments.Pdf(snapshot);

        Assert.Equal(SampleDocuments.Cii(snapshot), ArchiveRules.FindAttachment(pdf));
        Assert.Empty(ArchiveRules.BrokenBy(pdf));
        var text = Encoding.Latin1.GetString(pdf);
        Assert.Contains("<fx:ConformanceLevel>XRECHNUNG<", text, StringComparison.Ordinal);
        Assert.Contains("<fx:DocumentFileName>xrechnung.xml<", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "Tax in PLN, the currency of our country: 8.94 PLN, at 1 EUR = 4.2567 PLN.")]
    [InlineData("de", "Steuer in PLN, der Währung unseres Landes: 8,94 PLN, zum Kurs 1 EUR = 4,2567 PLN.")]
    [InlineData("fr", "Taxe en PLN, monnaie de notre pays : 8,94 PLN, au cours de 1 EUR = 4,2567 PLN.")]
    [InlineData("es", "Impuestos en PLN, la moneda de nuestro país: 8,94 PLN, al cambio 1 EUR = 4,2567 PLN.")]
    [InlineData("lt", "Mokestis mūsų šalies valiuta PLN: 8,94 PLN, kursas 1 EUR = 4,2567 PLN.")]
    public void The_tax_in_the_currency_of_the_sellers_country_is_a_note(string language, string note)
    {
        var snapshot = SampleDocuments.Standard() with { Language = language };

        Assert.Contains(
            Simplify(note), Simplify(PdfText.Read(SampleDocuments.Pdf(SampleDocuments.Taxed(snapshot, "PLN", 4_256_700_000)))),
            StringComparison.Ordinal);
        Assert.DoesNotContain("PLN", PdfText.Read(SampleDocuments.Pdf(snapshot)), StringComparison.Ordinal);

        // Lines are broken and spaces are of several kinds.
        static string Simplify(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
    }

    /// <summary>A document that could not be drawn or written would stay undelivered for ever, since its snapshot never changes.</summary>
    [Fact]
    public void Whatever_texts_a_finalised_invoice_has_it_can_be_drawn_and_written() =>
        Gen.Char.Array[0, 60].Select(characters => new string(characters)).Sample(
            text =>
            {
                var sample = SampleDocuments.Standard();
                var party = sample.Buyer with { Name = text, Address = new PostalAddress(text, text, text, "DE"), ContactName = text };
                foreach (var credits in (SnapshotCredit?[])[null, new SnapshotCredit("INV-0", sample.IssuedOn, text)])
                {
                    var snapshot = sample with
                    {
                        ElectronicProfile = ElectronicProfile.Standard,
                        Buyer = party,
                        Seller = party with
                        {
                            VatId = sample.Seller.VatId,
                            ElectronicAddress = sample.Seller.ElectronicAddress,
                            Registration = new CompanyRegistration(text, text, text, text),
                        },
                        BuyerReference = text,
                        Lines = [sample.Lines[0] with { Description = text }],
                        Taxes = [sample.Taxes[0] with { Reason = text }],
                        PaymentInstructions = text,
                        Account = new BankAccount(text, "LT121000011101001000", ""),
                        PayLink = "https://pay.example/" + text,
                        Tokens = [new SnapshotToken(text, "a1b2", [new SnapshotDay(sample.PeriodFrom, 3)])],
                        Credits = credits,
                    };
                    Assert.NotEmpty(PdfText.Read(SampleDocuments.Pdf(snapshot)));
                    Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
                    using var stream = new MemoryStream(SampleDocuments.Ubl(snapshot));
                    Assert.NotNull(XDocument.Load(stream).Root);
                }
            },
            iter: 300);
}
