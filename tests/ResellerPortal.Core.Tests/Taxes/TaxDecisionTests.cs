using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Taxes;

public sealed class TaxDecisionTests
{
    private static readonly DateOnly Day = new(2026, 10, 31);

    [Theory]
    [InlineData("LT", "LT", "LT100001919017", "S", 2100)]
    [InlineData("LT", "LT", null, "S", 2100)]
    [InlineData("LT", "DE", "DE136695976", "AE", 0)]
    [InlineData("LT", "DE", null, "S", 2100)]
    [InlineData("LT", "GR", "EL094259216", "AE", 0)]
    [InlineData("LT", "US", null, "O", 0)]
    [InlineData("LT", "GB", "GB123456789", "O", 0)]
    [InlineData("LT", "NO", null, "O", 0)]
    [InlineData("GB", "GB", null, "S", 2000)]
    [InlineData("GB", "DE", "DE136695976", "O", 0)]
    [InlineData("CH", "CH", null, "S", 810)]
    [InlineData("US", "US", null, "O", 0)]
    [InlineData("US", "DE", "DE136695976", "O", 0)]
    public void Countries_and_the_vat_id_decide(string home, string abroad, string? vatId, string category, int rate)
    {
        var terms = TaxDecision.Decide(Seller(home), Buyer(abroad, TaxTreatment.Automatic, vatId), Day, DocumentLanguage.English);
        Assert.Equal((category, rate), (terms.Category, terms.RateBasisPoints));
        Assert.Equal(category == "S", terms.Reason is null);
        Assert.Equal(category switch { "S" => null, "AE" => "VATEX-EU-AE", _ => "VATEX-EU-O" }, terms.ReasonCode);
    }

    [Theory]
    [InlineData("LT", "DE", null, "S", 1900)]
    [InlineData("LT", "FI", null, "S", 2550)]
    [InlineData("LT", "LT", null, "S", 2100)]
    [InlineData("LT", "DE", "DE136695976", "AE", 0)]
    [InlineData("LT", "NO", null, "O", 0)]
    [InlineData("GB", "DE", null, "O", 0)]
    public void With_the_One_Stop_Shop_consumers_of_the_Union_pay_their_own_rate(
        string home,
        string abroad,
        string? vatId,
        string category,
        int rate)
    {
        var seller = Seller(home);
        seller.UsesOneStopShop = true;
        var terms = TaxDecision.Decide(seller, Buyer(abroad, TaxTreatment.Automatic, vatId), Day, DocumentLanguage.English);
        Assert.Equal((category, rate), (terms.Category, terms.RateBasisPoints));
    }

