using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Notices;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Payments;

public sealed class PlanPaymentTests
{
    [Fact]
    public async Task A_paid_page_grants_one_lot_at_what_it_cost_after_the_promotion()
    {
        await using var till = await PaymentFixture.OpenAsync(("Stripe:AutomaticTax", "true"));
        var (order, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));

        await till.Stripe.PayAsync(session, discount: 30_00);
        await Task.WhenAll([till.DeliverAllAsync(), .. await ReturnsAsync(till, session)]);

        var lot = Assert.Single(await till.LotsAsync());
        Assert.Equal((12_000L, 12_500L, order.Id), (lot.Conversions, lot.UnitCostMicros, lot.PlanOrderId!.Value));
        await using var db = till.Open();
        var payment = await db.Set<OrderPayment>().SingleAsync();
        Assert.Equal((150_00L, 31_50L), (payment.AmountMinorUnits, payment.TaxMinorUnits));
        Assert.Contains("/receipts/", payment.ReceiptUrl);
        Assert.Equal((30_00L, PlanOrderStatus.Confirmed), await db.PlanOrders.Select(o => new { o.DiscountMinorUnits, o.Status }).SingleAsync() is var o ? (o.DiscountMinorUnits, o.Status) : default);
        Assert.Equal("true", (string?)till.Stripe.Object(session)["asked"]!["allow_promotion_codes"], ignoreCase: true);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_promotion_of_the_whole_price_grants_the_lot_for_nothing()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Free", 500, 20m));

        await till.Stripe.PayAsync(session, discount: 20_00);
        await till.DeliverAllAsync();

