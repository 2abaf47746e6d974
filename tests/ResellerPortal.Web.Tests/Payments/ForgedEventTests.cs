using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Payments;

/// <summary>Events that somebody else than the account's own Stripe sends.</summary>
public sealed class ForgedEventTests
{
    [Fact]
    public async Task A_forged_web_hook_changes_nothing()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        var paid = fixture.Stripe.Events.Single(e => e.Kind == "checkout.session.completed");
        var now = PaymentFixture.Start.ToUnixTimeSeconds();
        var good = Sign(PaymentFixture.OwnSecret, now, paid.Payload);
        string?[] signatures =
        [
            null, "", "t=", "v1=", $"v1={good}", $"t={now}", $"t={now},v1=", $"t={now},v0={good}", $"t={now},v1={good[..^1]}",
            $"t={now + 1},v1={good}", $"t={now},v1={Sign(PaymentFixture.OwnSecret, now, paid.Payload + " ")}",
            $"t={now},v1={Sign("", now, paid.Payload)}", $"t={now},v1={Sign(StandInStripe.Secret, now, paid.Payload)}",
            $"t={now},v1={Sign(StandInStripe.ConnectSecret, now, paid.Payload)}",
            $"t={now - 301},v1={Sign(PaymentFixture.OwnSecret, now - 301, paid.Payload)}",
            $"t={now},t={now - 400},v1={Sign(PaymentFixture.OwnSecret, now - 400, paid.Payload)}",
            $"t=-1,v1={Sign(PaymentFixture.OwnSecret, -1, paid.Payload)}", $"t={new string('9', 400)},v1={good}", new string(',', 5_000),
        ];
        string[] addresses = [PaymentAccountService.GetWebhookPath(fixture.Reseller.Id), "/webhooks/stripe"];
        foreach (var (address, signature) in addresses.SelectMany(_ => signatures, (a, s) => (a, s)))
        {
            // Of those signed with the operator's own secret, only the reseller's address must not take them.
            if (address == "/webhooks/stripe" && signature?.EndsWith(Sign(StandInStripe.Secret, now, paid.Payload)) == true)
            {
                continue;
            }

            if (address == "/webhooks/stripe" && signature?.EndsWith(Sign(StandInStripe.ConnectSecret, now, paid.Payload)) == true)
            {
                continue;
            }

            var status = await PostAsync(fixture, address, paid.Payload, signature);
            Assert.True(status == HttpStatusCode.BadRequest, $"{address} answers {status} to '{signature}'");
        }

