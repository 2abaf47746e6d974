using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Outbox;
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
        await using var fixture = await PaymentFixture.OpenAsync(("Stripe:AutomaticTax", "true"));
        var (order, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));

        await fixture.Stripe.PayAsync(session, discount: 30_00);
        await Task.WhenAll([fixture.DeliverAllAsync(), .. await ReturnsAsync(fixture, session)]);

        var lot = Assert.Single(await fixture.LotsAsync());
        Assert.Equal((12_000L, 12_500L, order.Id), (lot.Conversions, lot.UnitCostMicros, lot.PlanOrderId!.Value));
        await using var db = fixture.Open();
        var payment = await db.Set<OrderPayment>().SingleAsync();
        Assert.Equal((150_00L, 31_50L), (payment.AmountMinorUnits, payment.TaxMinorUnits));
        Assert.Contains("/receipts/", payment.ReceiptUrl);
        Assert.Equal(
            (30_00L, PlanOrderStatus.Confirmed),
            await db.PlanOrders.Select(o => new { o.DiscountMinorUnits, o.Status }).SingleAsync() is var o
                ? (o.DiscountMinorUnits, o.Status)
                : default);
        Assert.Equal("true", (string?)fixture.Stripe.Object(session)["asked"]!["allow_promotion_codes"], ignoreCase: true);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_promotion_of_the_whole_price_grants_the_lot_for_nothing()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Free", 500, 20m));

        await fixture.Stripe.PayAsync(session, discount: 20_00);
        await fixture.DeliverAllAsync();

        Assert.Equal((500L, 0L), Assert.Single(await fixture.LotsAsync()) is var lot ? (lot.Conversions, lot.UnitCostMicros) : default);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_refunded_order_is_recorded_and_the_operator_decides_on_its_lot()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (order, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        var payment = (await fixture.CheckoutAsync(session)).PaymentId!;

        fixture.Stripe.Refund(payment, 80_00);
        var dispute = fixture.Stripe.Dispute(payment, 100_00);
        await fixture.DeliverAllAsync();
        await using var db = fixture.Open();
        Assert.Equal(
            [180_00L, -100_00L, -80_00L],
            (await db.Set<OrderPayment>().ToListAsync()).Select(p => p.AmountMinorUnits).OrderBy(a => a < 0).ThenBy(a => a));
        fixture.Stripe.CloseDispute(dispute, isWon: true);
        await fixture.DeliverAllAsync();

        Assert.Equal(100_00L, (await db.PlanOrders.AsNoTracking().SingleAsync(o => o.Id == order.Id)).PaidMinorUnits);
        Assert.Equal(12_000, Assert.Single(await fixture.LotsAsync()).Conversions);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task An_order_that_the_operator_confirmed_meanwhile_takes_no_second_payment()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (order, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await TestData.Valued(fixture.Server.Data.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "by transfer"));

        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        Assert.Single(await fixture.LotsAsync());
        var checkout = await fixture.CheckoutAsync(session);
        Assert.Equal(CheckoutState.Refused, checkout.State);
        Assert.Contains("paid otherwise", checkout.Error);

        // The nightly check finds it, and one click refunds it.
        fixture.MoveTo(PaymentFixture.Start.AddHours(1));
        var reconciler = fixture.Get<PaymentReconciler>();
        await reconciler.CompareAsync(CancellationToken.None);
        var row = Assert.Single((await reconciler.ReadAsync(TestData.Operator)).Rows);
        Assert.Equal((DifferenceKind.Refused, "Refund"), (row.Difference.Kind, row.Repair));
        await TestData.Valued(reconciler.RepairAsync(TestData.Operator, row.Difference.Id));
        Assert.Equal(180_00L, (long?)fixture.Stripe.All("refund").Single()["amount"]);
        await reconciler.CompareAsync(CancellationToken.None);
        Assert.Empty((await reconciler.ReadAsync(TestData.Operator)).Rows);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task The_second_of_two_payments_for_one_checkout_is_refunded()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        var first = await fixture.CheckoutAsync(session);
        var second = fixture.Stripe.Forge(StandInStripe.Platform, 180_00, "eur", first.Id.ToString("N"));
        await fixture.DeliverAllAsync();

        Assert.Single(await fixture.LotsAsync());
        fixture.MoveTo(PaymentFixture.Start.AddHours(1));
        var reconciler = fixture.Get<PaymentReconciler>();
        await reconciler.CompareAsync(CancellationToken.None);
        await TestData.Valued(
            reconciler.RepairAsync(TestData.Operator, Assert.Single((await reconciler.ReadAsync(TestData.Operator)).Rows).Difference.Id));

        Assert.Equal(second, (string?)fixture.Stripe.All("refund").Single()["payment_intent"]);
        Assert.Equal(first.PaymentId, (await fixture.CheckoutAsync(session)).PaymentId);
        await using var db = fixture.Open();
        Assert.Equal(180_00L, (await db.Set<OrderPayment>().SingleAsync()).AmountMinorUnits);
        await reconciler.CompareAsync(CancellationToken.None);
        Assert.Empty((await reconciler.ReadAsync(TestData.Operator)).Rows);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_plan_that_renews_grants_a_lot_for_each_period_that_is_paid()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(fixture, 1_000, 20m);
        Assert.Equal(PaymentFixture.Start.AddMonths(1), subscription.PeriodEndUtc, TimeSpan.FromMinutes(1));

        fixture.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        fixture.Stripe.Renew(subscription.ProviderId, isPaid: true);
        var events = fixture.Stripe.Events.ToList();
        await fixture.DeliverAllAsync();
        foreach (var again in events.AsEnumerable().Reverse())
        {
            await fixture.DeliverAsync(again);
        }

        var lots = await fixture.LotsAsync();
        Assert.Equal(2, lots.Count);
        Assert.All(lots, lot => Assert.Equal((1_000L, 20_000L), (lot.Conversions, lot.UnitCostMicros)));
        Assert.Equal(PaymentFixture.Start.AddMonths(2).AddDays(1), lots[1].ExpiresAtUtc, TimeSpan.FromMinutes(1));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_days_of_grace_and_tells_of_them()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(fixture, 1_000, 20m);
        var renewal = PaymentFixture.Start.AddMonths(1);
        fixture.MoveTo(renewal.AddHours(1));
        var invoice = fixture.Stripe.Renew(subscription.ProviderId, isPaid: false);
        await fixture.DeliverAllAsync();

        var late = await fixture.SubscriptionAsync();
        Assert.Equal(SubscriptionState.PastDue, late.State);
        Assert.Equal(renewal + SubscriptionSynchronizer.Grace, late.GraceUntilUtc!.Value, TimeSpan.FromMinutes(1));
        Assert.Equal(late.GraceUntilUtc, Assert.Single(await fixture.LotsAsync()).ExpiresAtUtc);
        fixture.MoveTo(renewal.AddDays(6).AddHours(2));
        await fixture.Get<SubscriptionWorker>().NotifyOfGraceAsync();
        await fixture.Get<SubscriptionWorker>().NotifyOfGraceAsync();
        await using var db = fixture.Open();
        Assert.Equal(
            ["Monthly was not renewed", "The credits of Monthly end soon"],
            await db.OutboxEmails.OrderBy(n => n.QueuedAtUtc).Select(n => n.Subject).ToListAsync());

        fixture.Stripe.Recover(subscription.ProviderId, invoice);
        await fixture.DeliverAllAsync();
        Assert.Equal(2, (await fixture.LotsAsync()).Count);
        Assert.Equal(
            (SubscriptionState.Active, (DateTimeOffset?)null),
            await fixture.SubscriptionAsync() is var now ? (now.State, now.GraceUntilUtc) : default);

        fixture.Stripe.End(subscription.ProviderId);
        await fixture.DeliverAllAsync();
        Assert.Equal(SubscriptionState.Ended, (await fixture.SubscriptionAsync()).State);
        Assert.Equal("Monthly has ended", (await db.OutboxEmails.OrderBy(n => n.QueuedAtUtc).LastAsync()).Subject);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task An_upgrade_gives_the_share_of_conversions_that_it_charges_for_and_nothing_when_declined()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(fixture, 1_000, 20m);
        var larger = await fixture.PlanAsync("Larger", 4_000, 60m, PlanRenewal.Monthly, 30);
        var plans = fixture.Get<PlanSubscriptionService>();
        fixture.MoveTo(PaymentFixture.Start.AddDays(15));

        fixture.Stripe.DeclinesCharges = true;
        Assert.Equal("Your card was declined.", (await plans.UpgradeAsync(fixture.Owner, subscription.Id, larger.Id)).Refusal?.Message);
        Assert.Null((await fixture.SubscriptionAsync()).UpgradePlanId);
        fixture.Stripe.DeclinesCharges = false;
        var offer = Assert.Single(await plans.ListUpgradesAsync(fixture.Owner, subscription.Id));
        await TestData.Valued(plans.UpgradeAsync(fixture.Owner, subscription.Id, larger.Id));
        await fixture.DeliverAllAsync();

        // Half of November remains: half of 3,000 conversions for half of 40 EUR.
        var lot = (await fixture.LotsAsync())[^1];
        Assert.InRange(lot.Conversions, 1_499, 1_500);
        Assert.InRange(offer.About.Amount, 19.99m, 20m);
        Assert.InRange(lot.UnitCostMicros, 13_333, 13_343);
        Assert.Equal(
            ("Larger", 4_000L, 60_00L),
            await fixture.SubscriptionAsync() is var now ? (now.PlanName, now.Conversions, now.PriceMinorUnits) : default);

        fixture.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        fixture.Stripe.Renew(subscription.ProviderId, isPaid: true);
        await fixture.DeliverAllAsync();
        Assert.Equal([1_000L, lot.Conversions, 4_000L], (await fixture.LotsAsync()).Select(l => l.Conversions));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_renewal_event_that_arrives_before_its_upgrade_waits_for_it()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(fixture, 1_000, 20m);
        var larger = await fixture.PlanAsync("Larger", 4_000, 60m, PlanRenewal.Monthly, 30);
        fixture.MoveTo(PaymentFixture.Start.AddDays(15));
        await TestData.Valued(fixture.Get<PlanSubscriptionService>().UpgradeAsync(fixture.Owner, subscription.Id, larger.Id));
        fixture.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1));
        fixture.Stripe.Renew(subscription.ProviderId, isPaid: true);

        var events = fixture.Stripe.Events.Reverse().ToList();
        fixture.Stripe.Events.Clear();
        foreach (var sent in events)
        {
            await fixture.DeliverAsync(sent);
        }

        Assert.Equal(2, (await fixture.LotsAsync()).Count);
        fixture.MoveTo(PaymentFixture.Start.AddMonths(1).AddHours(1).AddMinutes(3));
        await fixture.Get<WebhookInbox>().RunAsync();
        await Eventually.TrueAsync(async () => (await fixture.LotsAsync()).Count >= 3);

        var lots = (await fixture.LotsAsync()).Select(l => l.Conversions).Order().ToList();
        Assert.Equal((1_000L, 4_000L), (lots[0], lots[2]));
        Assert.InRange(lots[1], 1_499, 1_500);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_subscription_can_be_cancelled_at_period_end_and_resumed()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var subscription = await SubscribeAsync(fixture, 1_000, 20m);
        var plans = fixture.Get<PlanSubscriptionService>();

        await TestData.Valued(plans.SetCancelAsync(fixture.Owner, subscription.Id, true));
        Assert.True((await fixture.SubscriptionAsync()).CancelsAtPeriodEnd);
        Assert.True((bool?)fixture.Stripe.Object(subscription.ProviderId)["cancel_at_period_end"]);
        await TestData.Valued(plans.SetCancelAsync(fixture.Owner, subscription.Id, false));
        Assert.False((await fixture.SubscriptionAsync()).CancelsAtPeriodEnd);
        var (_, rival) = await fixture.Server.Data.AddResellerAsync("rival");
        Assert.StartsWith("This subscription does not exist", (await plans.SetCancelAsync(rival, subscription.Id, true)).Refusal?.Message);
        Assert.Empty(await plans.ListAsync(rival));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Credits_that_run_low_are_bought_up_to_the_months_cap_by_one_node()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var plan = await fixture.PlanAsync("Thousand", 1_000, 20m);
        var topUps = fixture.Get<TopUpService>();
        Assert.StartsWith(
            "There is no payment method",
            (await topUps.SetAsync(fixture.Owner, new TopUpTerms(plan.Id, true, 1_500, null, 50m))).Refusal?.Message);
        var (_, session) = await fixture.CheckOutAsync(plan, savesMethod: true);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        await TestData.Valued(topUps.SetAsync(fixture.Owner, new TopUpTerms(plan.Id, true, 5_000, null, 50m)));

        // Below 5,000 all month: 50 EUR pay for two top-ups, and a lost response does not charge twice.
        fixture.Stripe.LosesAnswers = 1;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => topUps.RunAsync()));
        await topUps.RunAsync();
        await topUps.RunAsync();
        await fixture.DeliverAllAsync();

        Assert.Equal(3, (await fixture.LotsAsync()).Count);
        Assert.Equal(40m, (await topUps.ReadAsync(fixture.Owner)).SpentThisMonth.Amount);
        fixture.MoveTo(PaymentFixture.Start.AddMonths(1));
        fixture.Stripe.DeclinesCharges = true;
        await topUps.RunAsync();
        await topUps.RunAsync();
        var view = await topUps.ReadAsync(fixture.Owner);
        Assert.Equal((false, "Your card was declined."), (view.Terms!.IsOn, view.Fault));
        Assert.Equal(3, (await fixture.LotsAsync()).Count);
        await using var db = fixture.Open();
        Assert.Equal("Automatic top-ups have stopped", (await db.OutboxEmails.SingleAsync(e => e.Kind == EmailKind.Notice)).Subject);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Credits_that_would_run_out_within_days_are_bought()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var plan = await fixture.PlanAsync("Thousand", 1_000, 20m);
        var (_, session) = await fixture.CheckOutAsync(plan, savesMethod: true);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        var customer = await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Busy");
        var token = await fixture.Server.Data.IssueAsync(fixture.Owner, customer);
        var topUps = fixture.Get<TopUpService>();
        await TestData.Valued(topUps.SetAsync(fixture.Owner, new TopUpTerms(plan.Id, true, null, 10, 100m)));
        fixture.MoveTo(PaymentFixture.Start.AddDays(7));

        // 280 in two weeks are 20 per day, so the remaining credits last 36 days.
        await fixture.Server.Data.Recorder.RecordAsync(fixture.Owner.Scope, [TestData.Fact(token, PaymentFixture.Start.AddDays(3), 280)]);
        Assert.Equal(0, await topUps.RunAsync());

        // 800 are 57 per day, so 200 last less than four days.
        await fixture.Server.Data.Recorder.RecordAsync(fixture.Owner.Scope, [TestData.Fact(token, PaymentFixture.Start.AddDays(4), 520)]);
        Assert.Equal(1, await topUps.RunAsync());
        Assert.Equal(2, (await fixture.LotsAsync()).Count);
        await fixture.AssertSoundAsync();
    }

    private static async Task<PlanSubscription> SubscribeAsync(PaymentFixture fixture, long conversions, decimal price)
    {
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Monthly", conversions, price, PlanRenewal.Monthly, 30));
        await fixture.Stripe.PayAsync(session);
        await Task.WhenAll([fixture.DeliverAllAsync(), .. await ReturnsAsync(fixture, session)]);
        Assert.Single(await fixture.LotsAsync());
        Assert.Equal(CheckoutState.Paid, (await fixture.CheckoutAsync(session)).State);
        return await fixture.SubscriptionAsync();
    }

    /// <summary>The payer returns in several windows.</summary>
    private static async Task<IEnumerable<Task>> ReturnsAsync(PaymentFixture fixture, string session)
    {
        var id = (await fixture.CheckoutAsync(session)).Id;
        return Enumerable.Range(0, 3).Select(_ => fixture.Get<PaymentEventDispatcher>().HandleReturnAsync(fixture.Owner, id));
    }
}
