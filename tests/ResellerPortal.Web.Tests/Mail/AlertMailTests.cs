using System.Net;
using System.Net.Sockets;
using System.Text;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Mail;

public sealed class AlertMailTests
{
    [Fact]
    public async Task An_alert_goes_out_over_SMTP_and_says_nothing_of_cost()
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(settings:
        [
            ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", mailServer.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("Smtp:From", "Portal <portal@northwind.example>"),
        ]);
        var (_, owner) = await server.Books.AddResellerAsync("northwind");
        await server.Books.BuyAsync(owner, 1000, 15);
        var token = await server.Books.IssueAsync(owner, await server.Books.AddCustomerAsync(owner, "Acme"), limit: 2);
        var meter = server.Services.GetRequiredService<Meter>();
        var held = Assert.IsType<ReserveResult.Held>(await meter.ReserveAsync(new ReserveRequest(TokenSecret.Hash(token.Secret), "txt-to-pdf", 2)));
        await meter.SettleAsync(new SettleRequest(held.ReservationId, 2));

        var sent = await server.Services.GetServices<IHostedService>().OfType<AlertMail>().Single().SendAsync();

        Assert.Equal(1, sent);
        Assert.Equal(["<owner@northwind.example>", "<admin@acme.example>"], mailServer.Recipients);
        Assert.All(mailServer.Messages, m =>
        {
            Assert.Contains("is used up", m, StringComparison.Ordinal);
            Assert.Contains("2 of 2 conversions", m, StringComparison.Ordinal);
            Assert.DoesNotContain("0.015", m, StringComparison.Ordinal);
        });
    }
}

/// <summary>A mail server that speaks as much of SMTP as a client needs to hand over its mail (RFC 5321).</summary>
internal sealed class StandInMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Task _serving = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<string> Recipients { get; } = [];

    public List<string> Messages { get; } = [];

    public static StandInMailServer Start()
    {
        var server = new StandInMailServer();
        server._listener.Start();
        server._serving = server.ServeAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 stand-in ESMTP");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("RCPT TO:", StringComparison.Ordinal))
            {
                Recipients.Add(line["RCPT TO:".Length..]);
            }

            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                var message = new StringBuilder();
                while (await reader.ReadLineAsync() is { } text && text != ".")
                {
                    message.AppendLine(text);
                }

                Messages.Add(message.ToString());
            }

            await writer.WriteLineAsync(line == "QUIT" ? "221 bye" : "250 ok");
        }
    }
}
