using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class InvoiceSettingsTests
{
    private static readonly BillingPeriod October = new(2026, 10);
    private static readonly PortalAddress Portal = new("https://portal.example");
    private static readonly BankAccount Account = new("Northwind", "LT121000011101001000", "CBVILT2X");

    [Fact]
    public async Task Settings_are_on_the_next_invoice_and_not_on_those_before()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, customer) = await SellAsync(sqlite);
        var settings = Service(sqlite);
        var before = DocumentSettings.FromReseller(await settings.ReadAsync(owner));
        await TestData.Valued(settings.SaveAsync(owner, before with
        {
            InvoiceNumberPattern = "R{yyyy}/{seq:000}",
            PaymentTermDays = 30,
            Account = Account with { Iban = "lt12 1000 0111 0100 1000" },
            PayLink = "https://pay.example/?n={number}",
            Font = DocumentFont.SourceSerif,
            ContactName = "Rasa",
            ContactPhone = "+370",
        }));
        var first = await InvoiceAsync(sqlite, owner, October);
        Assert.Equal(
            ("R2026/001", new DateOnly(2026, 12, 1), "Rasa", DocumentFont.SourceSerif),
            (first.Number, first.DueOn, first.Seller.ContactName, first.Font));
        Assert.Equal(
            (Account, "https://pay.example/?n=R2026%2F001", "https://portal.example/my/ledger", "en"),
            (first.Account, first.PayLink, first.VerifyAt, first.Language));
        Assert.Null(first.CostMicros);
        Assert.Equal([("production", 5L)], first.Tokens.Select(t => (t.Environment, t.Quantity)));

        await TestData.Valued(settings.SaveAsync(owner, before with { Language = "fr", PrintsCost = true }));
        await UseAsync(sqlite, owner, customer, 4);
        var second = await InvoiceAsync(sqlite, owner, October.Next);

        Assert.Equal(("INV-2026-0001", "fr", 60_000L), (second.Number, second.Language, second.CostMicros));
        Assert.Null(second.Account);
        await using var db = sqlite.OpenAll();
        Assert.Equal(first.ToJson(), (await db.Invoices.SingleAsync(i => i.Number == first.Number)).Snapshot);
    }

    [Fact]
    public async Task A_customer_reads_its_own_language_on_lines_tax_and_document()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, customer) = await SellAsync(sqlite);
        await sqlite.Data.PriceAsync(
            owner, customer, CardTerms.FromPrice(Markup.PassThrough) with { MonthlyFeeMinorUnits = 3100 }, new DateOnly(2026, 10, 21));
        var details = new CustomerDetails(
            customer.Name, customer.Email, customer.Address, "DE136695976", TaxTreatment.ReverseCharge, 3, null, Language: "de");
        await TestData.Valued(sqlite.Data.Customers.UpdateAsync(owner, customer.Id, details));

        var snapshot = await InvoiceAsync(sqlite, owner, October);

        Assert.Equal("de", snapshot.Language);
        Assert.Equal("Monatliche Grundgebühr, 21. bis 31. Oktober", snapshot.Lines[^1].Description);
        Assert.StartsWith("Steuerschuldnerschaft", Assert.Single(snapshot.Taxes).Reason, StringComparison.Ordinal);
        Assert.Equal(
            "Choose a language from the list.",
            (await sqlite.Data.Customers.UpdateAsync(owner, customer.Id, details with { Language = "xx" })).Refusal!.Message);
        Assert.Contains(
            "Leitweg-ID",
            (await sqlite.Data.Customers.UpdateAsync(
                owner, customer.Id, details with { ElectronicProfile = ElectronicProfile.XRechnung })).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Late_usage_names_its_month_in_the_customers_language()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, customer) = await SellAsync(sqlite);
        await InvoiceAsync(sqlite, owner, October);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        await sqlite.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(token, new DateTimeOffset(2026, 10, 20, 12, 0, 0, TimeSpan.Zero), 7)]);
        await TestData.Valued(Service(sqlite).SaveAsync(
            owner, DocumentSettings.FromReseller(await Service(sqlite).ReadAsync(owner)) with { Language = "lt" }));

        Assert.Equal(
            ["docx → pdf, production (pavėluotai, už 2026 m. spalio mėn.)"],
            (await InvoiceAsync(sqlite, owner, October.Next)).Lines.Select(l => l.Description));
    }

    [Fact]
    public async Task The_period_is_as_long_as_the_contract_was()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, customer) = await SellAsync(sqlite);
        var whole = await InvoiceAsync(sqlite, owner, October);
        Assert.Equal((new DateOnly(2026, 10, 10), new DateOnly(2026, 10, 31)), (whole.PeriodFrom, whole.PeriodTo));
        await UseAsync(sqlite, owner, customer, 3);
        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, customer.Id, new DateOnly(2026, 11, 12)));
        var last = await InvoiceAsync(sqlite, owner, October.Next);
        Assert.Equal((new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 12)), (last.PeriodFrom, last.PeriodTo));
    }

    [Fact]
    public async Task A_change_of_the_account_is_in_the_history_with_both()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var settings = DocumentSettings.FromReseller(await Service(sqlite).ReadAsync(owner)) with { Account = Account };
        await TestData.Valued(Service(sqlite).SaveAsync(owner, settings));
        await TestData.Valued(
            Service(sqlite).SaveAsync(owner, settings with { Account = new BankAccount("Mallory", "DE89370400440532013000", "") }));

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [
                "changed the bank account for customer payments from LT121000011101001000 to DE89370400440532013000",
                "changed the bank account for customer payments from none to LT121000011101001000",
            ],
            await db.AuditEntries
                .Where(e => e.Action == Permission.InvoicesConfigure)
                .OrderByDescending(e => e.Id)
                .Select(e => e.Subject)
                .ToListAsync());
    }

    [Fact]
    public async Task Bad_settings_are_refused_with_what_to_do_and_nothing_is_lost()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var good = DocumentSettings.FromReseller(await Service(sqlite).ReadAsync(owner)) with { Account = Account };
        var danish = new PostalAddress("Vej 1", "1050", "København", "DK");
        (DocumentSettings Settings, string Word)[] bad =
        [
            (good with { Name = " " }, "name"),
            (good with { Address = good.Address with { Country = "Atlantis" } }, "country from the list"),
            (good with { VatId = "LT1" }, "VAT ID"),
            (good with { Email = "nobody" }, "email"),
            (good with { InvoiceNumberPattern = "INV" }, "{seq}"),
            (good with { CreditNotePattern = "CN-{seq}-{seq}" }, "{seq}"),
            (good with { CreditNotePattern = good.InvoiceNumberPattern }, "own number series"),
            (good with { PaymentTermDays = 400 }, "365"),
            (good with { Account = Account with { Iban = "LT131000011101001000" } }, "IBAN is not valid"),
            (good with { Account = Account with { Bic = "X" } }, "BIC"),
            (good with { Account = Account with { Holder = "" } }, "account holder"),
            (good with { PayLink = "http://pay.example" }, "https"),
            (good with { PayLink = "javascript:alert(1)" }, "https"),
            (good with { Language = "xx" }, "language from the list"),
            (good with { BrandColor = "red" }, "#0f6d62"),
            (good with { PaymentInstructions = new string('x', 501) }, "500"),
            (good with { ContactPhone = new string('1', 41) }, "telephone"),
            (good with { Address = good.Address with { Street = "Road\u0007" } }, "address"),
            (good with { PaymentInstructions = "Pay\u0000" }, "control characters"),
            (good with { Registration = CompanyRegistration.None with { Number = "123" }, Address = danish, VatId = null }, "CVR"),
            (good with { ElectronicAddress = new ElectronicAddress("9999", "1") }, "from the list"),
            (good with { ElectronicAddress = new ElectronicAddress("9930", "") }, "Enter the electronic address"),
            (good with { ElectronicAddress = new ElectronicAddress("9930", "DE136695977") }, "Germany: VAT ID"),
        ];

        foreach (var (settings, word) in bad)
        {
            Assert.Contains(word, (await Service(sqlite).SaveAsync(owner, settings)).Refusal!.Message, StringComparison.Ordinal);
        }

        Assert.False((await Service(sqlite).ReadAsync(owner)).Account.IsGiven);
        await TestData.Valued(Service(sqlite).SaveAsync(owner, good));
    }

    [Fact]
    public async Task A_seller_is_told_what_its_country_wants_until_it_has_it_and_its_documents_state_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, _) = await SellAsync(sqlite);
        var settings = Service(sqlite);
        var danish = await TestData.Valued(settings.SaveAsync(owner, DocumentSettings.FromReseller(await settings.ReadAsync(owner)) with
        {
            Address = new PostalAddress(" Vej 1", "1050", "København ", "danemark"),
            VatId = "dk 13 58 56 28",
        }));
        Assert.Equal(("DK", "DK13585628"), (danish.Address.Country, danish.VatId));
        var missing = await settings.FindMissingAsync(owner);
        Assert.Equal(
            [
                "your company registration number (Denmark requires it)",
            ],
            missing.Single(format => format.Format == "Peppol").Missing);
        Assert.Contains(
            "your contact with a telephone number, as XRechnung requires",
            missing.Single(format => format.Format.StartsWith("XRechnung", StringComparison.Ordinal)).Missing);

        await TestData.Valued(settings.SaveAsync(owner, DocumentSettings.FromReseller(danish) with
        {
            Registration = new CompanyRegistration("13 58 56 28", "", "ApS", "Erhvervsstyrelsen"),
            ElectronicAddress = new ElectronicAddress("0184", "13585628"),
            ContactName = "Rasa",
            ContactPhone = "+370 5 000 0000",
            Account = Account,
        }));

        Assert.Empty(await settings.FindMissingAsync(owner));
        await TestData.Valued(new CurrencyRateService(sqlite.Database, sqlite.Clock).SetAsync(owner, "DKK", 7.46m, October.FirstDay));
        var seller = (await InvoiceAsync(sqlite, owner, October)).Seller;
        Assert.Equal(new CompanyRegistration("13585628", "", "ApS", "Erhvervsstyrelsen"), seller.Registration);
        Assert.Equal(new ElectronicAddress("0184", "13585628"), seller.ElectronicAddress);
    }

    [Fact]
    public async Task A_logo_stays_with_the_invoices_that_show_it_and_with_its_reseller()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-10");
        var (owner, customer) = await SellAsync(sqlite);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var logos = new LogoService(sqlite.Database, new AnyImage(), sqlite.Clock);
        await TestData.Valued(logos.SetAsync(owner, [1, 2, 3]));
        var first = await InvoiceAsync(sqlite, owner, October);
        await TestData.Valued(logos.SetAsync(owner, [4, 5]));
        await TestData.Valued(logos.SetAsync(owner, null));
        await TestData.Valued(logos.SetAsync(owner, [1, 2, 3]));

        Assert.Equal([1, 2, 3], await logos.FindAsync(owner, first.LogoHash));
        Assert.Equal([1, 2, 3], await logos.FindAsync(TestData.CreateAdmin(customer), first.LogoHash));
        await Assert.ThrowsAsync<InvalidOperationException>(() => logos.FindAsync(stranger, first.LogoHash));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => logos.SetAsync(TestData.CreateAdmin(customer), [1]));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => Service(sqlite).ReadAsync(TestData.CreateAdmin(customer)));
        Assert.Contains(
            "512 KB", (await logos.SetAsync(owner, new byte[LogoService.MaxBytes + 1])).Refusal!.Message, StringComparison.Ordinal);
        await using var db = sqlite.OpenAll();
        Assert.Equal(2, await db.Logos.CountAsync());
        await using var ofCustomer = sqlite.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));
        Assert.Empty(ofCustomer.Logos);
    }

    [Fact]
    public async Task A_sample_adds_up_in_every_language_and_currency()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        foreach (var (slug, currency) in new[] { ("a-eur", "EUR"), ("b-jpy", "JPY"), ("c-kwd", "KWD") })
        {
            var (_, owner) = await sqlite.Data.AddResellerAsync(slug, currency);
            foreach (var language in Core.Languages.DocumentLanguage.All)
            {
                await TestData.Valued(Service(sqlite).SaveAsync(
                    owner, DocumentSettings.FromReseller(await Service(sqlite).ReadAsync(owner)) with { Language = language.Code }));
                var sample = await Service(sqlite).CreateSampleAsync(owner);
                Assert.Equal(
                    (sample.Lines.Sum(l => l.AmountMinorUnits), sample.NetMinorUnits + sample.TaxMinorUnits),
                    (sample.NetMinorUnits, sample.TotalMinorUnits));
                Assert.Equal(sample.Days.Sum(d => d.Quantity), sample.Tokens.Sum(t => t.Quantity));
                Assert.Equal(language.Words.MonthlyFee, sample.Lines[^1].Description);
            }
        }
    }

    private static InvoiceSettingsService Service(TestDatabase database) => new(database.Database, database.Clock, Portal);

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(TestDatabase database)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 12_000, 180);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        await UseAsync(database, owner, customer, 5);
        return (owner, customer);
    }

    private static async Task UseAsync(TestDatabase database, Actor owner, Customer customer, long quantity)
    {
        var token = await database.Data.IssueAsync(owner, customer);
        await database.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, database.Clock.GetUtcNow(), quantity)]);
    }

    private static async Task<InvoiceSnapshot> InvoiceAsync(TestDatabase database, Actor owner, BillingPeriod month)
    {
        database.Clock.SetUtcNow(month.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var draft = (await database.Data.Drafter.DraftAsync(owner, month)).Value.Results.Single();
        return InvoiceSnapshot.Parse(
            (await TestData.Valued(database.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value))).Snapshot!);
    }

    /// <summary>The PDF library decides whether a file is an image, and has its own tests.</summary>
    private sealed class AnyImage : IInvoiceDocument
    {
        public IReadOnlyList<string> FindUnprintable(string text) => [];

        public byte[] Draw(InvoiceSnapshot snapshot, byte[]? logo) => throw new NotSupportedException();

        public bool CanShow(byte[] image) => true;
    }
}
