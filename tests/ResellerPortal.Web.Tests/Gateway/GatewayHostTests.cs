using System.Net;
using System.Text.Json;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>A reseller's own host name, from the records in DNS to the answers of the gateway.</summary>
public sealed class GatewayHostTests
{
    private const string Name = "api.northwind.example";

    [Fact]
    public async Task A_host_is_answered_once_dns_has_proved_whose_it_is()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        var hosts = fixture.Server.Services.GetRequiredService<GatewayHostService>();
        var host = await TestData.Valued(hosts.SetAsync(fixture.Owner, Name));
        using (var refused = await SendAsync(fixture.Client, HttpMethod.Get, "/user"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        dns.SetText(host.TextRecordName, "v=spf1 -all", host.VerificationValue);
        dns.SetAddresses("portal.example", "192.0.2.10", "2001:db8::10");
        dns.SetAddresses(Name, "192.0.2.99");
        var found = await TestData.Valued(hosts.CheckAsync(fixture.Owner));
        Assert.Equal((DnsRecordState.Correct, DnsRecordState.Different), (found.TextState, found.AddressState));
        dns.SetAddresses(Name, "192.0.2.10");
        Assert.Equal(GatewayHostStatus.Verified, (await TestData.Valued(hosts.CheckAsync(fixture.Owner))).Status);
        using (var answer = await ConvertAsync(fixture.Client))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        dns.Remove(Name);
        dns.SetAlias(Name, "portal.example");
        Assert.Equal(GatewayHostStatus.Verified, (await TestData.Valued(hosts.CheckAsync(fixture.Owner))).Status);
        dns.IsSilent = true;
        found = await TestData.Valued(hosts.CheckAsync(fixture.Owner));
        Assert.Equal((DnsRecordState.Unanswered, GatewayHostStatus.Broken), (found.TextState, found.Status));
        using var still = await ConvertAsync(fixture.Client);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task Tokens_of_other_resellers_are_unknown_at_a_host()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        await VerifyAsync(fixture, dns);
        var data = fixture.Server.Data;
        var (_, rival) = await data.AddResellerAsync("fabrikam");
        await data.BuyAsync(rival, 100, 1m);
        var initech = await data.AddCustomerAsync(rival, "Initech");
        var token = await data.IssueAsync(rival, initech);
        using var stranger = fixture.Server.WithToken(token.Secret);

        Assert.Equal((HttpStatusCode.Unauthorized, 4011), await GatewayFixture.RefusalAsync(ConvertAsync(stranger)));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4011), await GatewayFixture.RefusalAsync(SendAsync(stranger, HttpMethod.Get, "/user")));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4011), await GatewayFixture.RefusalAsync(SendAsync(stranger, HttpMethod.Post, "/token/jwt")));
        Assert.Empty(await fixture.EntriesAsync());
        Assert.Equal(0, await fixture.HeldAsync());

        // Not even that it was revoked is told there.
        await TestData.Valued(data.Tokens.RevokeAsync(rival, token.Token.Id));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4011), await GatewayFixture.RefusalAsync(SendAsync(stranger, HttpMethod.Get, "/user")));
        using var elsewhere = await stranger.GetAsync("/user");
        Assert.Contains("revoked", await elsewhere.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_files_stay_on_the_host()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        await VerifyAsync(fixture, dns);

        using var answer = await ConvertAsync(fixture.Client, "?StoreFile=true");
        var url = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("Files")[0].GetProperty("Url");
        Assert.StartsWith($"https://{Name}/d/", url.GetString(), StringComparison.Ordinal);
        using var file = await SendAsync(fixture.Server.Anonymous(), HttpMethod.Get, new Uri(url.GetString()!).AbsolutePath);
        Assert.StartsWith("%PDF", await file.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var atPortal = await fixture.Client.PostAsync("/convert/txt/to/pdf?StoreFile=true", GatewayFixture.Form("a.txt"));
        Assert.Contains("\"https://portal.example/d/", await atPortal.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_are_no_pages_at_a_host()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        await VerifyAsync(fixture, dns);
        using var client = fixture.Server.Anonymous();
        string[] paths =
        [
            "/", "/account/sign-in", "/reseller", "/my/quick-start", "/app.css", "/_blazor/negotiate", "/healthz", "/webhooks/stripe",
            "/sandbox/upload", "/pay/nothing",
        ];

        foreach (var path in paths)
        {
            using var person = await SendAsync(client, HttpMethod.Get, path, "text/html,application/xhtml+xml");
            Assert.Equal(("https://portal.example/", HttpStatusCode.Redirect), (person.Headers.Location?.ToString(), person.StatusCode));
            Assert.False(person.Headers.Contains("Set-Cookie"));
            Assert.Equal(
                (HttpStatusCode.NotFound, 4040), await GatewayFixture.RefusalAsync(SendAsync(client, HttpMethod.Post, path, "*/*")));
        }
    }

    [Fact]
    public async Task A_reverse_proxy_learns_for_which_names_to_order_certificates()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        await TestData.Valued(fixture.Server.Services.GetRequiredService<GatewayHostService>().SetAsync(fixture.Owner, Name));
        using var proxy = fixture.Server.Anonymous();
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync($"?domain={Name}"));
        await VerifyAsync(fixture, dns);

        Assert.Equal(HttpStatusCode.OK, await AskAsync($"?domain={Name}"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("?domain=API.Northwind.example"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync("?domain=portal.example"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync($"?domain=x.{Name}"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(""));

        async Task<HttpStatusCode> AskAsync(string query)
        {
            using var answer = await proxy.GetAsync("/gateway-host" + query);
            Assert.Equal("", await answer.Content.ReadAsStringAsync());
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Every_node_sees_a_host_come_and_go()
    {
        await using var dns = new StandInDns();
        using var fixture = await OpenAsync(dns);
        using var node = PortalServer.Start(settings: [.. Settings(dns), fixture.Server.Storage]);
        using var client = node.WithToken(fixture.Token.Secret);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync());
        await VerifyAsync(fixture, dns);

        await Eventually.TrueAsync(async () => await StatusAsync() == HttpStatusCode.OK, "the other node answers under the host");
        await TestData.Valued(fixture.Server.Services.GetRequiredService<GatewayHostService>().RemoveAsync(fixture.Owner));
        await Eventually.TrueAsync(async () => await StatusAsync() == HttpStatusCode.BadRequest, "the other node refuses the host");

        async Task<HttpStatusCode> StatusAsync()
        {
            using var answer = await SendAsync(client, HttpMethod.Get, $"/gateway-host?domain={Name}");
            return answer.StatusCode;
        }
    }

    private static (string, string)[] Settings(StandInDns dns) =>
        [("Portal:PublicUrl", "https://portal.example"), ("Gateway:DnsServer", dns.Address)];

    private static Task<GatewayFixture> OpenAsync(StandInDns dns) => GatewayFixture.OpenAsync(Settings(dns));

    private static async Task VerifyAsync(GatewayFixture fixture, StandInDns dns)
    {
        var hosts = fixture.Server.Services.GetRequiredService<GatewayHostService>();
        var host = await TestData.Valued(hosts.SetAsync(fixture.Owner, Name));
        dns.SetText(host.TextRecordName, host.VerificationValue);
        dns.SetAlias(Name, "portal.example");
        dns.SetAddresses("portal.example", "192.0.2.10");
        Assert.Equal(GatewayHostStatus.Verified, (await TestData.Valued(hosts.CheckAsync(fixture.Owner))).Status);
    }

    private static async Task<HttpResponseMessage> ConvertAsync(HttpClient client, string query = "") =>
        await SendAsync(client, HttpMethod.Post, "/convert/txt/to/pdf" + query, content: GatewayFixture.Form("a.txt"));

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string? accept = null,
        HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content, Headers = { Host = Name } };
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return await client.SendAsync(request);
    }
}
