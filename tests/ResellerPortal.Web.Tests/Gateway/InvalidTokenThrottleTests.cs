using System.Net;
using System.Net.Sockets;
using System.Text;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public sealed class InvalidTokenThrottleTests
{
    [Fact]
    public async Task A_flood_of_wrong_tokens_is_held_back_and_good_ones_are_served_from_the_same_network()
    {
        using var server = PortalServer.Start(null, ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"));
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 10_000, 10);
        var customer = await server.Data.AddCustomerAsync(owner, "Acme");
        using var good = server.WithToken((await server.Data.IssueAsync(owner, customer)).Secret);
        using var late = server.WithToken((await server.Data.IssueAsync(owner, customer, environment: "late")).Secret);
        late.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(good));
        using var stop = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 2).Select(_ => Task.Run(() => FloodAsync(server.Address, stop.Token))).ToArray();

        // Once the network is throttled for invalid tokens.
        using (var wrong = server.WithToken(TokenSecret.Create()))
        {
            await Eventually.TrueAsync(async () =>
            {
                using var answer = await wrong.GetAsync("/user", CancellationToken.None);
                return answer.StatusCode == HttpStatusCode.TooManyRequests;
            });
        }

        for (var i = 0; i < 25; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(good));
            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(late));
        }

        await stop.CancelAsync();
        var answers = await Task.WhenAll(flood);
        var (unauthorised, held, other) = (answers.Sum(a => a.Unauthorised), answers.Sum(a => a.Held), answers.Sum(a => a.Other));
        Assert.Equal(0, other);
        Assert.True(held > 10 * unauthorised, $"{unauthorised} were looked up, {held} held back.");
        await server.Services.GetRequiredService<ApiTokenService>().RevokeAsync(
            owner,
            (await server.Services.GetRequiredService<TokenQueries>().ListAsync(
                owner, customer.Id)).First(t => t.Environment == "production").Id);
        Assert.Equal(HttpStatusCode.Unauthorized, await ConvertAsync(good));
    }

    [Fact]
    public async Task A_network_is_accepted_again_after_its_flood()
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 100, 10);
        var secret = (await server.Data.IssueAsync(owner, await server.Data.AddCustomerAsync(owner, "Acme"))).Secret;
        using var stop = new CancellationTokenSource();
        var flood = FloodAsync(server.Address, stop.Token);
        using (var wrong = server.WithToken(TokenSecret.Create()))
        {
            // While the flood runs, for it is forgotten soon after its end.
            TimeSpan? retryAfter = null;
            await Eventually.TrueAsync(async () =>
            {
                using var held = await wrong.GetAsync("/user", CancellationToken.None);
                retryAfter = held.Headers.RetryAfter?.Delta;
                return held.StatusCode == HttpStatusCode.TooManyRequests;
            });
            Assert.Equal(TimeSpan.FromSeconds(10), retryAfter);
        }

        await stop.CancelAsync();
        await flood;
        using var good = server.WithToken(secret);
        await Eventually.TrueAsync(async () => await ConvertAsync(good) == HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> ConvertAsync(HttpClient client)
    {
        using var form = new MultipartFormDataContent { { new StringContent("hello"), "File", "a.txt" } };
        using var answer = await client.PostAsync("/convert/txt/to/pdf", form);
        return answer.StatusCode;
    }

    /// <summary>Sends requests with random tokens, sixteen at a time over one connection.</summary>
    private static async Task<(int Unauthorised, int Held, int Other)> FloodAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
        var stream = client.GetStream();
        var (unauthorised, held, other) = (0, 0, 0);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (!cancellationToken.IsCancellationRequested)
        {
            var requests = string.Concat(Enumerable.Range(0, 16).Select(
                _ => $"GET /user HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TokenSecret.Create()}\r\n\r\n"));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(requests), CancellationToken.None);
            for (var i = 0; i < 16; i++)
            {
                var status = (await reader.ReadLineAsync(CancellationToken.None))!.Split(' ')[1];
                _ = status switch { "401" => unauthorised++, "429" => held++, _ => other++ };
                var length = 0;
                var isChunked = false;
                while (await reader.ReadLineAsync(CancellationToken.None) is { Length: > 0 } header)
                {
                    length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                        ? int.Parse(header[15..], System.Globalization.CultureInfo.InvariantCulture)
                        : length;
                    isChunked |= header.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
                }

                if (isChunked)
                {
                    while (await reader.ReadLineAsync(CancellationToken.None) is not "0")
                    {
                    }

                    await reader.ReadLineAsync(CancellationToken.None);
                }
                else
                {
                    await reader.ReadBlockAsync(new char[length], CancellationToken.None);
                }
            }
        }

        return (unauthorised, held, other);
    }
}
