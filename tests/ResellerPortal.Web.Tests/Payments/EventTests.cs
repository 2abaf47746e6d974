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
    public async Task An_unsigned_or_outdated_event_is_refused_and_not_stored()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        var paid = fixture.Stripe.Events.Single(e => e.Kind == "checkout.session.completed");
        var endpoint = new Uri(fixture.Server.Address, "/webhooks/stripe");

        Assert.Equal(HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(paid, endpoint, "whsec_guess"));
        Assert.Equal(
            HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(paid, endpoint, signedAt: PaymentFixture.Start.AddMinutes(-6)));
        Assert.Equal(
            HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(paid, endpoint, signedAt: PaymentFixture.Start.AddMinutes(8)));
        Assert.Equal(HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(paid with { Payload = "[]" }, endpoint));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await fixture.Stripe.DeliverAsync(
                paid with { Payload = "{\"id\":\"evt_1\",\"type\":\"a.b\",\"created\":1,\"data\":{\"object\":7}}" }, endpoint));
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            await fixture.Stripe.DeliverAsync(paid with { Payload = new string('x', WebhookEvent.MaxPayload + 1) }, endpoint));
        Assert.Equal(
            HttpStatusCode.NotFound,
            await fixture.Stripe.DeliverAsync(
                paid, new Uri(fixture.Server.Address, PaymentAccountService.GetWebhookPath(fixture.Reseller.Id))));

        await using var db = fixture.Open();
        Assert.Equal(0, await db.WebhookEvents.CountAsync());
        Assert.Empty(await fixture.LotsAsync());
    }

    [Fact]
    public async Task An_event_is_stored_once_and_means_nothing_where_it_is_unknown_or_not_ours()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var foreign = StandInStripe.Event(
            "evt_x",
            "payment_intent.succeeded",
            new JsonObject { ["id"] = "pi_nobody", ["object"] = "payment_intent" },
            StandInStripe.Platform,
            1);
        var unknown = StandInStripe.Event(
            "evt_y", "treasury.credit_reversal.posted", new JsonObject { ["object"] = "balance" }, StandInStripe.Platform, 1);
        var stranger = StandInStripe.Event(
            "evt_z", "payment_intent.succeeded", new JsonObject { ["id"] = "pi_nobody" }, "acct_stranger", 1);

        foreach (var sent in (StripeEvent[])[foreign, unknown, stranger, foreign, unknown])
        {
            Assert.Equal(HttpStatusCode.OK, await fixture.SendAsync(sent));
        }

        await fixture.FollowedAsync();
        await using var db = fixture.Open();
        var kept = await db.WebhookEvents.OrderBy(e => e.EventId).ToListAsync();
        Assert.Equal(["evt_x", "evt_y", "evt_z"], kept.Select(e => e.EventId));
        Assert.All(kept, e => Assert.Equal(WebhookEventState.Ignored, e.State));
    }

    [Fact]
    public async Task While_Stripe_is_down_an_event_waits_longer_each_time_and_is_replayed_at_last()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        var paid = fixture.Stripe.Events.Single(e => e.Kind == "checkout.session.completed");
        fixture.Stripe.Fails = 503;
        await fixture.SendAsync(paid);
        var inbox = fixture.Get<WebhookInbox>();
        var stored = await StoredAsync(fixture, paid);

        var waits = new List<TimeSpan>();
        for (var now = PaymentFixture.Start; (await StoredAsync(fixture, paid)).State == WebhookEventState.Pending && waits.Count < 20;)
        {
            fixture.MoveTo(now);
            var attempts = stored.Attempts;
            await inbox.HandleAsync(stored.Id, CancellationToken.None);
            await Eventually.TrueAsync(async () => (stored = await StoredAsync(fixture, paid)).Attempts != attempts);

            if (stored.NextAttemptAtUtc is { } next)
            {
                waits.Add(next - fixture.Server.Clock.GetUtcNow());
                now = next.AddSeconds(1);
            }
        }

        Assert.Equal([1, 5, 30, 120, 360, 720, 1440], waits.Select(w => (int)Math.Ceiling(w.TotalMinutes)));
        Assert.Equal(WebhookEventState.Failed, stored.State);
        Assert.Empty(await fixture.LotsAsync());
        fixture.Stripe.Fails = null;
        var page = await inbox.ReadPageAsync(TestData.Operator, WebhookEventState.Failed, 0, 50);
        Assert.Equal(
            WebhookEventState.Processed, (await TestData.Valued(inbox.ReplayAsync(TestData.Operator, Assert.Single(page.Rows).Id))).State);
        Assert.Single(await fixture.LotsAsync());
        await TestData.Valued(inbox.ReplayAsync(TestData.Operator, stored.Id));
        Assert.Single(await fixture.LotsAsync());
        await Assert.ThrowsAsync<PermissionDeniedException>(() => inbox.ReplayAsync(
            Actor.ForMember(new Member { UserId = Guid.NewGuid(), Role = Role.OperatorSupport }, "support"), stored.Id));
    }

    [Fact]
    public async Task Two_nodes_that_handle_one_event_grant_one_lot()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await using var node = PortalServer.Start(PaymentFixture.Start, [fixture.Server.Storage, .. fixture.Stripe.Settings]);
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        var events = fixture.Stripe.Events.ToList();

        // Stripe delivers to both nodes, and each processes pending events.
        await Task.WhenAll(events.SelectMany(e => (Task<HttpStatusCode>[])
            [fixture.SendAsync(e), fixture.Stripe.DeliverAsync(e, new Uri(node.Address, "/webhooks/stripe"))]));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(
            i => (i % 2 == 0 ? fixture.Get<WebhookInbox>() : node.Services.GetRequiredService<WebhookInbox>()).RunAsync()));

        await Eventually.TrueAsync(async () => (await fixture.LotsAsync()).Count > 0);

        Assert.Single(await fixture.LotsAsync());
        await using var db = fixture.Open();
        Assert.Equal(events.Count, await db.WebhookEvents.CountAsync());
        await fixture.AssertSoundAsync();
    }

    [Theory]
    [InlineData("amount", "999", "9.99 EUR was charged instead of 180.00 EUR.")]
    [InlineData("currency", "usd", "180.00 USD was charged instead of 180.00 EUR.")]
    public async Task An_amount_or_a_currency_that_was_not_asked_for_grants_nothing(string field, string value, string fault)
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var (_, session) = await fixture.CheckOutAsync(await fixture.PlanAsync("Twelve", 12_000, 180m));
        await fixture.Stripe.PayAsync(session);
        foreach (var changed in fixture.Stripe.All("payment_intent").Concat(fixture.Stripe.All("checkout.session")))
        {
            if (field == "amount")
            {
                var amount = long.Parse(value, CultureInfo.InvariantCulture);
                (
                    changed["amount"],
                    changed["amount_received"],
                    changed["amount_subtotal"],
                    changed["amount_total"]) = (amount, amount, amount, amount);
            }
            else
            {
                changed["currency"] = value;
            }
        }

        await fixture.DeliverAllAsync();

        Assert.Empty(await fixture.LotsAsync());
        Assert.Equal(
            (CheckoutState.Refused, fault),
            await fixture.CheckoutAsync(session) is var checkout ? (checkout.State, checkout.Error) : default);
    }

    [Fact]
    public async Task A_session_in_another_tenants_account_that_names_our_checkout_is_not_taken()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        var checkout = await fixture.CheckoutAsync(session);

        // Rival has its own Stripe account and writes our checkout ID into a payment there.
        var (rival, owner) = await fixture.Server.Data.AddResellerAsync("rival");
        fixture.Stripe.AddAccount("sk_test_rival", "acct_rival");
        await TestData.Valued(fixture.Get<PaymentAccountService>().SetKeysAsync(owner, "sk_test_rival", "whsec_rival"));
        var forged = fixture.Stripe.Forge("acct_rival", 1210, "eur", checkout.Id.ToString("N"));
        var sent = StandInStripe.Event("evt_forged", "payment_intent.succeeded", fixture.Stripe.Object(forged), StandInStripe.Platform, 1);
        Assert.Equal(
            HttpStatusCode.OK,
            await fixture.Stripe.DeliverAsync(
                sent, new Uri(fixture.Server.Address, PaymentAccountService.GetWebhookPath(rival.Id)), "whsec_rival"));
        await fixture.FollowedAsync();

        Assert.Empty(await fixture.PaymentsAsync(invoice));
        Assert.Equal(CheckoutState.Open, (await fixture.CheckoutAsync(session)).State);
    }

    [Fact]
    public async Task A_payment_without_an_event_is_found_by_reconciliation_and_recorded_on_request()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        fixture.Stripe.Events.Clear();
        fixture.MoveTo(PaymentFixture.Start.AddDays(1));
        var reconciler = fixture.Get<PaymentReconciler>();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => reconciler.RunNightlyAsync(CancellationToken.None)));
        var (rows, last) = await reconciler.ReadAsync(TestData.Operator);
        await Eventually.TrueAsync(async () =>
        {
            (rows, last) = await reconciler.ReadAsync(TestData.Operator);
            return last is { EndedAtUtc: not null } && last.Night == new DateOnly(2026, 11, 2);
        });

        var row = Assert.Single(rows);
        Assert.Equal(
            (DifferenceKind.MissingInPortal, "12.10 EUR was paid but is not recorded.", "northwind Ltd"),
            (row.Difference.Kind, row.Difference.Text, row.ResellerName));
        Assert.NotNull(last?.EndedAtUtc);

        // Only the reseller that owns the account sees and resolves it.
        var (_, rival) = await fixture.Server.Data.AddResellerAsync("rival");
        Assert.Empty((await reconciler.ReadAsync(rival)).Rows);
        Assert.True((await reconciler.RepairAsync(rival, row.Difference.Id)).IsRefused);
        Assert.Equal(row.Difference.Id, Assert.Single((await reconciler.ReadAsync(fixture.Owner)).Rows).Difference.Id);
        await TestData.Valued(reconciler.RepairAsync(fixture.Owner, row.Difference.Id));

        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        fixture.Stripe.Refund((await fixture.CheckoutAsync(session)).PaymentId!, 210);
        fixture.Stripe.Events.Clear();
        await reconciler.CompareAsync(CancellationToken.None);
        await TestData.Valued(
            reconciler.RepairAsync(TestData.Operator, Assert.Single((await reconciler.ReadAsync(TestData.Operator)).Rows).Difference.Id));
        Assert.Equal(210, Assert.Single(await fixture.NotesAsync(invoice)).Total.MinorUnits);

        // For a payment that is paid on both sides, the list is sufficient.
        var (friend, plain) = await fixture.InvoiceAsync();
        var second = await fixture.CheckOutAsync(friend, plain);
        await fixture.Stripe.PayAsync(second);
        await fixture.DeliverAllAsync();
        fixture.MoveTo(PaymentFixture.Start.AddDays(1).AddHours(1));
        fixture.Stripe.Asked.Clear();
        await reconciler.CompareAsync(CancellationToken.None);
        Assert.DoesNotContain($"GET /v1/payment_intents/{(await fixture.CheckoutAsync(second)).PaymentId}", fixture.Stripe.Asked);
        Assert.Empty((await reconciler.ReadAsync(TestData.Operator)).Rows);

        // A payment that the provider has lost cannot be resolved automatically.
        fixture.Stripe.Lose((await fixture.CheckoutAsync(session)).PaymentId!);
        await reconciler.CompareAsync(CancellationToken.None);
        var gone = Assert.Single((await reconciler.ReadAsync(TestData.Operator)).Rows);
        Assert.Equal((DifferenceKind.MissingAtProvider, (string?)null), (gone.Difference.Kind, gone.Repair));
        Assert.True((await reconciler.RepairAsync(TestData.Operator, gone.Difference.Id)).IsRefused);
        await fixture.AssertSoundAsync();
    }

    private static async Task<WebhookEvent> StoredAsync(PaymentFixture fixture, StripeEvent sent)
    {
        await using var db = fixture.Open();
        return await db.WebhookEvents.AsNoTracking().SingleAsync(e => e.EventId == sent.Id);
    }
}
