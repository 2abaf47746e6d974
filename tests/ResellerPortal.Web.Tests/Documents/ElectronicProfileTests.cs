using CsCheck;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Invoices.Electronic;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>
/// Random documents of each profile against the rules of EN 16931, Peppol and XRechnung. With E_INVOICES_FOLDER set, each is also written
/// to that folder, so that the official rules can be run over them.
/// </summary>
public sealed class ElectronicProfileTests
{
    private const int Wanted = 1_000;

    private static readonly string? Folder = Environment.GetEnvironmentVariable("E_INVOICES_FOLDER");

    [Theory]
    [InlineData(ElectronicProfile.Standard)]
    [InlineData(ElectronicProfile.Peppol)]
    [InlineData(ElectronicProfile.XRechnung)]
    public void A_thousand_random_documents_keep_every_rule_or_say_what_they_lack(ElectronicProfile profile)
    {
        var (written, lacking) = (0, 0);
        RandomDocuments.ForProfile(profile).Sample(
            snapshot =>
            {
                var writer = new ElectronicInvoiceWriter();
                if (writer.FindMissing(snapshot).Count > 0)
                {
                    Interlocked.Increment(ref lacking);
                    Assert.Throws<InvalidOperationException>(() => writer.Write(snapshot, ElectronicSyntax.Ubl));
                    return;
                }

                var (ubl, cii) = (SampleDocuments.Ubl(snapshot), SampleDocuments.Cii(snapshot));
                Assert.Empty(En16931Rules.BrokenBy(ubl));
                Assert.Empty(ProfileRules.BrokenBy(ubl));
                Assert.Empty(CiiSchema.FindFaults(cii));
                Assert.Equal(ElectronicAmounts.OfUbl(ubl), ElectronicAmounts.OfCii(cii));
                var number = Interlocked.Increment(ref written);
                if (Folder is not null)
                {
                    File.WriteAllBytes(Path.Combine(Folder, $"{profile}-{number:0000}.ubl.xml"), ubl);
                    File.WriteAllBytes(Path.Combine(Folder, $"{profile}-{number:0000}.cii.xml"), cii);
                }
            },
            iter: Wanted * 6);
        TestContext.Current.SendDiagnosticMessage("{0}: {1} documents kept the rules, {2} said what they lack.", profile, written, lacking);
        Assert.True(written >= Wanted, $"Only {written} documents were complete.");
        Assert.True(lacking > 0);
    }

    [Theory]
    [InlineData(ElectronicProfile.Standard)]
    [InlineData(ElectronicProfile.Peppol)]
    [InlineData(ElectronicProfile.XRechnung)]
    public void Tax_in_the_currency_of_the_sellers_country_is_in_every_profile_syntax_and_kind(ElectronicProfile profile)
    {
        var sample = SampleDocuments.Standard();
        sample = sample with
        {
            ElectronicProfile = profile,
            Seller = sample.Seller with { ContactName = "Rasa", Phone = "+370 5 000 0000" },
            BuyerReference = "04011000-12345-03",
            Account = new BankAccount("Northwind", "LT121000011101001000", ""),
        };
        foreach (var credits in (SnapshotCredit?[])[null, new SnapshotCredit("INV-0", sample.IssuedOn, "Agreed")])
        {
            var document = sample with { Credits = credits };
            foreach (var (snapshot, accounted) in (ReadOnlySpan<(Core.Invoicing.InvoiceSnapshot, string)>)[
                (SampleDocuments.Taxed(document, "PLN", 4_256_700_000), "BT-6 PLN BT-111 8.94"),
                (SampleDocuments.Taxed(SampleDocuments.Abroad(document, "USD", 900_000_000), "PLN", 3_831_030_000), "BT-6 PLN BT-111 8.94"),
                (SampleDocuments.Abroad(document, "SEK", 90_000_000), "BT-6 SEK BT-111 23.33"),
                (document, "BT-6  BT-111 "),
            ])
            {
                Assert.Equal(accounted, ElectronicAmounts.OfUbl(SampleDocuments.Ubl(snapshot))[^1]);
                Assert.Equal(accounted, ElectronicAmounts.OfCii(SampleDocuments.Cii(snapshot))[^1]);
                Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
                Assert.Empty(ProfileRules.BrokenBy(SampleDocuments.Ubl(snapshot)));
            }
        }
    }

    [Theory]
    [InlineData("JPY", 33)]
    [InlineData("EUR", 33)]
    public void A_price_that_does_not_come_to_its_amount_is_said_for_all_of_them(string currency, long amount)
    {
        // 7 at 4.76 would be 33.32: in yen, no amount at all.
        var sample = SampleDocuments.Standard();
        var snapshot = sample with
        {
            Currency = Core.Monetary.Currency.FromCode(currency),
            Lines = [sample.Lines[0] with { Quantity = 7, UnitPriceMicros = 4_760_000, AmountMinorUnits = amount }],
            Taxes = [sample.Taxes[0] with { TaxableMinorUnits = amount, TaxMinorUnits = 7 }],
            NetMinorUnits = amount,
            TaxMinorUnits = 7,
            TotalMinorUnits = amount + 7,
        };

        Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
    }
}
