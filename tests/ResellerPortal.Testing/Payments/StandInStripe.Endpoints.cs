using System.Text.Json.Nodes;

namespace ResellerPortal.Testing;

/// <summary>The supported endpoints, with objects in Stripe's format.</summary>
public sealed partial class StandInStripe
{
    private JsonObject Route(string method, string account, string path, Dictionary<string, string> form)
    {
        string[] parts = path.Split('/');
        if (method == "GET")
        {
            Check(form, "limit", "starting_after", "created", "payment_intent", "lookup_keys", "active", "expand");
        }

        return (method, parts) switch
        {
            ("POST", ["checkout", "sessions"]) => CreateSession(account, form),
            ("GET", ["checkout", "sessions"]) =>
                List(account, "checkout.session", s => (string?)s["payment_intent"] == Required(form, "payment_intent"), form),
            ("GET", ["checkout", "sessions", var id]) => Clone(Find(account, id)),
            ("POST", ["checkout", "sessions", var id, "expire"]) => Expire(account, id),
            ("POST", ["payment_intents"]) => Charge(account, form),
            ("GET", ["payment_intents"]) => WithCharges(account, List(account, "payment_intent", _ => true, form), form),
            ("GET", ["payment_intents", var id]) => WithCharge(account, Clone(Find(account, id))),
            ("GET", ["charges", var id]) => Clone(Find(account, id)),
            ("POST", ["refunds"]) => CreateRefund(account, form),
            ("GET", ["refunds"]) => List(account, "refund", r => (string?)r["payment_intent"] == Required(form, "payment_intent"), form),
            ("GET", ["refunds", var id]) => Clone(Find(account, id)),
            ("GET", ["disputes"]) => List(account, "dispute", d => (string?)d["payment_intent"] == Required(form, "payment_intent"), form),
            ("GET", ["disputes", var id]) => Clone(Find(account, id)),
            ("POST", ["customers"]) => CreateCustomer(account, form),
            ("GET", ["payment_methods", var id]) => Clone(Find(account, id)),
            ("POST", ["payment_methods", var id, "detach"]) => Detach(account, id),
            ("GET", ["prices"]) => List(account, "price", p => (string?)p["lookup_key"] == form["lookup_keys[0]"], form),
            ("POST", ["prices"]) => CreatePrice(account, form),
            ("GET", ["subscriptions", var id]) => WithMethod(account, Clone(Find(account, id))),
            ("POST", ["subscriptions", var id]) => UpdateSubscription(account, id, form),
            ("GET", ["invoices"]) => List(account, "invoice", _ => true, form),
            ("GET", ["invoices", var id]) => Clone(Find(account, id)),
            ("POST", ["accounts"]) => CreateAccount(form),
            ("GET", ["accounts", var id]) => Clone(Find(Platform, id)),
            ("GET", ["account"]) =>
                Clone(account == Platform
                    ? new JsonObject { ["id"] = Platform, ["object"] = "account", ["charges_enabled"] = true, ["details_submitted"] = true }
                    : Find(account, account)),
            ("POST", ["account_links"]) => CreateLink(form),
            _ =>
                throw new StripeRefusal(
                    404,
                    Error("invalid_request_error", $"Unrecognized request URL ({method}: /v1/{path})."),
                    $"unknown address {method} {path}"),
        };
    }

