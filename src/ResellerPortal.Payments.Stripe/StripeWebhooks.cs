using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;
using Stripe;

namespace ResellerPortal.Payments.Stripe;

/// <summary>Receives Stripe's events: verifies the signature, stores the event and acknowledges it. Processing happens later.</summary>
public static class StripeWebhooks
{
    private const int ToleranceSeconds = 300;

    public static void MapStripeWebhooks(this IEndpointRouteBuilder endpoints)
    {
        endpoints
            .MapPost("/webhooks/stripe", (
                HttpContext context,
                IOptions<StripeOptions> options,
                WebhookInbox inbox,
                TimeProvider clock,
                ILoggerFactory loggers,
                CancellationToken cancellationToken) =>
                ReceiveAsync(
                    context,
                    [options.Value.WebhookSecret, options.Value.ConnectWebhookSecret],
                    account => account is null ? Merchant.Operator : Merchant.ForConnectedAccount(account),
                    inbox,
                    clock,
                    loggers,
                    cancellationToken)).AllowAnonymous().DisableAntiforgery();
        endpoints
            .MapPost("/webhooks/stripe/{reseller:guid}", async (
                Guid reseller,
                HttpContext context,
                MerchantKeyStore keys,
                WebhookInbox inbox,
                TimeProvider clock,
                ILoggerFactory loggers,
                CancellationToken cancellationToken) =>
            {
                var id = new ResellerId(reseller);
                return await keys.FindAsync(id, cancellationToken) is { } own
                    ? await ReceiveAsync(
                        context, [own.WebhookSecret], _ => Merchant.ForReseller(id), inbox, clock, loggers, cancellationToken)
                    : Results.Text("This account has no keys of its own.", statusCode: StatusCodes.Status404NotFound);
            }).AllowAnonymous().DisableAntiforgery();
    }

    private static async Task<IResult> ReceiveAsync(
        HttpContext context,
        string[] secrets,
        Func<string?, Merchant> merchantOf,
        WebhookInbox inbox,
        TimeProvider clock,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger("ResellerPortal.Payments.Stripe.Webhooks");
        if (await ReadAsync(context.Request, cancellationToken) is not { } payload)
        {
            return Results.Text("The event is too large.", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        if (!IsSigned(payload, context.Request.Headers["Stripe-Signature"].ToString(), secrets, clock.GetUtcNow()))
        {
            logger.LogWarning(
                "Event for {Path} from {Address} refused: it is not signed with a known secret, or is older than {Seconds} seconds.",
                context.Request.Path,
                context.Connection.RemoteIpAddress,
                ToleranceSeconds);
            return Results.Text("The signature does not match or is too old.", statusCode: StatusCodes.Status400BadRequest);
        }

        if (Parse(payload, merchantOf) is not { } incoming)
        {
            logger.LogWarning("A signed event for {Path} has no id, type or object.", context.Request.Path);
            return Results.Text("This is not an event.", statusCode: StatusCodes.Status400BadRequest);
        }

        await inbox.ReceiveAsync(incoming, cancellationToken);
        return Results.Text("stored");
    }

    /// <summary>Reads the body unchanged, because the signature covers its bytes; null if it is too large.</summary>
    private static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > WebhookEvent.MaxPayload)
            {
                return null;
            }
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static bool IsSigned(string payload, string signature, string[] secrets, DateTimeOffset now)
    {
        foreach (var secret in secrets.Where(s => s.Length > 0))
        {
            try
            {
                EventUtility.ValidateSignature(payload, signature, secret, ToleranceSeconds, now.ToUnixTimeSeconds());
                return IsNotInTheFuture(signature, now);
            }
            catch (StripeException)
            {
                // It may be signed with another secret.
            }
        }

        return false;
    }

    private static bool IsNotInTheFuture(string signature, DateTimeOffset now) =>
        signature.Split(',').Select(part => part.Trim()).Where(part => part.StartsWith("t=", StringComparison.Ordinal)).All(part =>
            long.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && at <= now.ToUnixTimeSeconds() + ToleranceSeconds);

    /// <summary>Reads only what all versions of Stripe's events contain, so that newer ones are stored as well.</summary>
    private static IncomingWebhook? Parse(string payload, Func<string?, Merchant> merchantOf)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (Text(root, "id") is not { } id
                || Text(root, "type") is not { } kind
                || !root.TryGetProperty("created", out var created)
                || !created.TryGetInt64(out var seconds)
                    || !root.TryGetProperty("data", out var data)
                    || data.ValueKind != JsonValueKind.Object
                    || !data.TryGetProperty("object", out var subject)
                    || subject.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var account = Text(root, "account");
            var objectId = Text(subject, "id") ?? "";
            return (id + kind + objectId + account).Any(char.IsControl)
                || id.Length > Checkout.MaxProviderId
                || kind.Length > 100
                || objectId.Length > Checkout.MaxProviderId
                || account is { Length: > Merchant.MaxLength }
                || seconds is < 0 or > 253_402_300_799
                ? null
                : new IncomingWebhook(merchantOf(account), id, kind, objectId, DateTimeOffset.FromUnixTimeSeconds(seconds), payload);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // It is no JSON, or has half a surrogate pair in a text.
            return null;
        }

        static string? Text(JsonElement element, string name) =>
            element.ValueKind == JsonValueKind.Object
                && element.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
