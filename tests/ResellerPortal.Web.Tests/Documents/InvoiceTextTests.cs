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
