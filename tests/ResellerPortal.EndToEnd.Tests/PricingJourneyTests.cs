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
        var (_, northwind) = await server.Books.AddResellerAsync("northwind");
        await server.Books.BuyAsync(northwind, 10_000, 100m);
        var token = await server.Books.IssueAsync(northwind, await server.Books.AddCustomerAsync(northwind, "Acme"));
        await server.Books.Recorder.RecordAsync(northwind.Scope, [Books.Fact(token, server.Clock.GetUtcNow().AddDays(-1), 1_200)]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", Books.Password);

        await owner.OpenAsync("/reseller/pricing", "Pricing");
        await owner.SeesAsync("Now: at cost");
        await owner.ChooseAsync("Rule", "Graduated");
        await owner.EnterAsync("Step 1 price", "0.03");
        await owner.EnterAsync("Step 2 price", "0.005");
        await owner.SeesAsync("This sells below cost");

        // 1,000 at 0.03 and 200 at 0.005.
        await owner.SeesAsync("31.00");
        await owner.EnterAsync("Step 1 up to (conversions)", "0");
        await owner.SeesAsync("Each step ends later than the one before it");
        await owner.EnterAsync("Step 1 up to (conversions)", "1000");
        await owner.EnterAsync("Step 2 price", "0.02");
        await owner.SeesAsync("34.00");
        await owner.PressAsync("Groups of converters, fee, minimum, discount, tax included");
        await owner.EnterAsync("Monthly fee", "15");
        await owner.Page.GetByLabel("Prices and amounts include tax").CheckAsync();
        await owner.PressAsync("A rule for some converters");
        await owner.EnterAsync("For converters", "PDF to JPG");
        await owner.SeesAsync("like docx-to-pdf, *-to-pdf or pdf-to-*");
        await owner.EnterAsync("For converters", "pdf-to-*");
        await owner.PressAsync("Set price");

        await owner.SeesAsync("Now: pdf-to-*: at cost; graduated: 0.03 EUR to 1,000, 0.02 EUR beyond; 15.00 EUR a month; tax included");
        var card = (await server.Books.RateCards.HistoryAsync(northwind)).Single().Terms!;
        Assert.Equal((15_00L, 2, true), (card.MonthlyFeeMinorUnits, card.Rules.Count, card.IncludesTax));
        Assert.Equal([new PriceTier(1000, 30_000), new PriceTier(null, 20_000)], Assert.IsType<GraduatedPrice>(card.Rules[1].Price).Tiers);
    }
}