        await fixture.FollowedAsync();
        await using var db = fixture.Open();
        Assert.Equal(0, await db.WebhookEvents.CountAsync());
        Assert.Empty(await fixture.PaymentsAsync(invoice));
    }

    [Fact]
    public async Task An_event_that_is_sent_again_or_under_a_new_id_pays_nothing_twice()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        var sent = fixture.Stripe.Events.ToList();
        await fixture.DeliverAllAsync();
        foreach (var again in sent)
        {
            await fixture.DeliverAsync(again);
            await fixture.DeliverAsync(again with
            {
                Id = again.Id + "x",
                Payload = again.Payload.Replace(again.Id, again.Id + "x", StringComparison.Ordinal),
            });
        }

        Assert.Equal(1210, Assert.Single(await fixture.PaymentsAsync(invoice)).AmountMinorUnits);
        Assert.Equal(0, await fixture.BalanceAsync(customer));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task The_secret_of_one_reseller_signs_nothing_for_another_and_holds_up_none_of_its_events()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (rival, rivalOwner) = await fixture.Server.Data.AddResellerAsync("rival");
        fixture.Stripe.AddAccount("sk_test_rival", "acct_rival");
        await TestData.Valued(fixture.Get<PaymentAccountService>().SetKeysAsync(rivalOwner, "sk_test_rival", "whsec_rival"));
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        var (ours, theirs) = (CreateAddress(fixture, fixture.Reseller.Id), CreateAddress(fixture, rival.Id));
        foreach (var sent in fixture.Stripe.Events)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(sent, ours, "whsec_rival"));
            Assert.Equal(HttpStatusCode.BadRequest, await fixture.Stripe.DeliverAsync(sent, theirs, PaymentFixture.OwnSecret));

            // To its own address, the rival may send what it likes: our ids of objects and even of events.
            Assert.Equal(HttpStatusCode.OK, await fixture.Stripe.DeliverAsync(sent, theirs, "whsec_rival"));
        }

        await fixture.FollowedAsync();
        Assert.Empty(await fixture.PaymentsAsync(invoice));
        Assert.Equal(CheckoutState.Open, (await fixture.CheckoutAsync(session)).State);
        await fixture.DeliverAllAsync();
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task An_event_of_another_connected_account_that_names_our_payment_changes_nothing()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        var account = await ConnectAsync(fixture);
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        var genuine = fixture.Stripe.Events.Where(e => e.Account == account).ToList();
        Assert.NotEmpty(genuine);
        fixture.Stripe.AddAccount("sk_test_stranger", "acct_stranger");
        foreach (var sent in genuine)
        {
            await fixture.DeliverAsync(sent with
            {
                Account = "acct_stranger",
                Payload = sent.Payload.Replace(account, "acct_stranger", StringComparison.Ordinal),
            });
        }

        Assert.Empty(await fixture.PaymentsAsync(invoice));
        Assert.Equal(CheckoutState.Open, (await fixture.CheckoutAsync(session)).State);

        // Neither refunds nor the state of our account are believed from there.
        var checkout = await fixture.CheckoutAsync(session);
        JsonObject[] subjects =
        [
            new() { ["id"] = account, ["object"] = "account", ["charges_enabled"] = false, ["details_submitted"] = false },
            new() { ["id"] = "re_1", ["object"] = "refund", ["payment_intent"] = checkout.PaymentId, ["amount"] = 1210 },
        ];
        string[] kinds = ["account.updated", "account.application.deauthorized", "refund.created", "charge.refunded"];
        foreach (var (kind, subject, i) in kinds.SelectMany(_ => subjects, (k, s) => (k, s)).Select((p, i) => (p.k, p.s, i)))
        {
            await fixture.DeliverAsync(StandInStripe.Event($"evt_strange_{i}", kind, subject, "acct_stranger", 1));
        }

        Assert.True((await TestData.Valued(fixture.Get<PaymentAccountService>().RefreshAsync(fixture.Owner))).TakesPayments);
        await fixture.DeliverAllAsync();
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Empty(await fixture.NotesAsync(invoice));
        Assert.Empty(fixture.Stripe.Faults);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\u0000")]
    public async Task A_signed_event_with_texts_that_are_none_is_refused_and_not_a_fault(string text)
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var now = PaymentFixture.Start.ToUnixTimeSeconds();
        var payloads = (string[])[
            """{"id":"TEXT","type":"a.b","created":1,"data":{"object":{"id":"x"}}}""",
            """{"id":"evt_1","type":"TEXT","created":1,"data":{"object":{"id":"x"}}}""",
            """{"id":"evt_2","type":"a.b","created":1,"data":{"object":{"id":"TEXT"}}}""",
            """{"id":"evt_3","type":"a.b","account":"TEXT","created":1,"data":{"object":{"id":"x"}}}""",
        ];
        foreach (var payload in payloads.Select(p => p.Replace("TEXT", text, StringComparison.Ordinal)))
        {
            var status = await PostAsync(
                fixture,
                PaymentAccountService.GetWebhookPath(fixture.Reseller.Id),
                payload,
                $"t={now},v1={Sign(PaymentFixture.OwnSecret, now, payload)}");
            Assert.True(status == HttpStatusCode.BadRequest, $"{payload}: {status}");
        }
    }

    /// <summary>The reseller gets an account that is connected to the operator's.</summary>
    private static async Task<string> ConnectAsync(PaymentFixture fixture)
    {
        await TestData.Valued(fixture.Get<PaymentAccountService>().ConnectAsync(fixture.Owner, "https://portal.example/reseller/payments"));
        var account = (string)fixture.Stripe.All("account").Single()["id"]!;
        fixture.Stripe.FinishOnboarding(account);
        await fixture.DeliverAllAsync();
        return account;
    }

    private static Uri CreateAddress(PaymentFixture fixture, ResellerId reseller) =>
        new(fixture.Server.Address, PaymentAccountService.GetWebhookPath(reseller));

    private static string Sign(string secret, long at, string payload) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at}.{payload}")));

    private static async Task<HttpStatusCode> PostAsync(PaymentFixture fixture, string address, string payload, string? signature)
    {
        using var client = fixture.Server.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(payload, MediaTypeHeaderValue.Parse("application/json; charset=utf-8")),
        };
        if (signature is not null)
        {
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
