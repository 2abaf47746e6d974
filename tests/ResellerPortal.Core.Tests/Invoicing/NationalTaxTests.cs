using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

/// <summary>The tax of an invoice in the currency of its seller's country (Directive 2006/112/EC, Article 230).</summary>
public sealed class NationalTaxTests
{
    private static readonly BillingPeriod October = new(2026, 10);
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly PortalAddress Portal = new("https://portal.example");

    /// <summary>1,000 conversions at 0.02 EUR, 21% tax, from a reseller with books in EUR.</summary>
    [Theory]
    [InlineData("PL", "EUR", "PLN", 4_256_700_000, 4_20, 17_88)] // 4.20 × 4.2567 = 17.87814.
    [InlineData("GB", "EUR", "GBP", 868_500_000, 4_20, 3_65)] // 4.20 × 0.8685 = 3.6477.
    [InlineData("JP", "EUR", "JPY", 178_350_000_000, 4_20, 749)] // 4.20 × 178.35 = 749.07.
    [InlineData("PL", "USD", "PLN", 4_256_700_000, 4_60, 17_87)] // 4.60 / 1.0956 × 4.2567 = 17.872…
    [InlineData("DE", "USD", "EUR", 1_000_000_000, 4_60, 4_20)] // 4.60 / 1.0956 = 4.1986.
    public async Task An_invoice_states_its_tax_in_the_currency_of_the_sellers_country(
        string country,
        string charged,
        string national,
        long nanos,
        long tax,
        long nationalTax)
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var seller = await SellAsync(database, country, charged);
        if (national != "EUR")
        {
            await RateAsync(database, seller, national, nanos, October.FirstDay);
        }

        var snapshot = (await FinaliseAsync(database, seller)).Value;