    private JsonObject CreateSession(string account, Dictionary<string, string> form)
    {
        Check(
            form,
            "mode",
            "client_reference_id",
            "metadata",
            "line_items",
            "customer",
            "customer_email",
            "success_url",
            "cancel_url",
            "locale",
            "allow_promotion_codes",
            "automatic_tax",
            "tax_id_collection",
            "customer_update",
            "payment_intent_data",
            "subscription_data");
        var mode = Required(form, "mode");
        var price = form.GetValueOrDefault("line_items[0][price]");
        var amount = price is null ? Whole(form, "line_items[0][price_data][unit_amount]") : (long)Find(account, price)["unit_amount"]!;
        var currency = price is null ? Required(form, "line_items[0][price_data][currency]") : (string)Find(account, price)["currency"]!;
        if (price is null)
        {
            Required(form, "line_items[0][price_data][product_data][name]");
        }

        if (form.ContainsKey("customer") && form.ContainsKey("customer_email"))
        {
            throw new StripeRefusal(
                400,
                Error("invalid_request_error", "You may only specify one of these parameters: customer, customer_email."),
                "customer and customer_email");
        }

        if (mode == "subscription" && form.Keys.Any(k => k.StartsWith("payment_intent_data", StringComparison.Ordinal)))
        {
            throw new StripeRefusal(
                400,
                Error("invalid_request_error", "You can not pass `payment_intent_data` in `subscription` mode."),
                "payment_intent_data in subscription mode");
        }

        if (form.ContainsKey("payment_intent_data[application_fee_amount]") && account == Platform)
        {
            throw new StripeRefusal(
                400,
                Error("invalid_request_error", "Can only apply an application_fee_amount for direct charges of connected accounts."),
                "a fee on an own account");
        }

        if (form.GetValueOrDefault("customer") is { } customer)
        {
            Find(account, customer);
        }

        foreach (var url in (string[])["success_url", "cancel_url"])
        {
            if (!Uri.TryCreate(
                Required(form, url).Replace("{CHECKOUT_SESSION_ID}", "x", StringComparison.Ordinal), UriKind.Absolute, out _))
            {
                throw new StripeRefusal(400, Error("invalid_request_error", "Not a valid URL", "url_invalid"), $"{url} is no address");
            }
        }

        var session = New(account, "cs_test", "checkout.session", new JsonObject
        {
            ["mode"] = mode,
            ["status"] = "open",
            ["payment_status"] = "unpaid",
            ["amount_subtotal"] = amount,
            ["amount_total"] = amount,
            ["total_details"] = new JsonObject { ["amount_discount"] = 0, ["amount_tax"] = 0, ["amount_shipping"] = 0 },
            ["currency"] = currency,
            ["client_reference_id"] = form.GetValueOrDefault("client_reference_id"),
            ["metadata"] = Metadata(form),
            ["customer"] = form.GetValueOrDefault("customer"),
            ["success_url"] = form["success_url"],
            ["cancel_url"] = form["cancel_url"],
            ["expires_at"] = Now + 86_400,
        });
        session["url"] = $"{Address}pay/{(string)session["id"]!}";
        session["asked"] = new JsonObject([.. form.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))]);
        return Clone(session);
    }

    private JsonObject Expire(string account, string id)
    {
        var session = Find(account, id);
        if ((string?)session["status"] != "open")
        {
            throw new StripeRefusal(
                400, Error("invalid_request_error", "Only Checkout Sessions with a status in [\"open\"] can be expired."));
        }

        (session["status"], session["url"]) = ("expired", null);
        Emit(account, "checkout.session.expired", session);
        return Clone(session);
    }

    private JsonObject Charge(string account, Dictionary<string, string> form)
    {
        Check(
            form,
            "amount",
            "currency",
            "customer",
            "payment_method",
            "off_session",
            "confirm",
            "description",
            "application_fee_amount",
            "metadata",
            "expand");
        var (customer, method) = (Find(account, Required(form, "customer")), Find(account, Required(form, "payment_method")));
        if ((string?)method["customer"] != (string?)customer["id"])
        {
            throw new StripeRefusal(400, Error("invalid_request_error", "The payment method is not attached to the customer."));
        }

        var intent = NewIntent(account, Whole(form, "amount"), Required(form, "currency"), Metadata(form));
        (intent["customer"], intent["payment_method"]) = ((string?)customer["id"], (string?)method["id"]);
        if (DeclinesCharges)
        {
            intent["status"] = "requires_payment_method";
            intent["last_payment_error"] = new JsonObject
            {
                ["type"] = "card_error",
                ["code"] = "card_declined",
                ["message"] = "Your card was declined.",
            };
            Emit(account, "payment_intent.payment_failed", intent);
            throw new StripeRefusal(402, Error("card_error", "Your card was declined.", "card_declined", intent));
        }

        Succeed(account, intent);
        return WithCharge(account, Clone(intent));
    }

    private JsonObject CreateRefund(string account, Dictionary<string, string> form)
    {
        Check(form, "payment_intent", "amount", "refund_application_fee", "metadata");
        return Clone(NewRefund(account, Find(account, Required(form, "payment_intent")), Whole(form, "amount")));
    }

    private JsonObject CreateCustomer(string account, Dictionary<string, string> form)
    {
        Check(form, "name", "email", "preferred_locales", "metadata");
        return Clone(New(
            account,
            "cus",
            "customer",
            new JsonObject
            {
                ["name"] = form.GetValueOrDefault("name"),
                ["email"] = form.GetValueOrDefault("email"),
                ["metadata"] = Metadata(form),
            }));
    }

    private JsonObject Detach(string account, string id)
    {
        var method = Find(account, id);
        method["customer"] = null;
        Emit(account, "payment_method.detached", method);
        return Clone(method);
    }

    private JsonObject CreatePrice(string account, Dictionary<string, string> form)
    {
        Check(form, "currency", "unit_amount", "tax_behavior", "lookup_key", "recurring", "product_data", "metadata");
        Required(form, "product_data[name]");
        return Clone(New(account, "price", "price", new JsonObject
        {
            ["active"] = true,
            ["currency"] = Required(form, "currency"),
            ["unit_amount"] = Whole(form, "unit_amount"),
            ["lookup_key"] = form["lookup_key"],
            ["recurring"] = new JsonObject { ["interval"] = Required(form, "recurring[interval]"), ["interval_count"] = 1 },
            ["metadata"] = Metadata(form),
            ["type"] = "recurring",
        }));
    }

    private JsonObject UpdateSubscription(string account, string id, Dictionary<string, string> form)
    {
        Check(form, "items", "proration_behavior", "proration_date", "payment_behavior", "cancel_at_period_end");
        var subscription = Find(account, id);
        if (form.GetValueOrDefault("cancel_at_period_end") is { } cancels)
        {
            subscription["cancel_at_period_end"] = bool.Parse(cancels);
        }

        if (form.GetValueOrDefault("items[0][price]") is { } priceId)
        {
            var item = (JsonObject)subscription["items"]!["data"]![0]!;
            var (before, after) = (Find(account, (string)item["price"]!["id"]!), Find(account, priceId));
            var (start, end, at) = ((long)item["current_period_start"]!, (long)item["current_period_end"]!, Whole(form, "proration_date"));
            var share = (decimal)(end - at) / (end - start);
            var (credit, debit) = (Cents(-(long)before["unit_amount"]! * share), Cents((long)after["unit_amount"]! * share));
            if (DeclinesCharges)
            {
                throw new StripeRefusal(402, Error("card_error", "Your card was declined.", "card_declined"));
            }

            item["price"] = Clone(after);
            NewInvoice(account, subscription, "subscription_update", at, end, credit + debit, isPaid: true);
        }

        Emit(account, "customer.subscription.updated", subscription);
        return Clone(subscription);

        static long Cents(decimal amount) => (long)decimal.Round(amount, MidpointRounding.AwayFromZero);
    }

    private JsonObject CreateAccount(Dictionary<string, string> form)
    {
        Check(form, "type", "country", "email", "default_currency", "business_profile", "capabilities", "metadata");
        var created = New(Platform, "acct", "account", new JsonObject
        {
            ["type"] = Required(form, "type"),
            ["country"] = form.GetValueOrDefault("country"),
            ["charges_enabled"] = false,
            ["details_submitted"] = false,
            ["requirements"] = new JsonObject
            {
                ["currently_due"] = new JsonArray("external_account", "tos_acceptance.date"),
                ["disabled_reason"] = "requirements.past_due",
            },
            ["metadata"] = Metadata(form),
        });
        return Clone(created);
    }

    private JsonObject CreateLink(Dictionary<string, string> form)
    {
        Check(form, "account", "type", "return_url", "refresh_url");
        var account = (string)Find(Platform, Required(form, "account"))["id"]!;
        return new JsonObject
        {
            ["object"] = "account_link",
            ["created"] = Now,
            ["expires_at"] = Now + 300,
            ["url"] = $"{Address}onboarding/{account}?back={Uri.EscapeDataString(Required(form, "return_url"))}",
        };
    }
}
