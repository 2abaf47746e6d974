using System.Net;
using System.Text.Json;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Programs that ask for a path that does not exist get an error that they can read; people get the page as before.</summary>
public sealed class UnknownPathTests
{
    private static readonly string?[] Accepts =
    [
        null, "text/html;q=0, application/json", "*/*",
        "application/json", "application/octet-stream;q=0.9, */*;q=0.1", "text/plain", "image/avif,image/webp,*/*",
        ";;=garbage,,",
    ];

    [Fact]
    public async Task A_program_gets_json_for_every_method_with_and_without_credentials()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var anonymous = fixture.Server.Anonymous();
        using var invalid = fixture.Server.WithToken("not-a-token");
        foreach (var client in (HttpClient[])[anonymous, invalid, fixture.Client])
        {
            foreach (var method in (string[])["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
            {
                foreach (var accept in Accepts)
                {
                    using var answer = await SendAsync(client, method, "/v2/nothing/here", accept);
                    var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                    Assert.Equal(4040, error.GetProperty("Code").GetInt32());
                    Assert.Contains($"{method} /v2/nothing/here", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
                    Assert.Contains("https://docs.convertapi.com", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
                    Assert.False(answer.Headers.Contains("Set-Cookie"));
                }
            }
        }

        Assert.Empty(await fixture.EntriesAsync());
    }

    [Fact]
    public async Task Head_has_the_status_alone_and_a_known_path_is_unknown_for_another_method()
    {
        using var fixture = await GatewayFixture.OpenAsync();

        using var head = await SendAsync(fixture.Client, "HEAD", "/nothing", "*/*");
        Assert.Equal((HttpStatusCode.NotFound, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length));
        foreach (var (method, path) in new[] { ("GET", "/upload"), ("PUT", "/user"), ("POST", "/user/statistic"), ("DELETE", "/healthz") })
        {
            Assert.Equal(
                (HttpStatusCode.NotFound, 4040), await GatewayFixture.RefusalAsync(SendAsync(fixture.Client, method, path, null)));
        }
    }

    [Fact]
    public async Task A_long_or_odd_path_is_repeated_in_part_and_as_text()
    {
        using var fixture = await GatewayFixture.OpenAsync();

        using var answer = await SendAsync(fixture.Client, "GET", "/%22%3Cb%3E/" + new string('x', 5000), null);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.InRange(text.Length, 100, 500);
        Assert.Contains(
            "/%22%3Cb%3E/xxx", JsonDocument.Parse(text).RootElement.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_get_pages_as_before()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var visitor = server.Anonymous();
        using var owner = await server.SignedInAsync("owner@northwind.example");

        using var redirect = await SendAsync(visitor, "GET", "/nothing", "text/html,application/xhtml+xml,*/*;q=0.8");
        Assert.Equal(HttpStatusCode.Redirect, redirect.StatusCode);
        Assert.Contains("/account/sign-in", redirect.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var navigation = new HttpRequestMessage(HttpMethod.Get, "/nothing") { Headers = { { "Sec-Fetch-Mode", "navigate" } } };
        Assert.Equal(HttpStatusCode.Redirect, (await visitor.SendAsync(navigation)).StatusCode);
        using var page = await SendAsync(owner, "GET", "/nothing", "text/html");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string? accept)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await client.SendAsync(request);
    }
}
