using Microsoft.Playwright;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Time;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Online payments against a local stand-in for the payment provider.</summary>
public sealed class PaymentJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string OperatorEmail = "operator@test.example";

    private static readonly DateTimeOffset October = new(2026, 10, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset November = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_reseller_buys_a_plan_and_lets_credits_be_topped_up()
    {
        var (stripe, server, _) = await OpenAsync();
        await using var stand = stripe;
        using var portal = server;
        await server.Data.AddResellerAsync("northwind");
        await OfferAsync(server, "Twelve thousand", 12_000, 180m, PlanRenewal.OneOff);
        await OfferAsync(server, "Monthly thousand", 1_000, 20m, PlanRenewal.Monthly);
        await OfferAsync(server, "Monthly five thousand", 5_000, 60m, PlanRenewal.Monthly);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);

        await owner.OpenAsync("/reseller/plans", "Plans and credits");
        await owner.PressInAsync(owner.Row("Twelve thousand"), "Order");
        await owner.ConfirmAsync("Order plan");
        await owner.Page.GetByLabel("Save payment method for automatic top-ups").CheckAsync();
        await owner.ConfirmAsync("Continue to payment");
        await owner.SeesAsync("Pay 18000 eur");
        await owner.PressAsync("Use a bad card");
        await owner.SeesAsync("Pay 18000 eur");
        await owner.PressAsync("Pay");
        await owner.SeesAsync("Paid: 180.00 EUR. Thank you.");
        await owner.SeesRowAsync("Confirmed");
        Assert.StartsWith(
            stripe.Address.ToString(), await owner.Page.GetByRole(AriaRole.Link, new() { Name = "Receipt" }).GetAttributeAsync("href"));

        await owner.TypeAsync("Top up below (conversions)", "20000");
        await owner.TypeAsync("Monthly spending limit", "360");
        await owner.PressAsync("Turn on");
        await owner.SeesAsync("Automatic top-up is on.");

        await owner.OpenAsync("/reseller/plans", "Plans and credits");
        await owner.PressInAsync(owner.Row("Monthly thousand"), "Order");
        await owner.ConfirmAsync("Order plan");
        await owner.ConfirmAsync("Continue to payment");
        await owner.PressAsync("Pay");
        await owner.SeesAsync("Subscriptions");
        await owner.PressInAsync(owner.Row("renews"), "Upgrade");
        await owner.SeesAsync("additional conversions for the rest of this period");
        await owner.ConfirmAsync("Upgrade and pay");
        await owner.SeesInTimeAsync("/reseller/plans", "Plans and credits", owner.Row("Upgrade to Monthly five thousand"));
        await owner.PressInAsync(owner.Row("renews"), "Cancel plan");
        await owner.ConfirmAsync("Cancel at period end");
        await owner.SeesRowAsync("ends ");
        Assert.Empty(stripe.Faults);
    }

    [Fact]
    public async Task A_reseller_connects_an_account_and_its_customer_pays_from_the_portal_and_from_the_link()
    {
        var (stripe, server, clock) = await OpenAsync();
        await using var stand = stripe;
        using var portal = server;
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync("/reseller/payments", "Online payments");
        await owner.SeesAsync("Not enabled");
        await owner.PressAsync("Connect with Stripe");
        await owner.SeesAsync("Who are you, acct_");
        await owner.PressAsync("Finish");
        await owner.SeesAsync("invoices and emails include a payment link");

        await server.Data.BuyAsync(northwind, 10_000, 100m);
        await server.Data.PriceAsync(
            northwind, null, new Markup.FixedPrice(100_000, Core.Monetary.Currency.FromCode("EUR")), new DateOnly(2026, 10, 1));
        var (acme, fabrikam) = (
            await server.Data.AddCustomerAsync(northwind, "Acme"),
            await server.Data.AddCustomerAsync(northwind, "Fabrikam"));
        foreach (var customer in new[] { acme, fabrikam })
        {
            await server.Data.Recorder.RecordAsync(
                northwind.Scope, [TestData.Fact(await server.Data.IssueAsync(northwind, customer), October.AddHours(1), 100)]);
        }

        server.Clock.MoveTo(November);
        clock.MoveTo(November);
        var drafts = (await server.Data.Drafter.DraftAsync(northwind, new BillingPeriod(2026, 10))).Value.Results;
        var invoices = new Dictionary<Core.Tenancy.CustomerId, Core.Invoicing.Invoice>();
        foreach (var draft in drafts)
        {
            invoices[draft.CustomerId] = await TestData.Valued(server.Data.Invoices.FinaliseAsync(northwind, draft.InvoiceId!.Value));
        }

        // Acme pays in the portal and turns on automatic payment.
        var customerPage = new PortalPage(await browser.NewPersonAsync(server.Address));
        await customerPage.SignInAsync("admin@acme.example", TestData.Password);
        await customerPage.OpenAsync("/my/invoices", "Invoices");
        await customerPage.PressAsync("Pay");
        await customerPage.Page.GetByLabel("Save payment method and pay future invoices automatically").CheckAsync();
        await customerPage.ConfirmAsync("Continue to payment");
        await customerPage.SeesAsync("Pay 1210 eur");
        await customerPage.PressAsync("Pay");
        await customerPage.SeesAsync("Paid: 12.10 EUR. Thank you.");
        await Assertions.Expect(customerPage.Row(invoices[acme.Id].Number!).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await customerPage.SeesAsync("Invoices are charged to your Visa ending in 4242 on their due date");
        await customerPage.PressAsync("Turn off");
        await customerPage.ConfirmAsync("Turn off automatic payment");
        await customerPage.SeesAsync("Automatic payment is off.");

        // Fabrikam pays through the link without signing in.
        var stranger = new PortalPage(await browser.NewPersonAsync(server.Address));
        await stranger.OpenAsync($"/pay/{invoices[fabrikam.Id].PayKey:N}", invoices[fabrikam.Id].Number!);
        await stranger.PressAsync("Pay 12.10 EUR");
        await stranger.PressAsync("Pay");
        await stranger.SeesAsync("Paid: 12.10 EUR. Thank you.");
        await stranger.SeesAsync("This invoice has no amount due.");
        await stranger.OpenAsync("/pay/00000000000000000000000000000000", "No such invoice");

        // The reseller issues a partial refund.
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync($"/reseller/invoices/{invoices[acme.Id].Id}", invoices[acme.Id].Number!);
        await owner.PressAsync("Refund");
        await owner.TypeAsync("Amount", "2.10");
        await owner.ConfirmAsync("Refund");
        await owner.SeesAsync("Refund: 2.10 EUR");
        await owner.SeesRowAsync("CN-2026-0001");
        Assert.Empty(stripe.Faults);
    }

    [Fact]
    public async Task The_operator_confirms_a_transfer_and_replays_events()
    {
        var (stripe, server, clock) = await OpenAsync();
        await using var stand = stripe;
        using var portal = server;
        await server.Data.AddOperatorAsync(OperatorEmail);
        await server.Data.AddResellerAsync("northwind");
        await OfferAsync(server, "Twelve thousand", 12_000, 180m, PlanRenewal.OneOff);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync("/reseller/plans", "Plans and credits");
        await owner.PressInAsync(owner.Row("Twelve thousand"), "Order");
        await owner.ConfirmAsync("Order plan");
        await owner.Page.GetByText("Pay by bank transfer.").ClickAsync();
        await owner.SeesAsync("with the reference RP-");
        await owner.SeesAsync("Operator Ltd, LT12 1000 0111 0100 1000");
        await owner.ConfirmAsync("Close");
        await owner.SeesRowAsync("Awaiting payment");

        // Meanwhile it is paid online without an event; then the bank transfer arrives too.
        await owner.PressInAsync(owner.Row("Awaiting payment"), "Pay");
        await owner.ConfirmAsync("Continue to payment");
        await owner.SeesAsync("Pay 18000 eur");
        var operatorPage = new PortalPage(await browser.NewPersonAsync(server.Address));
        await operatorPage.SignInAsync(OperatorEmail, TestData.Password);
        await operatorPage.OpenAsync("/operator/orders", "Plan orders");
        await operatorPage.PressAsync("Confirm payment");
        await operatorPage.ConfirmAsync("Confirm payment");
        await operatorPage.SeesRowAsync("Confirmed");
        await owner.PressAsync("Pay");
        await owner.SeesAsync("The payment does not match the amount requested.");

        await operatorPage.OpenAsync("/operator/payments", "Online payments");
        await operatorPage.SeesRowAsync("checkout.session.completed");
        await operatorPage.PressInAsync(operatorPage.Row("checkout.session.completed"), "Replay");
        await operatorPage.SeesAsync("Processed: checkout is refused.");
        server.Clock.MoveTo(October.AddMinutes(30));
        clock.MoveTo(October.AddMinutes(30));
        await operatorPage.PressAsync("Compare now");
        await operatorPage.SeesRowAsync("was paid otherwise in the meantime");
        await operatorPage.SeesAsync("Compared a moment ago, 1 object");
        await operatorPage.PressAsync("Refund");
        await operatorPage.SeesAsync("Discrepancy resolved.");
        Assert.Equal(180_00L, (long?)stripe.All("refund").Single()["amount"]);
        Assert.Empty(stripe.Faults);
    }

    private static async Task<(StandInStripe Stripe, PortalServer Server, ShiftedClock Clock)> OpenAsync()
    {
        var clock = new ShiftedClock();
        clock.MoveTo(October);
        var stripe = await StandInStripe.StartAsync(clock);
        var server = PortalServer.Start(
            October,
            [
                .. stripe.Settings,
                ("Operator:AccountHolder", "Operator Ltd"),
                ("Operator:Iban", "LT12 1000 0111 0100 1000"),
                ("Portal:PublicUrl", "http://portal.example"),
            ]);
        stripe.DeliverTo(server.Address);
        return (stripe, server, clock);
    }

    private static Task<BulkPlan> OfferAsync(PortalServer server, string name, long conversions, decimal price, PlanRenewal renewal) =>
        TestData.Valued(new BulkPlanService(server.Data.Database, server.Clock).OfferAsync(
            TestData.Operator, new PlanTerms(name, conversions, price, "EUR", 365, renewal, null)));
}
