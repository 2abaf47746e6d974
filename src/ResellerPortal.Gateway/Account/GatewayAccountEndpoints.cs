using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Account;

/// <summary>ConvertAPI's endpoints for the account and its tokens.</summary>
internal static class GatewayAccountEndpoints
{
    private const int MaxLifetime = 315_569_520;
    private const int MaxCount = 100;
    private const int DefaultLifetime = 3600;
    private const int MaxSignRequest = 64 * 1024;

    public static void MapAccount(this IEndpointRouteBuilder gateway)
    {
        gateway.MapGet("/user", GetUserAsync);
        gateway.MapGet("/user/statistic", GetStatisticsAsync);
        gateway.MapPost("/token/create", CreateAsync);
        gateway.MapDelete("/token/{id}", DeleteAsync);
        gateway.MapPost("/token/jwt", SignAsync);
    }

    private static async Task<IResult> GetUserAsync(HttpContext context, CallerAuthenticator authenticator, AccountUsageQueries usage)
    {
        var master = await authenticator.AuthenticateMasterAsync(context);
        var account = await usage.GetSummaryAsync(master, context.RequestAborted);
        return Results.Json(
            new
            {
                Secret = Credentials.Find(context.Request)!.Value,
                ApiKey = GetApiKey(master.CustomerId),
                Active = true,
                FullName = account.Name,
                account.Email,
                ConversionsTotal = account.Total,
                ConversionsConsumed = account.Consumed,
                Status = "Active",
            },
            WireJson.Options);
    }

    /// <summary>
    /// A positive number that stays the same for the account. Clients in .NET, Java and Go read an integer of 32 bits, and a hash of the
    /// customer's id gives one without a table; nothing is found by it, so two accounts may share one.
    /// </summary>
    private static int GetApiKey(CustomerId customer)
    {
        var hash = SHA256.HashData(customer.Value.ToByteArray(bigEndian: true));
        return Math.Max(1, BinaryPrimitives.ReadInt32BigEndian(hash) & int.MaxValue);
    }

    private static async Task<IResult> GetStatisticsAsync(HttpContext context, CallerAuthenticator authenticator, AccountUsageQueries usage)
    {
        var master = await authenticator.AuthenticateMasterAsync(context);
        var from = ReadDay(context.Request, "startDate") ?? DateOnly.MinValue;
        var until = ReadDay(context.Request, "endDate") ?? DateOnly.MaxValue;
        var days = await usage.ListDaysAsync(master, from, until, context.RequestAborted);
        if (!context.Request.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase))
        {
            return Results.Json(
                days.Select(
                    d => new { Date = d.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), d.Token, d.Converter, d.Conversions }),
                WireJson.Options);
        }

        // Token names start with a letter or digit and converters contain no commas, so no cell can run as a formula.
        var csv = new StringBuilder("Date,Token,Converter,Conversions\r\n");
        foreach (var day in days)
        {
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{day.Day:yyyy-MM-dd},\"{day.Token.Replace(
                    "\"", "\"\"", StringComparison.Ordinal)}\",{day.Converter},{day.Conversions}\r\n");
        }

        return Results.Text(csv.ToString(), "text/csv");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context,
        CallerAuthenticator authenticator,
        ApiTokenService tokens,
        TimeProvider clock)
    {
        var master = await authenticator.AuthenticateMasterAsync(context);
        var form = context.Request.HasFormContentType ? await ReadFormAsync(context) : null;
        var requests = Number("RequestCount", 1, ApiTokenService.MaxUsageLimit);
        var lifetime = Number("Lifetime", DefaultLifetime, MaxLifetime);
        var count = Number("Count", 1, MaxCount);
        var made = new List<object>();
        for (var i = 0; i < count; i++)
        {
            var outcome = await tokens.IssueByMasterAsync(
                master, new TokenRequest("api", requests, clock.GetUtcNow().AddSeconds(lifetime)), context.RequestAborted);
            if (outcome.IsRefused)
            {
                throw new CallerErrorException(GatewayError.Unreadable(outcome.Refusal!.Message));
            }

            made.Add(new { Id = outcome.Value.Secret, ValidUntil = outcome.Value.Token.ExpiresAtUtc!.Value.UtcDateTime });
        }

        return Results.Json(new { Tokens = made }, WireJson.Options);

        long Number(string name, long usual, long most) =>
            (form?[name].ToString() is { Length: > 0 } inForm ? inForm : context.Request.Query[name].ToString()) is not { Length: > 0 } text
                ? usual
                : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
                ? number
                : throw new CallerErrorException(
                    GatewayError.Unreadable($"{name} must be an integer from 1 to {most.ToString("N0", CultureInfo.InvariantCulture)}."));
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext context,
        string id,
        CallerAuthenticator authenticator,
        ApiTokenService tokens)
    {
        var master = await authenticator.AuthenticateMasterAsync(context);
        return await tokens.RevokeByMasterAsync(master, TokenSecret.Hash(id), context.RequestAborted)
            ? Results.Ok()
            : throw new CallerErrorException(GatewayError.TokenUnknown with { Status = 404 });
    }

    /// <summary>Signs with the token that makes the request, so that no secret has to be decrypted.</summary>
    private static async Task<IResult> SignAsync(HttpContext context, CallerAuthenticator authenticator, SignedTokenVerifier signed)
    {
        var token = await authenticator.AuthenticateAsync(context);
        var credentials = Credentials.Find(context.Request)!;
        var asked = await ReadAsync(context);
        if (credentials.IsSigned || (asked.Kid is { Length: > 0 } kid && !kid.Equals(token.KeyId, StringComparison.OrdinalIgnoreCase)))
        {
            throw new CallerErrorException(GatewayError.Unreadable($"Authenticate with the API token itself; its Kid is {token.KeyId}."));
        }

        var seconds = asked.ExpiresInSec ?? DefaultLifetime;
        if (seconds < 1 || seconds > SignedTokenVerifier.Longest.TotalSeconds)
        {
            throw new CallerErrorException(
                GatewayError.Unreadable($"ExpiresInSec must be from 1 to {SignedTokenVerifier.Longest.TotalSeconds:0}."));
        }

        var address = asked.ClientIp is not { Length: > 0 } text ? null
            : IPAddress.TryParse(text, out var given) ? given
            : throw new CallerErrorException(GatewayError.Unreadable("ClientIp must be an IP address such as 203.0.113.7."));
        return Results.Json(new { token = signed.Create(credentials.Value, token.KeyId, TimeSpan.FromSeconds(seconds), address) });
    }

    private static async Task<SignTokenRequest> ReadAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxSignRequest;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
        {
            return new SignTokenRequest(null, null, null);
        }

        try
        {
            var text = body.GetBuffer().AsMemory(0, (int)body.Length);
            WireJson.CheckTexts(text.Span);
            using var json = JsonDocument.Parse(text, WireJson.NoDuplicates);
            return json.Deserialize<SignTokenRequest>(WireJson.Options) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CallerErrorException(
                GatewayError.Unreadable("Send JSON such as {\"ExpiresInSec\": 300, \"ClientIp\": \"203.0.113.7\"}."));
        }
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            throw new CallerErrorException(GatewayError.FromException(unreadable, 0));
        }
    }

    private static DateOnly? ReadDay(HttpRequest request, string name) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? null
        : DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var day) ? day
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
        ? DateOnly.FromDateTime(instant.UtcDateTime)
        : throw new CallerErrorException(GatewayError.Unreadable($"{name} must be a date such as 2026-10-31."));

    private sealed record SignTokenRequest(string? Kid, long? ExpiresInSec, string? ClientIp);
}
