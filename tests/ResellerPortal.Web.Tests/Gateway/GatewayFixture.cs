using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>A running portal with one reseller, one customer and one token, and helpers for gateway tests.</summary>
internal sealed class GatewayFixture : IDisposable
{
    private GatewayFixture(PortalServer server, Actor owner, Customer customer, IssuedToken token)
    {
        (Server, Owner, Customer, Token) = (server, owner, customer, token);
        Client = server.WithToken(token.Secret);
    }

    public PortalServer Server { get; }

    public Actor Owner { get; }

    public Customer Customer { get; }

    public IssuedToken Token { get; }

    /// <summary>A client that sends the token.</summary>
    public HttpClient Client { get; }

    public static async Task<GatewayFixture> OpenAsync(params (string, string)[] settings)
    {
        var server = PortalServer.Start(settings: settings);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 100_000, 1000m);
        var customer = await server.Data.AddCustomerAsync(owner, "Acme");
        return new GatewayFixture(server, owner, customer, await server.Data.IssueAsync(owner, customer));
    }

    public static MultipartFormDataContent Form(string name = "a.docx", string content = "content") =>
        new() { { new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(content)), "File", name } };

    public async Task<IssuedToken> IssueAsync(TokenRequest request) =>
        await TestData.Valued(Server.Data.Tokens.IssueAsync(Owner, Customer.Id, request));

    public async Task<List<LedgerEntry>> EntriesAsync()
    {
        await using var db = Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        return await db.LedgerEntries.OrderBy(e => e.Sequence).ToListAsync();
    }

    public async Task<int> HeldAsync()
    {
        await using var db = Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        return await db.Reservations.CountAsync();
    }

    /// <summary>Waits until no reservation remains.</summary>
    public async Task<List<LedgerEntry>> SettledAsync()
    {
        await Eventually.TrueAsync(async () => await HeldAsync() == 0, "every reservation is settled");
        return await EntriesAsync();
    }

    public static async Task<(HttpStatusCode Status, int Code)> RefusalAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, JsonDocument.Parse(text).RootElement.TryGetProperty("Code", out var code) ? code.GetInt32() : 0);
    }

    public static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