    [Theory]
    [InlineData(TaxTreatment.Standard, "S", 2100, null)]
    [InlineData(TaxTreatment.ReverseCharge, "AE", 0, "Reverse charge")]
    [InlineData(TaxTreatment.OutsideScope, "O", 0, "Not subject to tax")]
    [InlineData(TaxTreatment.Export, "G", 0, "Export")]
    [InlineData(TaxTreatment.Exempt, "E", 0, "International organisation")]
    public void A_chosen_tax_treatment_overrides_the_countries(TaxTreatment treatment, string category, int rate, string? reason)
    {
        var terms = TaxDecision.Decide(Seller("LT"), Buyer("US", treatment, null), Day, DocumentLanguage.English);
        Assert.Equal((category, rate), (terms.Category, terms.RateBasisPoints));
        Assert.StartsWith(reason ?? "", terms.Reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_sellers_own_rate_overrides_the_table()
    {
        Assert.Equal(("S", 900), Decide(Seller("LT", 900)));
        Assert.Equal(("S", 850), Decide(Seller("US", 850)));

        static (string, int) Decide(Reseller seller) =>
            TaxDecision.Decide(
                seller,
                Buyer(seller.Address.Country, TaxTreatment.Automatic, null),
                Day,
                DocumentLanguage.English) is var terms ? (terms.Category, terms.RateBasisPoints) : default;
    }

    [Theory]
    [InlineData("EE", "2023-12-31", 2000)]
    [InlineData("EE", "2024-01-01", 2200)]
    [InlineData("EE", "2025-06-30", 2200)]
    [InlineData("EE", "2025-07-01", 2400)]
    [InlineData("FI", "2024-08-31", 2400)]
    [InlineData("FI", "2024-09-01", 2550)]
    [InlineData("RO", "2025-07-31", 1900)]
    [InlineData("RO", "2025-08-01", 2100)]
    [InlineData("SK", "2025-01-01", 2300)]
    [InlineData("CH", "2023-12-31", 770)]
    [InlineData("CH", "2024-01-01", 810)]
    public void A_rate_holds_from_its_day(string country, string day, int rate) =>
        Assert.Equal(rate, TaxRates.FindStandardRate(country, DateOnly.Parse(day, null)));

    [Fact]
    public void All_27_member_states_have_a_rate_as_the_directive_allows_it()
    {
        var members = TaxRates.Countries.Where(TaxRates.IsInTheUnion).ToList();
        Assert.Equal(27, members.Count);

        // Article 97 of Council Directive 2006/112/EC: at least 15%.
        Assert.All(members, country => Assert.InRange(TaxRates.FindStandardRate(country, Day)!.Value, 1500, 2700));
        Assert.Null(TaxRates.FindStandardRate("US", Day));
    }

    [Fact]
    public async Task Details_that_an_invoice_could_not_print_are_refused()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var details = new Core.Accounts.CustomerDetails(
            "Acme", "a@acme.example", new PostalAddress("Road 2", "10115", "Berlin", "DE"), null, TaxTreatment.Automatic, 3, null);

        Assert.Contains(
            "not a valid VAT ID for Germany",
            (await sqlite.Data.Customers.AddAsync(owner, details with { VatId = "DE12" })).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "VAT ID",
            (await sqlite.Data.Customers.AddAsync(owner, details with { TaxTreatment = TaxTreatment.ReverseCharge })).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "reason for the tax exemption",
            (await sqlite.Data.Customers.AddAsync(owner, details with { TaxTreatment = TaxTreatment.Exempt })).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "DE136695976", (await sqlite.Data.Customers.AddAsync(owner, details with { VatId = "de 136 695 976" })).Value.Customer.VatId);
    }

    [Fact]
    public async Task The_reason_stands_on_the_draft_and_in_the_snapshot()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind", taxBasisPoints: null);
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        var details = new Core.Accounts.CustomerDetails(
            "Acme", "a@acme.example", new PostalAddress("Road 2", "10115", "Berlin", "DE"), "DE136695976", TaxTreatment.Automatic, 3, null);
        var customer = (await sqlite.Data.Customers.AddAsync(owner, details, TestData.Password)).Value.Customer;
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, customer)).Secret, 100);
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero));
        var draft = (await sqlite.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results.Single();
        var invoice = await TestData.Valued(sqlite.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));

        var tax = Assert.Single(InvoiceSnapshot.Parse(invoice.Snapshot!).Taxes);
        Assert.Equal(
            ("AE", 0, 150L, 0L, "VATEX-EU-AE"),
            (tax.Category, tax.RateBasisPoints, tax.TaxableMinorUnits, tax.TaxMinorUnits, tax.ReasonCode));
        Assert.Contains("Article 196", tax.Reason, StringComparison.Ordinal);
    }

    private static Reseller Seller(string country, int? rate = null) => new()
    {
        Slug = "northwind",
        Name = "Northwind",
        Currency = Currency.FromCode("EUR"),
        TimeZone = "UTC",
        Address = new PostalAddress("", "", "", country),
        StandardTaxBasisPoints = rate,
    };

    private static Customer Buyer(string country, TaxTreatment treatment, string? vatId) => new()
    {
        ResellerId = ResellerId.New(),
        Name = "Acme",
        Email = "a@acme.example",
        Address = new PostalAddress("", "", "", country),
        Currency = Currency.FromCode("EUR"),
        VatId = vatId,
        TaxTreatment = treatment,
        TaxExemptionReason = treatment == TaxTreatment.Exempt ? "International organisation" : null,
    };
}
