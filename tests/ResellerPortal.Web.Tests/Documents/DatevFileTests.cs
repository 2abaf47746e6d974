using System.Globalization;
using System.Text;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class DatevFileTests
{
    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_months_documents_are_bookings_of_each_reseller_alone()
    {
        using var server = PortalServer.Start(MidOctober);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 12_000, 180);
        var (first, second) = (await server.Data.AddCustomerAsync(owner, "Acme"), await server.Data.AddCustomerAsync(owner, "Birch"));
        var details = new Core.Accounts.CustomerDetails(
            "Birch \"& Söhne", second.Email, second.Address, "DE136695976", TaxTreatment.ReverseCharge, 3, null);
        await TestData.Valued(server.Data.Customers.UpdateAsync(owner, second.Id, details));
        foreach (var customer in new[] { first, second })
        {
            await server.Data.Recorder.RecordAsync(
                owner.Scope, [TestData.Fact(await server.Data.IssueAsync(owner, customer), server.Clock.GetUtcNow(), 100)]);
        }

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        foreach (var draft in (await server.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results)
        {
            await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
        }

        var page = await server.Services.GetRequiredService<InvoiceQueries>().ReadPageAsync(
            owner, new InvoiceFilter(CustomerId: second.Id), InvoiceSort.Month, true, 0, 1);
        await TestData.Valued(server.Services.GetRequiredService<CreditNoteService>().IssueAsync(owner, page.Rows[0].Id, [1], "Agreed"));
        var journal = server.Services.GetRequiredService<JournalExport>();
        Assert.Contains(
            "4 to 8 digits",
            (await journal.SetAsync(owner, new JournalAccountNumbers(29098, 55003, 440, 8336, 8338, 10_000))).Refusal!.Message,
            StringComparison.Ordinal);
        await TestData.Valued(journal.SetAsync(owner, new JournalAccountNumbers(29098, 55003, 4400, 4336, 4338, 20_000)));
        var (_, stranger) = await server.Data.AddResellerAsync("fabrikam");

        var bytes = await (await server.SignedInAsync("owner@northwind.example")).GetByteArrayAsync("/reseller/journal.csv?month=2026-11");

        Assert.Equal(Encoding.UTF8.GetPreamble(), bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");

        // Noon UTC is 14:00 in Vilnius; the server clock keeps running.
        Assert.Matches(
            "^\"EXTF\";700;21;\"Buchungsstapel\";13;202611011400[0-9]{5};;"
                + "\"RP\";\"\";\"\";29098;55003;20260101;4;20261101;20261130;\"Rechnungsausgang 11/2026\"",
            lines[0]);
        Assert.Equal(31, lines[0].Split(';').Length);
        Assert.Equal(41, lines[1].Split(';').Length);
        Assert.Equal(
            [
                "1,82;\"S\";\"EUR\";;;\"\";20000;4400;\"\";0111;\"INV-2026-0001\";\"151126\";;\"Acme\"",
                "1,50;\"S\";\"EUR\";;;\"\";20001;4336;\"\";0111;\"INV-2026-0002\";\"151126\";;\"Birch \"\"& Söhne\"",
                "1,50;\"H\";\"EUR\";;;\"\";20001;4336;\"\";0111;\"CN-2026-0001\";\"\";;\"Birch \"\"& Söhne\"",
                "",
            ],
            lines[2..].Select(line => string.Join(';', line.Split(';').Take(14))));

        // Only the sale under reverse charge belongs on the recapitulative statement.
        Assert.Equal(["\"\"", "\"DE136695976\"", "\"DE136695976\""], lines[2..5].Select(line => line.Split(';')[39]));
        Assert.Empty((await journal.ReadMonthAsync(stranger, new BillingPeriod(2026, 11))).Lines);
        Assert.Equal(10_000, (await journal.ReadAsync(stranger)).FirstDebtor);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => journal.ReadAsync(TestData.CreateAdmin(first)));
    }

    [Fact]
    public void A_document_in_another_currency_is_booked_with_its_rate_and_worth() =>

        // 12.10 USD, of which 10.00 and 2.10 convert to 9.13 and 1.92 EUR.
        Assert.StartsWith(
            "12,10;\"S\";\"USD\";1,095600;11,05;\"EUR\";10000;8400;",
            WriteLine("USD", 1_095_600_000, 1_000),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("GBP", 850_000_000, 1_000, "14,23;\"S\";\"EUR\";;;\"\";", "\"Acme 12.10 GBP\"")]
    [InlineData("KWD", 1_100_000_000, 1_000, "1,10;\"S\";\"EUR\";;;\"\";", "\"Acme 1.210 KWD\"")]
    [InlineData("JPY", 160_000_000_000, 1_000, "1210,00;\"S\";\"JPY\";160,000000;7,56;\"EUR\";", "\"Acme\"")]
    [InlineData("HUF", 10_000_000_000_000, 100_000_000, "121,00;\"S\";\"EUR\";;;\"\";", "\"Acme 1,210,000.00 HUF\"")]
    public void Amounts_have_two_decimals_and_what_the_format_cannot_express_is_booked_at_its_worth(
        string currency,
        long nanos,
        long net,
        string amounts,
        string text)
    {
        var line = WriteLine(currency, nanos, net);

        Assert.StartsWith(amounts, line, StringComparison.Ordinal);
        Assert.Equal(text, line.Split(';')[13]);
    }

    [Theory]
    [InlineData("INV-2026/0001", "INV-2026/0001")]
    [InlineData("Nr. 2026_1#7 Ä", "Nr--2026-1-7--")]
    [InlineData("A-very-long-series-of-invoice-numbers-2026-000123", "eries-of-invoice-numbers-2026-000123")]
    public void A_document_field_holds_only_what_the_format_allows(string number, string written) =>
        Assert.Equal(
            $"\"{written}\"", Write(SampleDocuments.Standard() with { Number = number }, Accounts()).Split("\r\n")[2].Split(';')[10]);

    [Theory]
    [InlineData(0, "Tab\there and\nthere", "Tab here and there")]
    [InlineData(58, "😀😀", "😀")]
    [InlineData(59, "😀", "")]
    public void A_text_holds_no_control_characters_and_no_half_of_a_character(int letters, string end, string writtenEnd)
    {
        var (name, written) = (new string('a', letters) + end, new string('a', letters) + writtenEnd);
        var snapshot = SampleDocuments.Standard();

        Assert.Equal(
            $"\"{written}\"",
            Write(snapshot with { Buyer = snapshot.Buyer with { Name = name } }, Accounts()).Split("\r\n")[2].Split(';')[13]);
    }

    [Theory]
    [InlineData(8400, 8320)]
    [InlineData(4400, 4320)]
    [InlineData(440_000, 432_000)]
    public void A_consumers_tax_in_another_member_state_is_booked_apart_with_country_and_rate(int taxed, int expected)
    {
        // A Lithuanian seller taxes a Greek consumer at 24%.
        var snapshot = SampleDocuments.Snapshot(new TaxTerms("S", 2400, null, null), [("docx → pdf", 20, 500_000, 1_000)]);
        snapshot = snapshot with
        {
            Buyer = snapshot.Buyer with { Address = snapshot.Buyer.Address with { Country = "GR" }, VatId = null },
        };
        var accounts = Accounts();
        accounts.Taxed = taxed;

        var fields = Write(snapshot, accounts).Split("\r\n")[2].Split(';');

        Assert.Equal((expected.ToString(CultureInfo.InvariantCulture), "\"EL\"", "24,00"), (fields[7], fields[39], fields[40]));
    }

    [Theory]
    [InlineData(1000, 1, 8400, 8336, 8338, 10_000, "1001")]
    [InlineData(1001, 100_000, 8400, 8336, 8338, 10_000, "5 digits")]
    [InlineData(1001, 1, 84_000, 8336, 8338, 100_000, "same length")]
    [InlineData(1001, 1, 840_000_000, 833_600_000, 833_800_000, 1_000_000_000, "8 digits")]
    [InlineData(1001, 1, 8400, 8336, 8338, 70_000, "begins with 1 to 6")]
    [InlineData(1001, 1, 84_000, 83_360, 83_380, 10_000, "6 digits")]
    [InlineData(1001, 1, 84_000_000, 83_360_000, 83_380_000, 699_999_999, null)]
    public async Task Account_numbers_are_what_the_format_accepts(
        int consultant,
        int client,
        int taxed,
        int reverse,
        int untaxed,
        int debtor,
        string? refused)
    {
        using var server = PortalServer.Start(MidOctober);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");

        var outcome = await server.Services.GetRequiredService<JournalExport>().SetAsync(
            owner, new JournalAccountNumbers(consultant, client, taxed, reverse, untaxed, debtor));

        if (refused is null)
        {
            Assert.Null(outcome.Refusal);
        }
        else
        {
            Assert.Contains(refused, outcome.Refusal!.Message, StringComparison.Ordinal);
        }
    }

    private static JournalAccounts Accounts() => new() { ResellerId = default };

    private static string WriteLine(string currency, long nanos, long net) => Write(
        SampleDocuments.Abroad(
            SampleDocuments.Snapshot(new TaxTerms("S", 2100, null, null), [("docx → pdf", 20, 500_000, net)]) with
            {
                Currency = Currency.FromCode(currency),
            },
            "EUR",
            nanos),
        Accounts()).Split("\r\n")[2];

    private static string Write(InvoiceSnapshot snapshot, JournalAccounts accounts) =>
        Encoding.UTF8.GetString(DatevFileWriter.Write(SampleJournal.Create(accounts, snapshot))[3..]);
}
