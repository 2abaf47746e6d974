using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Payments;

public sealed class EventTests
{
    [Fact]
    public async Task What_is_not_signed_or_is_signed_long_ago_is_refused_and_not_kept()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        var paid = till.Stripe.Events.Single(e => e.Kind == "checkout.session.completed");
        var endpoint = new Uri(till.Server.Address, "/webhooks/stripe");

        Assert.Equal(HttpStatusCode.BadRequest, await till.Stripe.DeliverAsync(paid, endpoint, "whsec_guess"));
        Assert.Equal(HttpStatusCode.BadRequest, await till.Stripe.DeliverAsync(paid, endpoint, signedAt: PaymentFixture.Start.AddMinutes(-6)));
        Assert.Equal(HttpStatusCode.BadRequest, await till.Stripe.DeliverAsync(paid, endpoint, signedAt: PaymentFixture.Start.AddMinutes(8)));
        Assert.Equal(HttpStatusCode.BadRequest, await till.Stripe.DeliverAsync(paid with { Payload = "[]" }, endpoint));
        Assert.Equal(HttpStatusCode.BadRequest, await till.Stripe.DeliverAsync(paid with { Payload = "{\"id\":\"evt_1\",\"type\":\"a.b\",\"created\":1,\"data\":{\"object\":7}}" }, endpoint));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await till.Stripe.DeliverAsync(paid with { Payload = new string('x', WebhookEvent.MaxPayload + 1) }, endpoint));
        Assert.Equal(HttpStatusCode.NotFound, await till.Stripe.DeliverAsync(paid, new Uri(till.Server.Address, PaymentAccountService.GetWebhookPath(till.Reseller.Id))));

        await using var db = till.Open();
        Assert.Equal(0, await db.WebhookEvents.CountAsync());
        Assert.Empty(await till.LotsAsync());
    }

    [Fact]
    public async Task An_event_is_stored_once_and_means_nothing_where_it_is_unknown_or_not_ours()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var foreign = StandInStripe.Event("evt_x", "payment_intent.succeeded", new JsonObject { ["id"] = "pi_nobody", ["object"] = "payment_intent" }, StandInStripe.Platform, 1);
        var unknown = StandInStripe.Event("evt_y", "treasury.credit_reversal.posted", new JsonObject { ["object"] = "balance" }, StandInStripe.Platform, 1);
        var stranger = StandInStripe.Event("evt_z", "payment_intent.succeeded", new JsonObject { ["id"] = "pi_nobody" }, "acct_stranger", 1);

        foreach (var sent in (StripeEvent[])[foreign, unknown, stranger, foreign, unknown])
        {
            Assert.Equal(HttpStatusCode.OK, await till.SendAsync(sent));
        }

        await till.FollowedAsync();
        await using var db = till.Open();
        var kept = await db.WebhookEvents.OrderBy(e => e.EventId).ToListAsync();
        Assert.Equal(["evt_x", "evt_y", "evt_z"], kept.Select(e => e.EventId));
        Assert.All(kept, e => Assert.Equal(WebhookEventState.Ignored, e.State));
    }

    [Fact]
    public async Task While_Stripe_is_down_an_event_waits_longer_each_time_and_is_replayed_at_last()
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        var paid = till.Stripe.Events.Single(e => e.Kind == "checkout.session.completed");
        till.Stripe.Fails = 503;
        await till.SendAsync(paid);
        var events = till.Get<WebhookInbox>();
        var stored = await StoredAsync(till, paid);

        var waits = new List<TimeSpan>();
        for (var now = PaymentFixture.Start; (await StoredAsync(till, paid)).State == WebhookEventState.Waiting && waits.Count < 20;)
        {
            till.MoveTo(now);
            var attempts = stored.Attempts;
            await events.HandleAsync(stored.Id, CancellationToken.None);
            for (var i = 0; i < 300 && (stored = await StoredAsync(till, paid)).Attempts == attempts; i++)
            {
                await Task.Delay(100);
            }

            if (stored.NextAttemptAtUtc is { } next)
            {
                waits.Add(next - till.Server.Clock.GetUtcNow());
                now = next.AddSeconds(1);
            }
        }

        Assert.Equal([1, 5, 30, 120, 360, 720, 1440], waits.Select(w => (int)Math.Ceiling(w.TotalMinutes)));
        Assert.Equal(WebhookEventState.GivenUp, stored.State);
        Assert.Empty(await till.LotsAsync());
        till.Stripe.Fails = null;
        var page = await events.PageAsync(TestData.Operator, WebhookEventState.GivenUp, 0, 50);
        Assert.Equal(WebhookEventState.Handled, (await TestData.Valued(events.ReplayAsync(TestData.Operator, Assert.Single(page.Rows).Id))).State);
        Assert.Single(await till.LotsAsync());
        await TestData.Valued(events.ReplayAsync(TestData.Operator, stored.Id));
        Assert.Single(await till.LotsAsync());
        await Assert.ThrowsAsync<PermissionDeniedException>(() => events.ReplayAsync(Actor.ForMember(new Member { UserId = Guid.NewGuid(), Role = Role.OperatorSupport }, "support"), stored.Id));
    }

    [Fact]
    public async Task Two_nodes_that_handle_one_event_grant_one_lot()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await using var node = PortalServer.Start(PaymentFixture.Start, [till.Server.Storage, .. till.Stripe.Settings]);
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        var events = till.Stripe.Events.ToList();

        // Stripe delivers to both, and each follows up whatever waits.
        await Task.WhenAll(events.SelectMany(e => (Task<HttpStatusCode>[])
            [till.SendAsync(e), till.Stripe.DeliverAsync(e, new Uri(node.Address, "/webhooks/stripe"))]));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? till.Get<WebhookInbox>() : node.Services.GetRequiredService<WebhookInbox>()).RunAsync()));

        for (var i = 0; i < 100 && (await till.LotsAsync()).Count == 0; i++)
        {
            await Task.Delay(100);
        }

        Assert.Single(await till.LotsAsync());
        await using var db = till.Open();
        Assert.Equal(events.Count, await db.WebhookEvents.CountAsync());
        await till.AssertSoundAsync();
    }

    [Theory]
    [InlineData("amount", "999", "9.99 EUR was charged where 180.00 EUR was asked for.")]
    [InlineData("currency", "usd", "180.00 USD was charged where 180.00 EUR was asked for.")]
    public async Task An_amount_or_a_currency_that_was_not_asked_for_grants_nothing(string field, string value, string fault)
    {
        await using var till = await PaymentFixture.OpenAsync();
        var (_, session) = await till.CheckOutAsync(await till.PlanAsync("Twelve", 12_000, 180m));
        await till.Stripe.PayAsync(session);
        foreach (var changed in till.Stripe.All("payment_intent").Concat(till.Stripe.All("checkout.session")))
        {
            if (field == "amount")
            {
                var amount = long.Parse(value, CultureInfo.InvariantCulture);
                (changed["amount"], changed["amount_received"], changed["amount_subtotal"], changed["amount_total"]) = (amount, amount, amount, amount);
            }
            else
            {
                changed["currency"] = value;
            }
        }

        await till.DeliverAllAsync();

        Assert.Empty(await till.LotsAsync());
        Assert.Equal((CheckoutState.Refused, fault), await till.CheckoutAsync(session) is var checkout ? (checkout.State, checkout.Fault) : default);
    }

    [Fact]
    public async Task A_session_in_another_tenants_account_that_names_our_checkout_is_not_taken()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        var checkout = await till.CheckoutAsync(session);

        // Rival has a Stripe account of its own and writes our checkout's id into a payment there.
        var (rival, owner) = await till.Server.Books.AddResellerAsync("rival");
        till.Stripe.AddAccount("sk_test_rival", "acct_rival");
        await TestData.Valued(till.Get<PaymentAccountService>().SetKeysAsync(owner, "sk_test_rival", "whsec_rival"));
        var forged = till.Stripe.Forge("acct_rival", 1210, "eur", checkout.Id.ToString("N"));
        var sent = StandInStripe.Event("evt_forged", "payment_intent.succeeded", till.Stripe.Object(forged), StandInStripe.Platform, 1);
        Assert.Equal(HttpStatusCode.OK, await till.Stripe.DeliverAsync(sent, new Uri(till.Server.Address, PaymentAccountService.GetWebhookPath(rival.Id)), "whsec_rival"));
        await till.FollowedAsync();

        Assert.Empty(await till.PaymentsAsync(invoice));
        Assert.Equal(CheckoutState.Open, (await till.CheckoutAsync(session)).State);
    }

    [Fact]
    public async Task What_no_event_told_of_is_found_at_night_and_entered_by_a_click()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);
        till.Stripe.Events.Clear();
        till.MoveTo(PaymentFixture.Start.AddDays(1));
        var reconciliation = till.Get<PaymentReconciler>();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => reconciliation.RunNightlyAsync(CancellationToken.None)));
        var (rows, last) = await reconciliation.ReadAsync(TestData.Operator);
        for (var i = 0; i < 300 && (last is not { EndedAtUtc: not null } || last.Night != new DateOnly(2026, 11, 2)); i++)
        {
            await Task.Delay(100);
            (rows, last) = await reconciliation.ReadAsync(TestData.Operator);
        }

        var row = Assert.Single(rows);
        Assert.Equal((DifferenceKind.MissingHere, "12.10 EUR were paid and are not entered.", "northwind Ltd"), (row.Difference.Kind, row.Difference.Text, row.ResellerName));
        Assert.NotNull(last?.EndedAtUtc);

        // The reseller whose account it is sees it and puts it right; another one does neither.
        var (_, rival) = await till.Server.Books.AddResellerAsync("rival");
        Assert.Empty((await reconciliation.ReadAsync(rival)).Rows);
        Assert.True((await reconciliation.RepairAsync(rival, row.Difference.Id)).IsRefused);
        Assert.Equal(row.Difference.Id, Assert.Single((await reconciliation.ReadAsync(till.Owner)).Rows).Difference.Id);
        await TestData.Valued(reconciliation.RepairAsync(till.Owner, row.Difference.Id));

        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        till.Stripe.Refund((await till.CheckoutAsync(session)).PaymentId!, 210);
        till.Stripe.Events.Clear();
        await reconciliation.CompareAsync(CancellationToken.None);
        await TestData.Valued(reconciliation.RepairAsync(TestData.Operator, Assert.Single((await reconciliation.ReadAsync(TestData.Operator)).Rows).Difference.Id));
        Assert.Equal(210, Assert.Single(await till.NotesAsync(invoice)).Total.MinorUnits);

        // Of a payment that is plainly paid on both sides the list is enough.
        var (friend, plain) = await till.InvoiceAsync();
        var second = await till.CheckOutAsync(friend, plain);
        await till.Stripe.PayAsync(second);
        await till.DeliverAllAsync();
        till.MoveTo(PaymentFixture.Start.AddDays(1).AddHours(1));
        till.Stripe.Asked.Clear();
        await reconciliation.CompareAsync(CancellationToken.None);
        Assert.DoesNotContain($"GET /v1/payment_intents/{(await till.CheckoutAsync(second)).PaymentId}", till.Stripe.Asked);
        Assert.Empty((await reconciliation.ReadAsync(TestData.Operator)).Rows);

        // And what the provider has lost cannot be put right by itself.
        till.Stripe.Lose((await till.CheckoutAsync(session)).PaymentId!);
        await reconciliation.CompareAsync(CancellationToken.None);
        var gone = Assert.Single((await reconciliation.ReadAsync(TestData.Operator)).Rows);
        Assert.Equal((DifferenceKind.MissingThere, (string?)null), (gone.Difference.Kind, gone.Repair));
        Assert.True((await reconciliation.RepairAsync(TestData.Operator, gone.Difference.Id)).IsRefused);
        await till.AssertSoundAsync();
    }

    private static async Task<WebhookEvent> StoredAsync(PaymentFixture till, StripeEvent sent)
    {
        await using var db = till.Open();
        return await db.WebhookEvents.AsNoTracking().SingleAsync(e => e.EventId == sent.Id);
    }
}