        Assert.Equal((tax, Currency.FromCode(charged)), (snapshot.TaxMinorUnits, snapshot.Currency));
        Assert.Equal(new SnapshotNationalTax(Currency.FromCode(national), Eur, nanos, nationalTax), snapshot.NationalTax);
        Assert.Equal(new Money(nationalTax, Currency.FromCode(national)), snapshot.AccountedTax);
        Assert.Equal(charged == "EUR" ? null : new SnapshotReporting(Eur, 1_095_600_000, 20_00, 4_20), snapshot.Reporting);
        Assert.Equal(snapshot.ToJson(), InvoiceSnapshot.Parse(snapshot.ToJson()).ToJson());
    }

    [Theory]
    [InlineData("LT", "EUR")]
    [InlineData("PL", "PLN")]
    [InlineData("VN", "EUR")]
    [InlineData("US", "EUR")]
    public async Task An_invoice_in_the_currency_of_the_country_states_its_tax_once(string country, string charged)
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var seller = await SellAsync(database, country, charged);

        var snapshot = (await FinaliseAsync(database, seller)).Value;

        Assert.NotEqual(0, snapshot.TaxMinorUnits);
        Assert.Null(snapshot.NationalTax);
        Assert.Null(snapshot.AccountedTax);
    }

    [Fact]
    public async Task Without_a_rate_nothing_is_finalised_or_lost_and_pages_say_what_to_do()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var seller = await SellAsync(database, "PL", "EUR");
        var settings = new InvoiceSettingsService(database.Database, database.Clock, Portal);
        const string remedy = "Invoices with VAT state it in PLN as well, the currency of Poland. "
            + "Add a rate for PLN under Currencies before you finalise them.";

        var refused = await FinaliseAsync(database, seller);

        Assert.Equal("Acme: " + remedy, refused.Refusal!.Message);
        Assert.Equal(remedy, await settings.FindRateRemedyAsync(seller.Owner));
        var review = await new MonthEndReview(database.Database).ReviewAsync(seller.Owner, October);
        Assert.Equal(remedy, review.RateRemedy);
        var draft = Assert.Single(review.Drafts);
        Assert.Contains(DraftWarning.NoTaxRate, draft.Warnings);

        await RateAsync(database, seller, "PLN", 4_256_700_000, October.FirstDay);
        Assert.Null(await settings.FindRateRemedyAsync(seller.Owner));
        var invoice = (await database.Data.Invoices.FinaliseAsync(seller.Owner, draft.InvoiceId)).Value;
        Assert.Equal(17_88, InvoiceSnapshot.Parse(invoice.Snapshot!).NationalTax?.TaxMinorUnits);
        review = await new MonthEndReview(database.Database).ReviewAsync(seller.Owner, October);
        Assert.Null(review.RateRemedy);
        Assert.EndsWith("0001", Assert.Single(review.Rows).Number, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tax_no_rate_is_needed()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var seller = await SellAsync(database, "PL", "EUR", TaxTreatment.ReverseCharge);

        var snapshot = (await FinaliseAsync(database, seller)).Value;

        Assert.Equal((0, null), (snapshot.TaxMinorUnits, snapshot.AccountedTax));
    }

    [Fact]
    public async Task The_rate_is_that_of_the_last_day_of_the_month_and_a_credit_note_takes_its_invoices()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var seller = await SellAsync(database, "PL", "EUR");
        await RateAsync(database, seller, "PLN", 4_000_000_000, October.FirstDay);
        await RateAsync(database, seller, "PLN", 4_256_700_000, October.LastDay);
        await RateAsync(database, seller, "PLN", 5_000_000_000, October.Next.FirstDay);
        var snapshot = (await FinaliseAsync(database, seller)).Value;
        Assert.Equal(17_88, snapshot.NationalTax!.TaxMinorUnits);
        await RateAsync(database, seller, "PLN", 6_000_000_000, October.FirstDay);

        var note = CreditNoteSnapshotFactory.CreateForLines(snapshot, [1], [], "Agreed", October.Next.LastDay);

        Assert.Equal(snapshot.NationalTax, note.NationalTax);
        Assert.Equal(snapshot.AccountedTax, note.AccountedTax);
    }

    [Fact]
    public void A_document_of_before_accounts_its_tax_in_the_sellers_currency_as_it_did()
    {
        var snapshot = InvoiceSnapshot.Parse("""
            {"version":3,"number":"INV-1","issuedOn":"2026-11-01","dueOn":"2026-11-15","periodFrom":"2026-10-01","periodTo":"2026-10-31",
            "currency":"USD","reporting":{"currency":"EUR","rateNanos":1095600000,"netMinorUnits":2000,"taxMinorUnits":420},
            "seller":{"name":"A","address":{"street":"","city":"","postalCode":"","country":"PL"},"vatId":null,"email":""},
            "buyer":{"name":"B","address":{"street":"","city":"","postalCode":"","country":"DE"},"vatId":null,"email":""},
            "lines":[],"taxes":[],"netMinorUnits":2191,"taxMinorUnits":460,"totalMinorUnits":2651,"paymentInstructions":"",
            "accentColor":"#000000","ledger":{"firstSequence":1,"lastSequence":1,"chainHead":""},"days":[]}
            """);

        Assert.Equal(new Money(4_20, Eur), snapshot.AccountedTax);
        Assert.Null((snapshot with { Version = InvoiceSnapshot.CurrentVersion }).AccountedTax);
    }

    /// <summary>A reseller in a country with books in EUR, and a customer that used 1,000 conversions.</summary>
    private static async Task<Seller> SellAsync(
        TestDatabase database,
        string country,
        string charged,
        TaxTreatment tax = TaxTreatment.Standard)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind", zone: "UTC");
        var settings = new InvoiceSettingsService(database.Database, database.Clock, Portal);
        var before = DocumentSettings.FromReseller(await settings.ReadAsync(owner));
        await TestData.Valued(settings.SaveAsync(owner, before with
        {
            Address = before.Address with { Country = country },
            VatId = null,
        }));
        await database.Data.BuyAsync(owner, 12_000, 180);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, Eur), October.FirstDay);
        var seller = new Seller(owner);
        if (charged != "EUR")
        {
            await RateAsync(database, seller, charged, charged == "PLN" ? 4_256_700_000 : 1_095_600_000, October.FirstDay);
        }

        var details = new CustomerDetails(
            "Acme",
            "billing@acme.example",
            new PostalAddress("Road 2", "10115", "Berlin", "DE"),
            "DE136695976",
            tax,
            3,
            null,
            Currency: charged);
        var customer = (await database.Data.Customers.AddAsync(owner, details, TestData.Password)).Value.Customer;
        await database.UseAsync((await database.Data.IssueAsync(owner, customer)).Secret, 1_000);
        return seller;
    }

    private static Task<CurrencyRate> RateAsync(TestDatabase database, Seller seller, string code, long nanos, DateOnly from) =>
        TestData.Valued(new CurrencyRateService(database.Database, database.Clock).SetAsync(
            seller.Owner, code, (decimal)nanos / ExchangeRate.NanosPerUnit, from));

    private static async Task<Outcome<InvoiceSnapshot>> FinaliseAsync(TestDatabase database, Seller seller)
    {
        database.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var draft = Assert.Single((await database.Data.Drafter.DraftAsync(seller.Owner, October)).Value.Results);
        var outcome = await database.Data.Invoices.FinaliseAsync(seller.Owner, draft.InvoiceId!.Value);
        return outcome.Refusal is { } refusal ? refusal : InvoiceSnapshot.Parse(outcome.Value.Snapshot!);
    }

    private sealed record Seller(Actor Owner);
}