        Assert.Equal((500L, 0L), Assert.Single(await till.LotsAsync()) is var lot ? (lot.Conversions, lot.UnitCostMicros) : default);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task What_goes_back_of_an_order_is_noted_and_the_operator_decides_on_its_lot()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (order, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        var payment = (await till.CheckoutAsync(session)).PaymentId!;

        till.Stripe.Refund(payment, 80_00);
        var dispute = till.Stripe.Dispute(payment, 100_00);
        await till.DeliverAllAsync();
        await using var db = till.Open();
        Assert.Equal([180_00L, -100_00L, -80_00L], (await db.Set<OrderPayment>().ToListAsync()).Select(p => p.AmountMinorUnits).OrderBy(a => a < 0).ThenBy(a => a));
        till.Stripe.CloseDispute(dispute, isWon: true);
        await till.DeliverAllAsync();

        Assert.Equal(100_00L, (await db.PlanOrders.AsNoTracking().SingleAsync(o => o.Id == order.Id)).PaidMinorUnits);
        Assert.Equal(12_000, Assert.Single(await till.LotsAsync()).Conversions);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task An_order_that_the_operator_confirmed_meanwhile_takes_no_second_payment()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (order, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await TestData.Valued(till.Server.Books.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "by transfer"));

        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        Assert.Single(await till.LotsAsync());
        var checkout = await till.CheckoutAsync(session);
        Assert.Equal(CheckoutState.Refused, checkout.State);
        Assert.Contains("paid otherwise", checkout.Fault);

        // The comparison of the night finds it, and one click pays it back.
        till.MoveTo(PaymentFixture.Start.AddHours(1));
        var reconciliation = till.Get<PaymentReconciler>();
        await reconciliation.CompareAsync(CancellationToken.None);
        var row = Assert.Single((await reconciliation.ReadAsync(TestData.Operator)).Rows);
        Assert.Equal((DifferenceKind.Refused, "Pay it back"), (row.Difference.Kind, row.Repair));
        await TestData.Valued(reconciliation.RepairAsync(TestData.Operator, row.Difference.Id));
        Assert.Equal(180_00L, (long?)till.Stripe.All("refund").Single()["amount"]);
        await reconciliation.CompareAsync(CancellationToken.None);
        Assert.Empty((await reconciliation.ReadAsync(TestData.Operator)).Rows);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Of_two_payments_for_one_checkout_the_second_goes_back()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        var first = await till.CheckoutAsync(session);
        var second = till.Stripe.Forge(StandInStripe.Platform, 180_00, "eur", first.Id.ToString("N"));
        await till.DeliverAllAsync();

        Assert.Single(await till.LotsAsync());
        till.MoveTo(PaymentFixture.Start.AddHours(1));
        var reconciliation = till.Get<PaymentReconciler>();
        await reconciliation.CompareAsync(CancellationToken.None);
        await TestData.Valued(reconciliation.RepairAsync(TestData.Operator, Assert.Single((await reconciliation.ReadAsync(TestData.Operator)).Rows).Difference.Id));

        Assert.Equal(second, (string?)till.Stripe.All("refund").Single()["payment_intent"]);
        Assert.Equal(first.PaymentId, (await till.CheckoutAsync(session)).PaymentId);
        await using var db = till.Open();
        Assert.Equal(180_00L, (await db.Set<OrderPayment>().SingleAsync()).AmountMinorUnits);
        await reconciliation.CompareAsync(CancellationToken.None);
        Assert.Empty((await reconciliation.ReadAsync(TestData.Operator)).Rows);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_plan_that_renews_grants_a_lot_for_each_period_that_is_paid()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(till, 1_000, 20m);
        Assert.Equal(PaymentFixture.Start.AddMonths(1), subscription.PeriodEndUtc, TimeSpan.FromMinutes(1));

        till.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        till.Stripe.Renew(subscription.ProviderId, isPaid: true);
        var events = till.Stripe.Events.ToList();
        await till.DeliverAllAsync();
        foreach (var again in events.AsEnumerable().Reverse())
        {
            await till.DeliverAsync(again);
        }

        var lots = await till.LotsAsync();
        Assert.Equal(2, lots.Count);
        Assert.All(lots, lot => Assert.Equal((1_000L, 20_000L), (lot.Conversions, lot.UnitCostMicros)));
        Assert.Equal(PaymentFixture.Start.AddMonths(2).AddDays(1), lots[1].ExpiresAtUtc, TimeSpan.FromMinutes(1));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_days_of_grace_and_tells_of_them()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(till, 1_000, 20m);
        var renewal = PaymentFixture.Start.AddMonths(1);
        till.MoveTo(renewal.AddHours(1));
        var invoice = till.Stripe.Renew(subscription.ProviderId, isPaid: false);
        await till.DeliverAllAsync();

        var late = await till.SubscriptionAsync();
        Assert.Equal(SubscriptionState.PastDue, late.State);
        Assert.Equal(renewal + SubscriptionSynchronizer.Grace, late.GraceUntilUtc!.Value, TimeSpan.FromMinutes(1));
        Assert.Equal(late.GraceUntilUtc, Assert.Single(await till.LotsAsync()).ExpiresAtUtc);
        till.MoveTo(renewal.AddDays(6).AddHours(2));
        await till.Get<SubscriptionWorker>().NotifyOfGraceAsync();
        await till.Get<SubscriptionWorker>().NotifyOfGraceAsync();
        await using var db = till.Open();
        Assert.Equal(["Monthly was not renewed", "The credits of Monthly end soon"], await db.Notices.OrderBy(n => n.AtUtc).Select(n => n.Subject).ToListAsync());

        till.Stripe.Recover(subscription.ProviderId, invoice);
        await till.DeliverAllAsync();
        Assert.Equal(2, (await till.LotsAsync()).Count);
        Assert.Equal((SubscriptionState.Active, (DateTimeOffset?)null), await till.SubscriptionAsync() is var now ? (now.State, now.GraceUntilUtc) : default);

        till.Stripe.End(subscription.ProviderId);
        await till.DeliverAllAsync();
        Assert.Equal(SubscriptionState.Ended, (await till.SubscriptionAsync()).State);
        Assert.Equal("Monthly has ended", (await db.Notices.OrderBy(n => n.AtUtc).LastAsync()).Subject);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task An_upgrade_gives_the_share_of_conversions_that_it_charges_for_and_nothing_when_declined()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(till, 1_000, 20m);
        var larger = await till.PlanAsync("Larger", 4_000, 60m, PlanRenewal.Monthly, 30);
        var plans = till.Get<PlanSubscriptionService>();
        till.MoveTo(PaymentFixture.Start.AddDays(15));

        till.Stripe.DeclinesCharges = true;
        Assert.Equal("Your card was declined.", (await plans.UpgradeAsync(till.Owner, subscription.Id, larger.Id)).Refusal?.Message);
        Assert.Null((await till.SubscriptionAsync()).UpgradePlanId);
        till.Stripe.DeclinesCharges = false;
        var offer = Assert.Single(await plans.UpgradesAsync(till.Owner, subscription.Id));
        await TestData.Valued(plans.UpgradeAsync(till.Owner, subscription.Id, larger.Id));
        await till.DeliverAllAsync();

        // Half of November is left: half of 3,000 conversions for half of 40 EUR.
        var lot = (await till.LotsAsync())[^1];
        Assert.InRange(lot.Conversions, 1_499, 1_500);
        Assert.InRange(offer.About.Amount, 19.99m, 20m);
        Assert.InRange(lot.UnitCostMicros, 13_333, 13_343);
        Assert.Equal(("Larger", 4_000L, 60_00L), await till.SubscriptionAsync() is var now ? (now.PlanName, now.Conversions, now.PriceMinorUnits) : default);

        till.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        till.Stripe.Renew(subscription.ProviderId, isPaid: true);
        await till.DeliverAllAsync();
        Assert.Equal([1_000L, lot.Conversions, 4_000L], (await till.LotsAsync()).Select(l => l.Conversions));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_renewal_that_is_told_of_before_the_upgrade_waits_for_it()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(till, 1_000, 20m);
        var larger = await till.PlanAsync("Larger", 4_000, 60m, PlanRenewal.Monthly, 30);
        till.MoveTo(PaymentFixture.Start.AddDays(15));
        await TestData.Valued(till.Get<PlanSubscriptionService>().UpgradeAsync(till.Owner, subscription.Id, larger.Id));
        till.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        till.Stripe.Renew(subscription.ProviderId, isPaid: true);

        var events = till.Stripe.Events.Reverse().ToList();
        till.Stripe.Events.Clear();
        foreach (var sent in events)
        {
            await till.DeliverAsync(sent);
        }

        Assert.Equal(2, (await till.LotsAsync()).Count);
        till.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1).AddMinutes(3));
        await till.Get<WebhookInbox>().RunAsync();
        for (var i = 0; i < 100 && (await till.LotsAsync()).Count < 3; i++)
        {
            await Task.Delay(100);
        }

        var lots = (await till.LotsAsync()).Select(l => l.Conversions).Order().ToList();
        Assert.Equal((1_000L, 4_000L), (lots[0], lots[2]));
        Assert.InRange(lots[1], 1_499, 1_500);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_subscription_is_let_end_with_its_period_and_taken_up_again()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(till, 1_000, 20m);
        var plans = till.Get<PlanSubscriptionService>();

        await TestData.Valued(plans.SetCancelAsync(till.Owner, subscription.Id, true));
        Assert.True((await till.SubscriptionAsync()).CancelsAtPeriodEnd);
        Assert.True((bool?)till.Stripe.Object(subscription.ProviderId)["cancel_at_period_end"]);
        await TestData.Valued(plans.SetCancelAsync(till.Owner, subscription.Id, false));
        Assert.False((await till.SubscriptionAsync()).CancelsAtPeriodEnd);
        var (_, rival) = await till.Server.Books.AddResellerAsync("rival");
        Assert.StartsWith("This subscription does not exist", (await plans.SetCancelAsync(rival, subscription.Id, true)).Refusal?.Message);
        Assert.Empty(await plans.ListAsync(rival));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Credits_that_run_low_are_bought_up_to_the_months_cap_by_one_node()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var plan = await till.PlanAsync("Thousand", 1_000, 20m);
        var topUps = till.Get<TopUpService>();
        Assert.StartsWith("There is no payment method", (await topUps.SetAsync(till.Owner, new TopUpTerms(plan.Id, true, 1_500, null, 50m))).Refusal?.Message);
        var (_, session) = await till.CheckOutAsync(plan, savesMethod: true);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        await TestData.Valued(topUps.SetAsync(till.Owner, new TopUpTerms(plan.Id, true, 5_000, null, 50m)));

        // Below 5,000 for all the month: 50 EUR suffice for two, and an answer that gets lost charges nothing twice.
        till.Stripe.LosesAnswers = 1;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => topUps.RunAsync()));
        await topUps.RunAsync();
        await topUps.RunAsync();
        await till.DeliverAllAsync();

        Assert.Equal(3, (await till.LotsAsync()).Count);
        Assert.Equal(40m, (await topUps.ReadAsync(till.Owner)).SpentThisMonth.Amount);
        till.MoveTo(PaymentFixture.Start.AddMonths(1));
        till.Stripe.DeclinesCharges = true;
        await topUps.RunAsync();
        await topUps.RunAsync();
        var view = await topUps.ReadAsync(till.Owner);
        Assert.Equal((false, "Your card was declined."), (view.Terms!.IsOn, view.Fault));
        Assert.Equal(3, (await till.LotsAsync()).Count);
        await using var db = till.Open();
        Assert.Equal("Automatic top-ups have stopped", (await db.Notices.SingleAsync()).Subject);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Credits_that_would_run_out_within_days_are_bought()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var plan = await till.PlanAsync("Thousand", 1_000, 20m);
        var (_, session) = await till.CheckOutAsync(plan, savesMethod: true);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        var customer = await till.Server.Books.AddCustomerAsync(till.Owner, "Busy");
        var token = await till.Server.Books.IssueAsync(till.Owner, customer);
        var topUps = till.Get<TopUpService>();
        await TestData.Valued(topUps.SetAsync(till.Owner, new TopUpTerms(plan.Id, true, null, 10, 100m)));
        till.MoveTo(PaymentFixture.Start.AddDays(7));

        // 280 in two weeks are 20 a day: what is left lasts 36 days.
        await till.Server.Books.Recorder.RecordAsync(till.Owner.Scope, [TestData.Fact(token, PaymentFixture.Start.AddDays(3), 280)]);
        Assert.Equal(0, await topUps.RunAsync());

        // 800 are 57 a day, and 200 last less than four.
        await till.Server.Books.Recorder.RecordAsync(till.Owner.Scope, [TestData.Fact(token, PaymentFixture.Start.AddDays(4), 520)]);
        Assert.Equal(1, await topUps.RunAsync());
        Assert.Equal(2, (await till.LotsAsync()).Count);
        await till.AssertSoundAsync();
    }

    private static async Task<PlanSubscription> SubscribeAsync(PaymentFixture till, long conversions, decimal price)
    {
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Monthly", conversions, price, PlanRenewal.Monthly, 30));
        await till.Stripe.PayAsync(session);
        await Task.WhenAll([till.DeliverAllAsync(), .. await ReturnsAsync(till, session)]);
        Assert.Single(await till.LotsAsync());
        Assert.Equal(CheckoutState.Paid, (await till.CheckoutAsync(session)).State);
        return await till.SubscriptionAsync();
    }

    /// <summary>The payer comes back in several windows.</summary>
    private static async Task<IEnumerable<Task>> ReturnsAsync(PaymentFixture till, string session)
    {
        var id = (await till.CheckoutAsync(session)).Id;
        return Enumerable.Range(0, 3).Select(_ => till.Get<PaymentEventDispatcher>().ReturnAsync(till.Owner, id));
    }
}
