using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

/// <summary>Clients that hold a connection with as little as possible, or send more than anybody needs.</summary>
public sealed class SlowClientTests
{
    /// <summary>Well above the limits, and below the server's own defaults for headers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task Headers_and_bodies_that_come_a_byte_at_a_time_are_cut_off()
    {
        using var server = PortalServer.Start();
        var head = "POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\n";
        var cut = await Task.WhenAll(
            TrickleAsync(server.Address, head + "X-Slow: "),
            TrickleAsync(server.Address, "GET /"),
            TrickleAsync(server.Address, head + "Content-Length: 100000\r\n\r\n"),
            TrickleAsync(server.Address, "POST /account/forgot HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail="));

        Assert.All(cut, c => Assert.True(c.After < Patience, $"cut off after {c.After}: {c.Answer}"));
        Assert.All(cut, c => Assert.DoesNotContain(" 200 ", c.Answer, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous().GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task More_headers_longer_lines_and_larger_forms_than_anybody_needs_are_refused()
    {
        using var server = PortalServer.Start();
        const string Start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
        var many = string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: 1\r\n"));
        var large = $"X-Large: {new string('x', 33 << 10)}\r\n";
        var form = new string('x', (1 << 20) + 1);

        Assert.Contains(" 431 ", await SendAsync(server.Address, $"{Start}{many}\r\n"), StringComparison.Ordinal);
        Assert.Contains(" 431 ", await SendAsync(server.Address, $"{Start}{large}\r\n"), StringComparison.Ordinal);
        Assert.Contains(
            " 414 ",
            await SendAsync(server.Address, $"GET /{new string('x', 9 << 10)} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.Matches(
            "^HTTP/1.1 4(00|13) ",
            await SendAsync(
                server.Address,
                "POST /account/forgot HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + $"Connection: close\r\nContent-Length: {form.Length}\r\n\r\n{form}"));
    }

    [Fact]
    public void The_limits_of_connections_are_the_portals_own_and_not_those_of_a_version()
    {
        using var server = PortalServer.Start();
        var options = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        Assert.False(options.AddServerHeader);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Limits.RequestHeadersTimeout);
        Assert.Equal(1 << 20, options.Limits.MaxRequestBodySize);
        Assert.Equal(240, options.Limits.MinRequestBodyDataRate!.BytesPerSecond);
        Assert.Equal(240, options.Limits.MinResponseDataRate!.BytesPerSecond);
    }

    /// <summary>Sends a beginning and then a byte every now and then, until the server has enough.</summary>
    private static async Task<(TimeSpan After, string Answer)> TrickleAsync(Uri address, string beginning)
    {
        var started = Stopwatch.GetTimestamp();
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        var answer = ReadAsync(stream);
        while (!answer.IsCompleted && Stopwatch.GetElapsedTime(started) < Patience)
        {
            try
            {
                await stream.WriteAsync("a"u8.ToArray());
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(500));
        }

        var after = Stopwatch.GetElapsedTime(started);
        socket.Close();
        return (after, await answer);
    }

    private static async Task<string> SendAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        var answer = ReadAsync(stream);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        }
        catch (IOException)
        {
            // The server has answered before it read everything.
        }

        return await answer;
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // The server has closed the connection.
        }

        return text.ToString();
    }
}
