using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ResellerPortal.Testing;

/// <summary>An event that was created and may not have been delivered yet.</summary>
public sealed record StripeEvent(string Id, string Account, string Kind, string Payload);

/// <summary>Actions of payers and banks, the passing of time, and event delivery.</summary>
public sealed partial class StandInStripe
{
    private readonly HttpClient _out = new() { Timeout = TimeSpan.FromSeconds(30) };
    private Uri? _portal;

    /// <summary>All events so far, in the order they occurred.</summary>
    public ConcurrentQueue<StripeEvent> Events { get; } = [];

    /// <summary>Delivers further events immediately.</summary>
    public void DeliverTo(Uri portal) => _portal = portal;

    /// <summary>The payer completes the checkout page.</summary>
    public async Task PayAsync(string sessionId, long discount = 0, bool isDeclined = false)
    {
        await _one.WaitAsync();
        try
        {
            var (key, session) = _objects.Single(o => o.Key.Id == sessionId);
            Complete(key.Account, session, discount, isDeclined);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A refund is issued in Stripe's dashboard.</summary>
    public string Refund(string intentId, long amount)
    {
        var (key, intent) = _objects.Single(o => o.Key.Id == intentId);
        return (string)NewRefund(key.Account, intent, amount)["id"]!;
    }

    /// <summary>A payment created in another account, with forged metadata.</summary>
    public string Forge(string account, long amount, string currency, string checkout)
    {
        var intent = NewIntent(account, amount, currency, new JsonObject { ["checkout"] = checkout });
        Succeed(account, intent);
        return (string)intent["id"]!;
    }

    public void Lose(string id) => _objects.Remove(_objects.Keys.Single(k => k.Id == id));

    public void FailRefund(string refundId)
    {
        var (key, refund) = _objects.Single(o => o.Key.Id == refundId);
        refund["status"] = "failed";
        var charge = Find(key.Account, (string)refund["charge"]!);
        charge["amount_refunded"] = (long)charge["amount_refunded"]! - (long)refund["amount"]!;
        Emit(key.Account, "refund.failed", refund);
    }

    /// <summary>The payer disputes the payment with its bank.</summary>
    public string Dispute(string intentId, long amount)
    {
        var (key, intent) = _objects.Single(o => o.Key.Id == intentId);
        var dispute = New(key.Account, "dp", "dispute", new JsonObject
        {
            ["amount"] = amount,
            ["currency"] = (string)intent["currency"]!,
            ["payment_intent"] = intentId,
            ["charge"] = (string?)intent["latest_charge"],
            ["status"] = "needs_response",
            ["reason"] = "fraudulent",
        });
        Find(key.Account, (string)intent["latest_charge"]!)["disputed"] = true;
        Emit(key.Account, "charge.dispute.created", dispute);
        return (string)dispute["id"]!;
    }

    public void CloseDispute(string disputeId, bool isWon)
    {
        var (key, dispute) = _objects.Single(o => o.Key.Id == disputeId);
        dispute["status"] = isWon ? "won" : "lost";
        Emit(key.Account, "charge.dispute.closed", dispute);
    }

    /// <summary>A pending bank debit succeeds or fails.</summary>
    public void Arrive(string intentId, bool isPaid)
    {
        var (key, intent) = _objects.Single(o => o.Key.Id == intentId);
        if (isPaid)
        {
            Succeed(key.Account, intent);
        }
        else
        {
            intent["status"] = "requires_payment_method";
            intent["last_payment_error"] = new JsonObject
            {
                ["type"] = "invalid_request_error",
                ["message"] = "The bank refused the debit.",
            };
            Emit(key.Account, "payment_intent.payment_failed", intent);
        }
    }

    /// <summary>A subscription's period ends and the next one begins, paid or unpaid.</summary>
    public string Renew(string subscriptionId, bool isPaid)
    {
        var subscription = Find(Platform, subscriptionId);
        var item = (JsonObject)subscription["items"]!["data"]![0]!;
        var start = (long)item["current_period_end"]!;
        (item["current_period_start"], item["current_period_end"]) = (
            start,
            PeriodEnd(start, (string)item["price"]!["recurring"]!["interval"]!));
        subscription["status"] = isPaid ? "active" : "past_due";
        var invoice = NewInvoice(
            Platform,
            subscription,
            "subscription_cycle",
            start,
            (long)item["current_period_end"]!,
            (long)item["price"]!["unit_amount"]!,
            isPaid);
        Emit(Platform, "customer.subscription.updated", subscription);
        return (string)invoice["id"]!;
    }

    /// <summary>A later attempt to pay an unpaid invoice succeeds.</summary>
    public void Recover(string subscriptionId, string invoiceId)
    {
        var (subscription, invoice) = (Find(Platform, subscriptionId), Find(Platform, invoiceId));
        (
            invoice["status"],
            invoice["status_transitions"],
            subscription["status"]) = ("paid", new JsonObject { ["paid_at"] = Now }, "active");
        Emit(Platform, "invoice.paid", invoice);
        Emit(Platform, "customer.subscription.updated", subscription);
    }

    public void End(string subscriptionId)
    {
        var subscription = Find(Platform, subscriptionId);
        subscription["status"] = "canceled";
        Emit(Platform, "customer.subscription.deleted", subscription);
    }

    public void FinishOnboarding(string account)
    {
        var connected = Find(Platform, account);
        (
            connected["charges_enabled"],
            connected["details_submitted"],
            connected["requirements"]) = (true, true, new JsonObject { ["currently_due"] = new JsonArray() });
        Emit(account, "account.updated", connected);
    }

    /// <summary>Delivers an event, signed as Stripe does (docs.stripe.com/webhooks).</summary>
    public async Task<HttpStatusCode> DeliverAsync(StripeEvent sent, Uri endpoint, string? secret = null, DateTimeOffset? signedAt = null)
    {
        var at = (signedAt ?? _clock.GetUtcNow()).ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret ?? (sent.Account == Platform ? Secret : ConnectSecret)),
            Encoding.UTF8.GetBytes($"{at}.{sent.Payload}")));
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            endpoint)
        { Content = new StringContent(sent.Payload, MediaTypeHeaderValue.Parse("application/json; charset=utf-8")) };
        request.Headers.Add("Stripe-Signature", $"t={Text(at)},v1={signature}");
        using var answer = await _out.SendAsync(request);
        return answer.StatusCode;
    }

    public static StripeEvent Event(string id, string kind, JsonObject subject, string account, long created)
    {
        var payload = new JsonObject
        {
            ["id"] = id,
            ["object"] = "event",
            ["api_version"] = "2026-01-28.clover",
            ["type"] = kind,
            ["created"] = created,
            ["livemode"] = false,
            ["data"] = new JsonObject { ["object"] = Clone(subject) },
        };
        if (account != Platform)
        {
            payload["account"] = account;
        }

        return new StripeEvent(id, account, kind, payload.ToJsonString());
    }

    private void Emit(string account, string kind, JsonObject subject)
    {
        var made = Event($"evt_{++_count:D8}", kind, subject, account, Now);
        Events.Enqueue(made);
        if (_portal is { } portal && !_keys.Any(k => k.Value == account && account != Platform))
        {
            _ = Task.Run(() => DeliverAsync(made, new Uri(portal, "/webhooks/stripe")));
        }
    }

    private void Complete(string account, JsonObject session, long discount, bool isDeclined)
    {
        if ((string?)session["status"] != "open")
        {
            throw new InvalidOperationException($"The page is {session["status"]}.");
        }

        var asked = ((JsonObject)session["asked"]!).ToDictionary(p => p.Key, p => (string)p.Value!);
        var subtotal = (long)session["amount_subtotal"]!;
        var tax = asked.GetValueOrDefault("automatic_tax[enabled]") is "true" or "True" ? (subtotal - discount) * 21 / 100 : 0;
        if (isDeclined)
        {
            var failed = CreateIntent(account, session, subtotal - discount + tax, asked);
            failed["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["message"] = "Your card was declined." };
            Emit(account, "payment_intent.payment_failed", failed);
            return;
        }

        session["total_details"] = new JsonObject { ["amount_discount"] = discount, ["amount_tax"] = tax, ["amount_shipping"] = 0 };
        session["amount_total"] = subtotal - discount + tax;
        (session["status"], session["payment_status"]) = ("complete", subtotal - discount + tax == 0 ? "no_payment_required" : "paid");
        if ((string?)session["mode"] == "subscription")
        {
            Subscribe(account, session, asked, discount, tax);
        }
        else if (subtotal - discount + tax > 0)
        {
            var intent = CreateIntent(account, session, subtotal - discount + tax, asked);
            if (asked.GetValueOrDefault("payment_intent_data[setup_future_usage]") == "off_session")
            {
                (intent["setup_future_usage"], intent["payment_method"]) = (
                    "off_session",
                    (string)NewMethod(account, (string)session["customer"]!)["id"]!);
            }

            if (HoldsBankDebits)
            {
                (intent["status"], session["payment_status"]) = ("processing", "unpaid");
                Emit(account, "payment_intent.processing", intent);
            }
            else
            {
                Succeed(account, intent);
            }
        }

        Emit(account, "checkout.session.completed", session);
    }

    private JsonObject CreateIntent(string account, JsonObject session, long amount, Dictionary<string, string> asked)
    {
        var intent = (string?)session["payment_intent"] is { } known
            ? Find(account, known)
            : NewIntent(account, amount, (string)session["currency"]!, Metadata(asked, "payment_intent_data[metadata]"));
        (intent["amount"], session["payment_intent"]) = (amount, (string)intent["id"]!);
        return intent;
    }

    private JsonObject NewMethod(string account, string customer) =>
        New(
            account,
            "pm",
            "payment_method",
            new JsonObject
            {
                ["type"] = "card",
                ["customer"] = customer,
                ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242" },
            });

    private void Subscribe(string account, JsonObject session, Dictionary<string, string> asked, long discount, long tax)
    {
        var price = Find(account, asked["line_items[0][price]"]);
        var end = PeriodEnd(Now, (string)price["recurring"]!["interval"]!);
        var subscription = New(account, "sub", "subscription", new JsonObject
        {
            ["status"] = "active",
            ["cancel_at_period_end"] = false,
            ["customer"] = (string)session["customer"]!,
            ["default_payment_method"] = (string)NewMethod(account, (string)session["customer"]!)["id"]!,
            ["metadata"] = Metadata(asked, "subscription_data[metadata]"),
            ["items"] = new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray(new JsonObject
                {
                    ["id"] = $"si_{_count}",
                    ["object"] = "subscription_item",
                    ["price"] = Clone(price),
                    ["quantity"] = 1,
                    ["current_period_start"] = Now,
                    ["current_period_end"] = end,
                }),
            },
        });
        Emit(account, "customer.subscription.created", subscription);
        var invoice = NewInvoice(
            account, subscription, "subscription_create", Now, end, (long)price["unit_amount"]!, isPaid: true, discount, tax);
        (session["subscription"], session["invoice"]) = ((string)subscription["id"]!, (string)invoice["id"]!);
    }

    private static long PeriodEnd(long start, string interval)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(start);
        return (interval == "month" ? at.AddMonths(1) : at.AddYears(1)).ToUnixTimeSeconds();
    }

    private Task PageAsync(string id, HttpContext context)
    {
        var session = Object(id);
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            $"<html><body><h1>Pay {session["amount_total"]} {session["currency"]}</h1><form method=post><label>Promotion <input "
                + "name=discount value=0></label><button name=act value=pay>Pay</button><button name=act value=decline>Use a bad "
                + $"card</button></form><a href=\"{session["cancel_url"]}\">Back</a></body></html>");
    }

    private async Task PressedAsync(string id, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var isDeclined = form["act"] == "decline";
        await PayAsync(id, long.Parse(form["discount"].ToString(), System.Globalization.CultureInfo.InvariantCulture), isDeclined);
        context.Response.Redirect(isDeclined ? $"/pay/{id}" : (string)Object(id)["success_url"]!);
    }

    private Task OnboardingPageAsync(string account, HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            $"<html><body><h1>Who are you, {account}?</h1><form method=post><button>Finish</button></form></body></html>");
    }

    private Task OnboardedAsync(string account, HttpContext context)
    {
        FinishOnboarding(account);
        context.Response.Redirect(context.Request.Query["back"].ToString());
        return Task.CompletedTask;
    }
}
