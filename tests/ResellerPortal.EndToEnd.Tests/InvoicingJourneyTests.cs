using System.Net;
using Microsoft.Playwright;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

public sealed class InvoicingJourneyTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task One_line_is_credited_and_the_rest_is_written_off_and_the_customer_reads_the_note()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (reseller, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        await server.Data.PriceAsync(northwind, null, new Markup.FixedPrice(100_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var token = await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"));
        await server.Data.Recorder.RecordAsync(
            northwind.Scope,
            [TestData.Fact(token, server.Clock.GetUtcNow(), 100), TestData.Fact(token, server.Clock.GetUtcNow(), 50, "html-to-pdf")]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(northwind, new BillingPeriod(2026, 10))).Value.Results.Single();
        await server.Data.Invoices.FinaliseAsync(northwind, draft.InvoiceId!.Value);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync($"/reseller/invoices/{draft.InvoiceId}", "INV-2026-0001");
        await owner.PressAsync("Issue a credit note");
        await owner.Page.GetByLabel("docx → pdf, production: 10.00 EUR").UncheckAsync();
        await owner.ConfirmAsync("Issue credit note");
        await owner.SeesAsync("Enter a reason");
        await owner.FillAsync("Reason", "Pages came out blank");
        await owner.ConfirmAsync("Issue credit note");
        await owner.SeesRowAsync("CN-2026-0001");
        await owner.SeesRowAsync("Pages came out blank");
        await owner.PressAsync("Write off");
        await owner.SeesAsync("12.10");
        await owner.FillAsync("Reason", "Insolvent");
        await owner.ConfirmAsync("Write off");
        await owner.SeesAsync("Uncollectible");
        await owner.OpenAsync("/reseller/history", "History");
        await owner.SeesRowAsync("wrote off 12.10 EUR of INV-2026-0001: Insolvent");
        await owner.OpenAsync("/reseller/month-close", "Month close");
        await owner.SeesRowAsync("Acme");
        await owner.SeesAsync("150 conversions billed");
        await owner.OpenAsync("/reseller/vat-report?period=2026", "VAT report");
        await owner.SeesRowAsync("Domestic");
        await owner.SeesAsync("No reverse charge sales to other EU countries");

        var customer = new PortalPage(await browser.NewPersonAsync(server.Address));
        await customer.SignInAsync("admin@acme.example", TestData.Password);
        await customer.OpenAsync("/my/invoices", "Invoices");
        await Assertions.Expect(customer.Page.GetByRole(AriaRole.Link, new() { Name = "CN-2026-0001" })).ToBeVisibleAsync();
        await customer.OpenAsync("/my/statement", "Statement");
        await customer.SeesRowAsync("Credit note CN-2026-0001 for INV-2026-0001");
        await customer.SeesRowAsync("Write-off of INV-2026-0001");
    }

    [Fact]
    public async Task A_wrong_invoice_is_voided_and_its_month_is_drafted_again()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        var token = await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"));
        await server.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(token, server.Clock.GetUtcNow(), 100)]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(northwind, new BillingPeriod(2026, 10))).Value.Results.Single();
        await server.Data.Invoices.FinaliseAsync(northwind, draft.InvoiceId!.Value);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync($"/reseller/invoices/{draft.InvoiceId}", "INV-2026-0001");
        await owner.PressAsync("Void");
        await owner.ConfirmAsync("Void invoice");
        await owner.SeesAsync("Enter a reason");
        await owner.FillAsync("Reason", "Wrong price");
        await owner.ConfirmAsync("Void invoice");
        await owner.SeesRowAsync("CN-2026-0001");
        await owner.SeesAsync("its usage will be billed again");
        await owner.OpenAsync("/reseller/month-end", "Month end");
        await owner.PressAsync("Draft invoices");
        await owner.SeesRowAsync("Acme");
        await owner.OpenAsync("/reseller/invoices", "Invoices");
        await owner.SeesRowAsync("Draft");
        await owner.SeesRowAsync("INV-2026-0001");
    }

    [Fact]
    public async Task A_bank_statement_is_imported_and_its_payments_are_matched()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 12_000, 180);
        var (acme, birch) = (await server.Data.AddCustomerAsync(northwind, "Acme"), await server.Data.AddCustomerAsync(northwind, "Birch"));
        await server.Data.Recorder.RecordAsync(
            northwind.Scope,
            [
                TestData.Fact(await server.Data.IssueAsync(northwind, acme), server.Clock.GetUtcNow(), 100),
                TestData.Fact(await server.Data.IssueAsync(northwind, birch), server.Clock.GetUtcNow(), 200),
            ]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var drafts = (await server.Data.Drafter.DraftAsync(northwind, new BillingPeriod(2026, 10))).Value.Results;
        await server.Data.Invoices.FinaliseAllAsync(northwind, [.. drafts.Select(d => d.InvoiceId!.Value)]);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync("/reseller/bank", "Bank statements");
        await owner.SeesAsync("All matched");
        await owner.AttachAsync("Bank statement", new FilePayload
        {
            Name = "umsaetze.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(
                "Buchungstag;Betrag;Auftraggeber;Verwendungszweck\n02.11.2026;1,82;Acme "
                    + "Ltd;INV-2026-0001\n02.11.2026;4,00;Unknown;Thanks\n01.11.2026;-9,99;Bank;Fee\n"),
        });
        await owner.SeesAsync("Skipped 1 entry without an incoming payment");
        await owner.PressAsync("Import 2 entries");
        await owner.SeesAsync("2 entries imported");
        await owner.PressAsync("Record 1 exact match");
        await owner.SeesAsync("1 payment recorded.");
        await owner.SeesRowAsync("No match");
        await owner.PressAsync("Match");
        await owner.ChooseAsync("Customer", "Birch");
        await owner.Page.GetByLabel("INV-2026-0002: 3.63 EUR due 16 Nov 2026").CheckAsync();
        await owner.ConfirmAsync("Record payment");
        await owner.SeesAsync("All matched");
        await owner.ChooseAsync("Show", "Recorded");
        await owner.SeesRowAsync("3.63 EUR for INV-2026-0002, 0.37 EUR to the balance");
        await owner.SeesRowAsync("1.82 EUR for INV-2026-0001");
    }

    [Fact]
    public async Task A_prepaid_customer_converts_once_its_money_is_recorded_and_gets_the_rest_back()
    {
        // Evening in New York, already the next day in UTC.
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 16, 2, 0, 0, TimeSpan.Zero));
        var (reseller, northwind) = await server.Data.AddResellerAsync("northwind", zone: "America/New_York");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        await server.Data.PriceAsync(northwind, null, new Markup.FixedPrice(1_000_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var token = await server.Data.IssueAsync(northwind, acme);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync($"/reseller/customers/{acme.Id}/balance", "Balance");
        await owner.SeesAsync("No transactions yet");
        await owner.PressAsync("Switch to prepaid");
        await owner.ConfirmAsync("Switch to prepaid");
        await owner.SeesAsync("conversions are refused until the balance is topped up");
        Assert.Equal(HttpStatusCode.Unauthorized, await ConvertAsync());

        await owner.PressAsync("Record a top-up");
        await owner.ConfirmAsync("Record");
        await owner.SeesAsync("Enter the amount in EUR");
        await owner.FillAsync("Amount received", "2.00");
        await owner.FillAsync("Bank reference (optional)", "Top-up Acme");
        await owner.ConfirmAsync("Record");
        await owner.SeesRowAsync("Top-up Acme");
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, await ConvertAsync());

        var customer = new PortalPage(await browser.NewPersonAsync(server.Address));
        await customer.SignInAsync("admin@acme.example", TestData.Password);
        await customer.OpenAsync("/my/balance", "Balance");
        await customer.SeesAsync("0.79");
        await customer.OpenAsync("/my/statement", "Statement");
        await customer.SeesRowAsync("Paid into the balance, Top-up Acme");

        await owner.PressAsync("Record a refund");
        await owner.ConfirmAsync("Record");
        await owner.SeesRowAsync("Refund");
        await owner.OpenAsync("/reseller/history", "History");
        await owner.SeesRowAsync("refunded 0.79 EUR from the balance of Acme");

        async Task<HttpStatusCode> ConvertAsync()
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello"u8.ToArray()), "File", "a.txt" } };
            using var answer = await server.WithToken(token.Secret).PostAsync("/convert/txt/to/pdf", form);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_customer_leaves_and_its_last_invoice_is_drafted_on_the_day_after()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 2, 12, 0, 0, TimeSpan.Zero));
        var (reseller, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        await server.Data.PriceAsync(
            northwind,
            null,
            CardTerms.FromPrice(new Markup.FixedPrice(100_000, reseller.Currency)) with { MonthlyFeeMinorUnits = 3100 },
            new DateOnly(2026, 10, 1));
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync($"/reseller/customers/{acme.Id}", "Acme");
        await owner.PressAsync("End contract");
        await owner.ConfirmAsync("End contract");
        await owner.SeesAsync("Enter the last day");
        await owner.FillAsync("Last day (your time zone)", "2026-10-01");
        await owner.Page.GetByRole(AriaRole.Dialog).GetByText("Tokens stop working").ClickAsync();
        await owner.ConfirmAsync("End contract");
        await owner.SeesAsync("the day the customer was added");
        await owner.FillAsync("Last day (your time zone)", "2026-10-10");
        await owner.Page.GetByRole(AriaRole.Dialog).GetByText("Tokens stop working").ClickAsync();
        await owner.ConfirmAsync("End contract");
        await owner.SeesAsync("The contract ends on 10 Oct 2026");

        server.Clock.MoveTo(new DateTimeOffset(2026, 10, 11, 12, 0, 0, TimeSpan.Zero));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync($"/reseller/customers/{acme.Id}", "Acme");
        await owner.SeesAsync("The contract ended on 10 Oct 2026");
        await owner.PressAsync("Draft final invoice");
        await owner.SeesRowAsync("Monthly fee");
        await owner.PressAsync("Finalise invoice");
        await owner.ConfirmAsync("Finalise invoice");
        await owner.SeesAsync("INV-2026-0001");
    }

    [Fact]
    public async Task A_month_is_drafted_by_its_schedule_reviewed_and_finalised()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 4, 12, 0, 0, TimeSpan.Zero));
        var (reseller, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        await server.Data.PriceAsync(northwind, null, new Markup.FixedPrice(5_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var token = await server.Data.IssueAsync(northwind, acme);
        await server.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(token, server.Clock.GetUtcNow(), 100)]);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync("/reseller/month-end", "Month end");
        await owner.SeesAsync("No September 2026 invoices yet");
        await owner.PressAsync("Set schedule");
        await owner.TypeAsync("Day of the following month", "3");
        await owner.TypeAsync("Hour (0–23)", "7");
        await owner.ConfirmAsync("Save schedule");
        await owner.SeesAsync(
            "October 2026 will be invoiced on 3 Nov 2026, 05:00 UTC (day 3, 07:00 Europe/Vilnius). Drafts are kept for review.");

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 3, 5, 0, 0, TimeSpan.Zero));
        await server.Services.GetRequiredService<AutomaticInvoicingWorker>().RunAsync(TestContext.Current.CancellationToken);
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync("/reseller/month-end", "Month end");
        await owner.SeesAsync("October 2026: 0 finalised, 1 needs review.");
        await owner.SeesRowAsync("below cost");
        await owner.PressAsync("Finalise 1 invoice");
        await owner.SeesAsync("1 draft has a warning.");
        await owner.ConfirmAsync("Finalise");
        await owner.SeesAsync("1 invoice is final.");
        await owner.SeesRowAsync("INV-2026-0001");
    }

    [Fact]
    public async Task A_reseller_sets_its_branding_and_templates_and_an_invoice_is_mailed_with_them()
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero), mailServer.Settings);
        var (reseller, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        await server.Data.PriceAsync(northwind, null, new Markup.FixedPrice(100_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var token = await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"));
        await server.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(token, server.Clock.GetUtcNow(), 100)]);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync("/reseller/invoice-settings", "Invoice settings");
        await owner.FillAsync("Account holder", "Northwind");
        await owner.FillAsync("IBAN", "LT12 1000 0111 0100 1001");
        await owner.ChooseAsync("Language", "Deutsch");
        await owner.PressAsync("Save");
        await owner.SeesAsync("The IBAN is not valid");
        await owner.FillAsync("IBAN", "LT12 1000 0111 0100 1000");
        await owner.PressAsync("Save");
        await owner.SeesAsync("Future invoices use these settings.");
        await owner.AttachAsync("Logo file", new FilePayload { Name = "logo.png", MimeType = "image/png", Buffer = TestPicture.Png() });
        await owner.SeesAsync("Logo updated.");

        await owner.OpenAsync("/reseller/emails", "Emails and reminders");
        await owner.Page.GetByText("Email invoices and credit notes when finalised").ClickAsync();
        await owner.SeesAsync("New invoices will be emailed automatically.");
        await owner.FillAsync("Subject", "Rechnung {nummer}");
        await owner.SeesAsync("{nummer} is not a known placeholder.");
        await owner.FillAsync("Subject", "Ihre {number}, mit Dank");
        await owner.SeesAsync("Ihre INV-2026-0042, mit Dank");
        await owner.PressAsync("Save");
        await owner.SeesAsync("Future emails use this template.");

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(northwind, new BillingPeriod(2026, 10))).Value.Results.Single();
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync($"/reseller/invoices/{draft.InvoiceId}", "Draft for October 2026");
        await owner.PressAsync("Finalise invoice");
        await owner.ConfirmAsync("Finalise invoice");
        await owner.SeesAsync("Finalised");
        await server.Services.GetRequiredService<Core.Sending.DocumentEmailWorker>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Subject: Ihre INV-2026-0001, mit Dank", await mailServer.MessageAsync(0), StringComparison.Ordinal);
        await owner.SeesInTimeAsync($"/reseller/invoices/{draft.InvoiceId}", "INV-2026-0001", owner.Page.GetByText("Invoice emailed"));
        await owner.PressAsync("Send by email");
        await owner.FillAsync("To", "boss@acme.example");
        await owner.ConfirmAsync("Send");
        await owner.SeesAsync("boss@acme.example");

        var customer = new PortalPage(await browser.NewPersonAsync(server.Address));
        await customer.SignInAsync("admin@acme.example", TestData.Password);
        await customer.OpenAsync("/my/invoices", "Invoices");
        var download = await customer.Page.RunAndWaitForDownloadAsync(
            () => customer.Page.GetByRole(AriaRole.Link, new() { Name = "Download PDF" }).ClickAsync());
        var pdf = await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Contains("Rechnung an", PdfText.Read(pdf), StringComparison.Ordinal);
        Assert.Contains("LT12 1000 0111 0100 1000", PdfText.Read(pdf), StringComparison.Ordinal);
        Assert.Equal(1, PdfText.ImageCount(pdf));
        Assert.StartsWith("BCD", await PdfText.ReadCodeAsync(pdf), StringComparison.Ordinal);
    }
}
