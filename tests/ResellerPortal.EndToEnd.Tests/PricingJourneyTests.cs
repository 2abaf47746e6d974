using Microsoft.Playwright;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Pricing;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

public sealed class PricingJourneyTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_card_with_steps_a_group_of_converters_and_a_fee_is_tried_and_set()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 9, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 10_000, 100m);
        var token = await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"));
        await server.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(token, server.Clock.GetUtcNow().AddDays(-1), 1_200)]);

        // After midnight in Vilnius, still the previous day in UTC.
        server.Clock.MoveTo(new DateTimeOffset(2026, 10, 15, 21, 30, 0, TimeSpan.Zero));
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync("/reseller/pricing", "Pricing");
        await owner.SeesAsync("Current: at cost");
        await Assertions.Expect(owner.Page.GetByLabel("Effective from (your time zone)")).ToHaveValueAsync("2026-10-16");
        await owner.ChooseAsync("Pricing model", "Graduated");
        await owner.TypeAsync("Tier 1 price", "0.03");
        await owner.TypeAsync("Tier 2 price", "0.005");
        await owner.SeesAsync("This sells below cost");

        // 1,000 at 0.03 and 200 at 0.005.
        await owner.SeesAsync("31.00");
        await owner.TypeAsync("Tier 1 up to (conversions)", "0");
        await owner.SeesAsync("The upper limit of each tier must exceed the previous one");
        await owner.TypeAsync("Tier 1 up to (conversions)", "1000");

        // Pressing the button blurs the field and hides the warning; the button must stay under the pointer until the click ends.
        await owner.FillAsync("Tier 2 price", "0.02");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Set price" }).HoverAsync();
        await owner.Page.Mouse.DownAsync();
        await Assertions.Expect(owner.Page.GetByText("This sells below cost")).ToBeHiddenAsync();
        await owner.Page.Mouse.UpAsync();
        await owner.SeesAsync("This reprices 1 customer from 16 Oct 2026. Estimated effect on revenue: about +7.33 EUR a month.");
        await owner.ConfirmAsync("Set price");
        await owner.SeesAsync("Current: graduated: 0.03 EUR to 1,000, 0.02 EUR beyond");
        await owner.SeesAsync("34.00");
        await owner.PressAsync("More pricing options");
        await owner.TypeAsync("Monthly fee", "15");
        await owner.Page.GetByLabel("Prices and amounts include tax").CheckAsync();
        await owner.PressAsync("Add converter rule");
        await owner.TypeAsync("For converters", "PDF to JPG");
        await owner.SeesAsync("such as docx-to-pdf, *-to-pdf or pdf-to-*");
        await owner.TypeAsync("For converters", "pdf-to-*");
        await owner.PressAsync("Set price");
        await owner.ConfirmAsync("Set price");

        await owner.SeesAsync("Current: pdf-to-*: at cost; graduated: 0.03 EUR to 1,000, 0.02 EUR beyond; 15.00 EUR a month; tax included");
        var card = (await server.Data.RateCards.GetDefaultAsync(northwind)).Terms;
        Assert.Equal((15_00L, 2, true), (card.MonthlyFeeMinorUnits, card.Rules.Count, card.IncludesTax));
        Assert.Equal([new PriceTier(1000, 30_000), new PriceTier(null, 20_000)], Assert.IsType<GraduatedPrice>(card.Rules[1].Price).Tiers);
    }

    [Fact]
    public async Task A_customer_in_another_currency_is_priced_billed_and_booked()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 10_000, 100m);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);

        await owner.OpenAsync("/reseller/currencies", "Currencies");
        await owner.SeesAsync("All customers are billed in EUR");
        await owner.PressAsync("Add a rate");
        await owner.ChooseAsync("Currency", "USD");
        await owner.FillAsync("USD for 1 EUR", "1.25");
        await owner.SeesAsync("100.00 USD = 80.00 EUR");
        await owner.FillAsync("Effective from (your time zone)", "2026-10-01");
        await owner.ConfirmAsync("Add rate");
        await owner.SeesAsync("1 EUR = 1.25 USD today · 0 customers billed in USD");

        await owner.OpenAsync("/reseller/customers", "Customers");
        await owner.PressAsync("Add a customer");
        await owner.FillAsync("Name", "Juniper Labs");
        await owner.FillAsync("Email for sign-in and invoices", "admin@juniper.example");
        await owner.FillAsync("Country", "US");
        await owner.ChooseAsync("Billing currency", "USD");
        await owner.ConfirmAsync("Add customer");
        await owner.TakeSecretAsync();
        await owner.SeesAsync("Billed in USD. Amounts on this page are in EUR at 1 EUR = 1.25 USD this month.");
        await owner.OpenTabAsync("Pricing", "Pricing");
        await owner.ChooseAsync("Pricing model", "Fixed price");
        await owner.FillAsync("Price per conversion", "0.012");
        await owner.SeesAsync("costs you 0.0125 USD");
        await owner.FillAsync("Price per conversion", "0.025");
        await owner.PressAsync("Set price");
        await owner.SeesAsync("Current: 0.025 USD each");

        var customer = (await server.Services.GetRequiredService<CustomerQueries>().ReadPageAsync(
            northwind, null, descending: false, 0, 10)).Rows.Single().Customer;
        await server.Data.Recorder.RecordAsync(
            northwind.Scope, [TestData.Fact(await server.Data.IssueAsync(northwind, customer), server.Clock.GetUtcNow(), 1_000)]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync("/reseller/month-end", "Month end");
        await owner.PressAsync("Draft invoices");
        await owner.SeesRowAsync("25.00 USD");
        await owner.SeesRowAsync("20.00 EUR");
        await owner.PressAsync("Finalise 1 invoice");
        await owner.ConfirmAsync("Finalise");
        await owner.SeesRowAsync("INV-2026-0001");

        server.Clock.MoveTo(new DateTimeOffset(2026, 12, 2, 9, 0, 0, TimeSpan.Zero));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync("/reseller/month-close", "Month close");
        await owner.SeesAsync("Receivables in USD");
        await owner.SeesRowAsync("Closing balance");
        await owner.SeesRowAsync("25.00 USD");
    }
}
