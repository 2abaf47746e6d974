using System.Globalization;
using System.Text.Json.Nodes;

namespace ResellerPortal.Testing;

/// <summary>How the stand-in makes and shows its objects.</summary>
public sealed partial class StandInStripe
{
    private JsonObject NewIntent(string account, long amount, string currency, JsonObject metadata) =>
        New(account, "pi", "payment_intent", new JsonObject
        {
            ["amount"] = amount,
            ["amount_received"] = 0,
            ["currency"] = currency,
            ["status"] = "requires_payment_method",
            ["metadata"] = metadata,
        });

    private void Succeed(string account, JsonObject intent)
    {
        var id = (string)intent["id"]!;
        var charge = New(account, "ch", "charge", new JsonObject
        {
            ["amount"] = (long)intent["amount"]!,
            ["currency"] = (string)intent["currency"]!,
            ["paid"] = true,
            ["status"] = "succeeded",
            ["payment_intent"] = id,
            ["receipt_url"] = $"{Address}receipts/{id}",
            ["amount_refunded"] = 0,
            ["disputed"] = false,
            ["payment_method_details"] = new JsonObject
            {
                ["type"] = "card",
                ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242" },
            },
        });
        (
            intent["status"],
            intent["amount_received"],
            intent["latest_charge"]) = ("succeeded", (long)intent["amount"]!, (string)charge["id"]!);
        intent["last_payment_error"] = null;
        Emit(account, "payment_intent.succeeded", intent);
        Emit(account, "charge.succeeded", charge);
    }

    private JsonObject NewRefund(string account, JsonObject intent, long amount)
    {
        var id = (string)intent["id"]!;
        var refunded = All("refund").Where(r => (string?)r["payment_intent"] == id && (string?)r["status"] is "succeeded" or "pending").Sum(
            r => (long)r["amount"]!);
        if (amount <= 0 || refunded + amount > (long)intent["amount_received"]!)
        {
            throw new StripeRefusal(
                400,
                Error("invalid_request_error", "Refund amount is greater than unrefunded amount on charge", "charge_already_refunded"));
        }

        var refund = New(account, "re", "refund", new JsonObject
        {
            ["amount"] = amount,
            ["currency"] = (string)intent["currency"]!,
            ["payment_intent"] = id,
            ["charge"] = (string?)intent["latest_charge"],
            ["status"] = "succeeded",
            ["reason"] = "requested_by_customer",
        });
        var charge = Find(account, (string)intent["latest_charge"]!);
        charge["amount_refunded"] = refunded + amount;
        Emit(account, "charge.refunded", charge);
        Emit(account, "refund.created", refund);
        return refund;
    }

    private JsonObject NewInvoice(
        string account,
        JsonObject subscription,
        string reason,
        long start,
        long end,
        long amount,
        bool isPaid,
        long discount = 0,
        long tax = 0)
    {
        var invoice = New(account, "in", "invoice", new JsonObject
        {
            ["billing_reason"] = reason,
            ["status"] = isPaid ? "paid" : "open",
            ["attempted"] = true,
            ["subtotal"] = amount,
            ["total"] = amount - discount + tax,
            ["total_discount_amounts"] = discount == 0
                ? new JsonArray()
                : new JsonArray(new JsonObject { ["amount"] = discount, ["discount"] = "di_1" }),
            ["total_taxes"] = tax == 0
                ? new JsonArray()
                : new JsonArray(new JsonObject { ["amount"] = tax, ["tax_behavior"] = "exclusive" }),
            ["currency"] = (string)subscription["items"]!["data"]![0]!["price"]!["currency"]!,
            ["customer"] = (string?)subscription["customer"],
            ["period_start"] = start,
            ["period_end"] = end,
            ["hosted_invoice_url"] = $"{Address}invoices/{_count}",
            ["status_transitions"] = new JsonObject { ["paid_at"] = isPaid ? Now : null },
            ["parent"] = new JsonObject
            {
                ["type"] = "subscription_details",
                ["subscription_details"] = new JsonObject
                {
                    ["subscription"] = (string)subscription["id"]!,
                    ["metadata"] = Clone((JsonObject)subscription["metadata"]!),
                },
            },
            ["lines"] = new JsonObject
            {
                ["object"] = "list",
                ["has_more"] = false,
                ["data"] = new JsonArray(new JsonObject
                {
                    ["id"] = $"il_{_count}",
                    ["object"] = "line_item",
                    ["amount"] = amount,
                    ["period"] = new JsonObject { ["start"] = start, ["end"] = end },
                }),
            },
        });
        subscription["latest_invoice"] = (string)invoice["id"]!;
        Emit(account, isPaid ? "invoice.paid" : "invoice.payment_failed", invoice);
        return invoice;
    }

    private JsonObject WithCharge(string account, JsonObject intent)
    {
        intent["latest_charge"] = (string?)intent["latest_charge"] is { } id ? Clone(Find(account, id)) : null;
        return intent;
    }

    private JsonObject WithCharges(string account, JsonObject list, Dictionary<string, string> form)
    {
        foreach (var intent in form.Any(p => p.Key.StartsWith("expand", StringComparison.Ordinal) && p.Value == "data.latest_charge")
            ? (JsonArray)list["data"]!
            : [])
        {
            WithCharge(account, (JsonObject)intent!);
        }

        return list;
    }

    private JsonObject WithMethod(string account, JsonObject subscription)
    {
        subscription["default_payment_method"] = (string?)subscription["default_payment_method"] is { } id
            ? Clone(Find(account, id))
            : null;
        return subscription;
    }

    private static JsonObject Clone(JsonObject value)
    {
        var copy = (JsonObject)value.DeepClone();
        copy.Remove("asked");
        copy.Remove("sequence");
        return copy;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
