using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Dunning;
using ResellerPortal.Core.Tests.Sending;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Currencies;

/// <summary>Customers charged in a currency other than their reseller's.</summary>
public sealed class CustomerCurrencyTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly Currency Usd = Currency.FromCode("USD");
    private static readonly BillingPeriod October = new(2026, 10);

    [Theory]
    [EachProvider]
    public async Task An_invoice_in_the_customers_currency_states_its_value_in_the_resellers(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var abroad = await AbroadAsync(database);
        await database.UseAsync(abroad.Secret, 1_000);
        var invoice = await abroad.FinaliseAsync(October);

        // 1,000 at 0.02 EUR and 1.0956 USD per EUR; 21% of 21.91.
        Assert.Equal(
            (Usd, 21_91L, 4_60L, 1_095_600_000L), (invoice.Currency, invoice.NetMinorUnits, invoice.TaxMinorUnits, invoice.RateNanos));
        var snapshot = InvoiceSnapshot.Parse(invoice.Snapshot!);
        Assert.Equal(new SnapshotReporting(Eur, 1_095_600_000, 20_00, 4_20), snapshot.Reporting);

        database.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var review = await new MonthEndReview(database.Database).ReviewAsync(abroad.Owner, October);
        var row = Assert.Single(review.Rows);
        Assert.Equal((new Money(20_00, Eur), new Money(21_91, Usd), new Money(5_00, Eur)), (row.Net, row.Invoiced, row.Margin));
        var overview = await new ResellerDashboardQueries(database.Database, database.Clock).ReadAsync(abroad.Owner);
        Assert.Equal(new RevenueSummary(1_000, new Money(20_00, Eur), new Money(15_00, Eur)), overview.Months[^3].Summary);
        Assert.Equal(
            new Money(21_91, Usd),
            (await new CustomerUsageQueries(database.Database, database.Clock).ReadAsync(
                TestData.CreateAdmin(abroad.Customer))).Months[^3].Amount);
    }

    [Fact]
    public async Task The_month_close_books_at_the_invoices_rate_and_leaves_debts_in_their_currency()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database);
        var home = await database.Data.AddCustomerAsync(abroad.Owner, "Home");
        await database.UseAsync(abroad.Secret, 1_000);
        await database.UseAsync((await database.Data.IssueAsync(abroad.Owner, home)).Secret, 100);
        await abroad.FinaliseAsync(October);
        await RateAsync(database, abroad.Owner, "USD", 2m, October.Next.FirstDay);
        await TestData.Valued(Payments(database).RecordAsync(
            abroad.Owner,
            new ReceivedPayment(
                (await abroad.InvoicesAsync()).Single(i => i.Currency == Usd).Id, 10m, October.Next.FirstDay, "", Guid.NewGuid())));

        var documents = new IssuedDocumentQueries(database.Database);
        var report = await new MonthCloseQueries(database.Database, documents).ReadAsync(abroad.Owner, October.Next);

        Assert.Equal([Eur, Usd], report.Receivables.Select(r => r.Currency));
        Assert.Equal([new Money(2_42, Eur), new Money(16_51, Usd)], report.Receivables.Select(r => r.Closing));
        Assert.Equal(
            [new Money(2_42, Eur), new Money(26_51, Usd)], report.Receivables.Select(r => r.GetMovement(ReceivablesEntryKind.Invoice)));
        Assert.Equal(new IssuedTax("S", 2100, new Money(22_00, Eur), new Money(4_62, Eur)), Assert.Single(report.Issued));
        var ofOctober = await new MonthCloseQueries(database.Database, documents).ReadAsync(abroad.Owner, October);
        Assert.Equal(
            [("Abroad", new Money(20_00, Eur), Usd), ("Home", new Money(2_00, Eur), Eur)],
            ofOctober.Rows.Select(r => (r.Name, r.Net, r.Owed.Currency)));

        var bookings = await new JournalExport(database.Database, documents, database.Clock).ReadMonthAsync(abroad.Owner, October.Next);
        Assert.Equal(
            [(new Money(26_51, Usd), new Money(24_20, Eur)), (new Money(2_42, Eur), new Money(2_42, Eur))],
            bookings.Lines.Select(b => (b.Gross, b.Booked)));
        var statement = (await new AccountStatements(database.Database, database.Clock).ReadAsync(
            TestData.CreateAdmin(abroad.Customer), abroad.Customer.Id))!;
        Assert.Equal(new Money(16_51, Usd), statement.Closing);
    }

    [Fact]
    public async Task A_draft_waits_for_a_new_one_once_a_rate_for_its_days_or_another_currency_is_set()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database);
        await database.UseAsync(abroad.Secret, 1_000);
        var draft = await abroad.DraftAsync(October);

        await RateAsync(database, abroad.Owner, "USD", 1.2m, October.Next.FirstDay);
        await RateAsync(database, abroad.Owner, "GBP", 0.9m, October.FirstDay);
        await RateAsync(database, abroad.Owner, "USD", 1.1m, October.LastDay);
        var refused = await database.Data.Invoices.FinaliseAsync(abroad.Owner, draft);
        Assert.Contains("exchange rate for this period has changed since", refused.Refusal!.Message, StringComparison.Ordinal);

        draft = await abroad.DraftAsync(October);
        await TestData.Valued(
            new CustomerCurrencyService(database.Database, database.Clock).SetAsync(abroad.Owner, abroad.Customer.Id, "GBP"));
        Assert.Contains(
            "does not exist", (await database.Data.Invoices.FinaliseAsync(abroad.Owner, draft)).Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(
            (Currency.FromCode("GBP"), 18_00L),
            ((await abroad.FinaliseAsync(October)) is var invoice ? invoice.Currency : default, invoice.NetMinorUnits));
    }

    [Fact]
    public async Task A_rate_for_later_days_leaves_a_draft_as_it_is()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database);
        await database.UseAsync(abroad.Secret, 1_000);
        var draft = await abroad.DraftAsync(October);
        await RateAsync(database, abroad.Owner, "USD", 1.2m, October.Next.FirstDay);
        Assert.Equal(21_91, (await TestData.Valued(database.Data.Invoices.FinaliseAsync(abroad.Owner, draft))).NetMinorUnits);
    }

    [Fact]
    public Task Line_by_line_or_at_once_credit_notes_credit_all_of_it_in_both_currencies() =>
        Gen.Select(Gen.Int[0, 5].Array[6], Gen.Long[500_000_000, 3_000_000_000]).SampleAsync(
            async (noteOfLine, nanos) =>
            {
                await using var database = await TestDatabaseOnSqlite.OpenAsync();
                var abroad = await AbroadAsync(database, (decimal)nanos / ExchangeRate.NanosPerUnit);
                foreach (var (i, quantity) in new long[] { 333, 7, 1_001, 12, 55, 2 }.Index())
                {
                    await database.UseAsync(abroad.Secret, quantity, $"docx-to-{(char)('a' + i)}");
                }

                var invoice = await abroad.FinaliseAsync(October);
                foreach (var note in noteOfLine.Index().GroupBy(line => line.Item, line => line.Index + 1))
                {
                    await TestData.Valued(
                        new CreditNoteService(database.Database, database.Clock).IssueAsync(abroad.Owner, invoice.Id, [.. note], "Agreed"));
                }

                var documents = await new IssuedDocumentQueries(database.Database).ListMonthAsync(abroad.Owner, October.Next);
                Assert.Equal((0L, 0L), (documents.Sum(d => (d.Net + d.Tax).MinorUnits), documents.Sum(d => d.Booked!.Gross.MinorUnits)));
                Assert.All(documents, d => Assert.Equal((nanos, Usd), (d.Snapshot.Rate.Nanos, d.Snapshot.Currency)));
            },
            iter: 12,
            threads: 1);

    [Fact]
    public async Task A_late_fee_is_converted_at_the_invoices_rate()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (fixture, abroad) = (new MailFixture(database), await AbroadAsync(database));
        await TestData.Valued(new DunningPolicyService(database.Database, fixture.Box, database.Clock).SetAsync(
            abroad.Owner, isOn: true, [new(3, 5_00, false)]));
        await database.UseAsync(abroad.Secret, 1_000);
        var invoice = await abroad.FinaliseAsync(October);
        database.Clock.SetUtcNow(new DateTimeOffset(invoice.DueOn!.Value.AddDays(5), new TimeOnly(12, 0), TimeSpan.Zero));

        await DunningTests.Work(database, fixture).RunAsync();

        Assert.Equal(new Money(5_48, Usd), (await abroad.InvoicesAsync()).Single().LateFee);
    }

    [Fact]
    public async Task A_prepaid_customers_balance_is_in_its_currency_and_stops_it_there()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database, 2m, TaxTreatment.OutsideScope);
        await TestData.Valued(new PrepaidTermsService(database.Database, database.Clock).SetAsync(abroad.Owner, abroad.Customer.Id, true));
        var payments = new BalancePaymentService(
            database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);
        var moved = await TestData.Valued(
            payments.TopUpAsync(abroad.Owner, new BalancePayment(abroad.Customer.Id, 4m, new DateOnly(2026, 10, 1), "", Guid.NewGuid())));
        Assert.Equal(new Money(4_00, Usd), moved.Amount);

        // A conversion costs 0.02 EUR, which is 0.04 USD: the balance covers exactly 100.
        Assert.IsType<ReserveResult.BalanceSpent>(
            await database.ReserveAsync(abroad.Secret, 101));
        Assert.IsType<ReserveResult.Held>(
            await database.ReserveAsync(abroad.Secret, 100));
        var overview = (await new BalanceQueries(database.Database, database.Clock).ReadAsync(
            TestData.CreateAdmin(abroad.Customer), abroad.Customer.Id))!;
        Assert.Equal(new Money(0, Usd), overview.Spending.Left);
    }

    [Theory]
    [InlineData("price", "its own prices")]
    [InlineData("invoice", "invoices")]
    [InlineData("balance", "balance transactions")]
    public async Task A_currency_in_use_cannot_be_changed(string what, string said)
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database);
        switch (what)
        {
            case "price":
                await database.Data.PriceAsync(abroad.Owner, abroad.Customer, new Markup.FixedPrice(30_000, Usd), October.FirstDay);
                break;
            case "balance":
                var payments = new BalancePaymentService(
                    database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);
                await TestData.Valued(payments.TopUpAsync(
                    abroad.Owner, new BalancePayment(abroad.Customer.Id, 5m, new DateOnly(2026, 10, 1), "", Guid.NewGuid())));
                break;
            default:
                await database.UseAsync(abroad.Secret, 10);
                await abroad.FinaliseAsync(October);
                break;
        }

        var currencies = new CustomerCurrencyService(database.Database, database.Clock);
        Assert.Contains(
            $"has {said} in USD",
            (await currencies.SetAsync(abroad.Owner, abroad.Customer.Id, "EUR")).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Equal(Usd, (await TestData.Valued(currencies.SetAsync(abroad.Owner, abroad.Customer.Id, "USD"))).Currency);
    }

    [Fact]
    public async Task A_customers_own_price_is_in_its_currency_and_warned_of_by_its_converted_cost()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database, 2m);
        Assert.Contains(
            "Enter the price in USD",
            (await database.Data.RateCards.SetAsync(
                abroad.Owner,
                abroad.Customer.Id,
                CardTerms.FromPrice(new Markup.FixedPrice(25_000, Eur)),
                October.FirstDay)).Refusal!.Message,
            StringComparison.Ordinal);

        // 0.025 USD would cover a cost of 0.015 EUR if that were not 0.03 USD.
        var change = await database.Data.PriceAsync(abroad.Owner, abroad.Customer, new Markup.FixedPrice(25_000, Usd), October.FirstDay);
        Assert.Contains("costs you 0.03 USD", change.Warning, StringComparison.Ordinal);
        Assert.Equal(
            ["0.025 USD each", "0.02 EUR each"], (await database.Data.RateCards.ListHistoryAsync(abroad.Owner)).Select(p => p.Price));
    }

    [Fact]
    public async Task Rates_are_checked_kept_apart_by_reseller_and_in_the_history()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var abroad = await AbroadAsync(database);
        var (_, fabrikam) = await database.Data.AddResellerAsync("fabrikam");
        var rates = new CurrencyRateService(database.Database, database.Clock);
        foreach (var (code, units, from, said) in ((string, decimal, DateOnly, string)[])[
            ("EUR", 1m, October.FirstDay, "your own "
                + "currency"), ("DOLLARS", 1m, October.FirstDay, "ISO 4217"), ("USD", 0m, October.FirstDay, "above 0"),
            (
                "USD",
                1.000_000_000_1m,
                October.FirstDay,
                "nine decimals"), ("USD", 1_000_001m, October.FirstDay, "at most one million"), ("USD", 1m, October.FirstDay.AddYears(
                    -2), "within a year")])
        {
            Assert.Contains(said, (await rates.SetAsync(abroad.Owner, code, units, from)).Refusal!.Message, StringComparison.Ordinal);
        }

        Assert.Empty((await rates.ReadAsync(fabrikam)).Others);
        var unknown = await database.Data.Customers.AddAsync(
            fabrikam,
            new CustomerDetails(
                "Else",
                "else@else.example",
                new PostalAddress("", "", "", "US"),
                null,
                TaxTreatment.OutsideScope,
                3,
                null,
                Currency: "USD"));
        Assert.Contains("no exchange rate for USD", unknown.Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains(
            "not exist",
            (await new CustomerCurrencyService(database.Database, database.Clock).SetAsync(
                fabrikam, abroad.Customer.Id, "EUR")).Refusal!.Message,
            StringComparison.Ordinal);
        await RateAsync(database, fabrikam, "USD", 5m, October.FirstDay);
        var own = Assert.Single((await rates.ReadAsync(abroad.Owner)).Others);
        Assert.Equal((1.0956m, 1), (own.Today.Amount, own.Customers));

        await using var db = database.OpenAll();
        Assert.Equal(
            ["1 EUR = 1.0956 USD from 2026-10-01", "1 EUR = 5.0 USD from 2026-10-01"],
            await db.Set<AuditEntry>()
                .Where(a => a.Action == Permission.PricesEdit && a.Subject.StartsWith("1 EUR"))
                .OrderBy(a => a.Subject)
                .Select(a => a.Subject)
                .ToListAsync());
        await using var ofCustomer = database.Database.Open(TenantScope.ForCustomer(abroad.Customer.ResellerId, abroad.Customer.Id));
        Assert.Empty(await ofCustomer.CurrencyRates.ToListAsync());
    }

    private static InvoicePaymentService Payments(TestDatabase database) =>
        new(database.Database, new AccountPausePolicy(database.Database, database.Clock), database.Clock);

    private static Task<CurrencyRate> RateAsync(TestDatabase database, Actor owner, string code, decimal units, DateOnly from) =>
        TestData.Valued(new CurrencyRateService(database.Database, database.Clock).SetAsync(owner, code, units, from));

    /// <summary>A reseller in EUR that charges 0.02 at a cost of 0.015, and a customer charged in USD.</summary>
    private static async Task<CurrencyFixture> AbroadAsync(
        TestDatabase database,
        decimal units = 1.0956m,
        TaxTreatment tax = TaxTreatment.Standard)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind", zone: "UTC");
        await database.Data.BuyAsync(owner, 12_000, 180);
        await database.Data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, Eur), October.FirstDay);
        await RateAsync(database, owner, "USD", units, October.FirstDay);
        var details = new CustomerDetails(
            "Abroad",
            "billing@abroad.example",
            new PostalAddress("1 Main Street", "NY 10001", "New York", "US"),
            null,
            tax,
            3,
            null,
            Currency: "USD");
        var customer = (await database.Data.Customers.AddAsync(owner, details, TestData.Password)).Value.Customer;
        return new CurrencyFixture(database, owner, customer, (await database.Data.IssueAsync(owner, customer)).Secret);
    }

    private sealed record CurrencyFixture(TestDatabase Live, Actor Owner, Customer Customer, string Secret)
    {
        public async Task<Guid> DraftAsync(BillingPeriod month)
        {
            Live.Clock.SetUtcNow(month.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
            return (await Live.Data.Drafter.DraftAsync(
                Owner, month)).Value.Results.Single(r => r.CustomerId == Customer.Id).InvoiceId!.Value;
        }

        /// <summary>Drafts the month for all customers.</summary>
        /// <returns>The customer's draft.</returns>
        public async Task<Invoice> FinaliseAsync(BillingPeriod month)
        {
            var id = await DraftAsync(month);
            var drafts = (await InvoicesAsync()).OrderBy(i => i.CustomerId == Customer.Id ? 0 : 1).Select(i => i.Id).ToList();
            Assert.Empty((await Live.Data.Invoices.FinaliseAllAsync(Owner, drafts)).Refusals);
            return (await InvoicesAsync()).Single(i => i.Id == id);
        }

        public async Task<List<Invoice>> InvoicesAsync()
        {
            await using var db = Live.OpenAll();
            return await db.Invoices.AsNoTracking().ToListAsync();
        }
    }
}
