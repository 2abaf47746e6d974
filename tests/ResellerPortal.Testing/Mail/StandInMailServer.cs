using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResellerPortal.Testing;

/// <summary>A mail server with the subset of SMTP that clients need to send mail (RFC 5321).</summary>
public sealed class StandInMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _serving = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Portal settings that direct mail to this server.</summary>
    public (string, string)[] Settings =>
        [
            ("Smtp:Host", "127.0.0.1"),
            ("Smtp:Port", Port.ToString(CultureInfo.InvariantCulture)),
            ("Smtp:From", "Portal <portal@northwind.example>"),
        ];

    public List<string> Recipients { get; } = [];

    public List<string> Messages { get; } = [];

    /// <summary>The lines that get an answer without an end, a line every second.</summary>
    public Func<string, bool>? Drips { get; set; }

    /// <summary>Answers a command in place of "250 ok"; null for the usual answer, and an empty one for none at all.</summary>
    public Func<string, string?>? Answers { get; set; }

    /// <summary>Returns the message with a zero-based number, waiting until the portal's background worker has sent it.</summary>
    public async Task<string> MessageAsync(int number)
    {
        await Eventually.TrueAsync(() => Messages.Count > number, $"message {number} comes");
        return Messages[number];
    }

    /// <summary>Returns the first message that contains a text, waiting until it has come.</summary>
    public async Task<string> FindMessageAsync(string text)
    {
        await Eventually.TrueAsync(
            () => Messages.ToList().Exists(m => m.Contains(text, StringComparison.Ordinal)), $"a message with {text} comes");
        return Messages.ToList().Find(m => m.Contains(text, StringComparison.Ordinal))!;
    }

    public static StandInMailServer Start()
    {
        var server = new StandInMailServer();
        server._listener.Start();
        server._serving = server.ServeAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await TalkAsync(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException)
            {
                // The client gave up; the next one is served.
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
            while (Drips?.Invoke(line) == true)
            {
                await writer.WriteLineAsync("250-wait");
                await Task.Delay(TimeSpan.FromSeconds(1), _stopping.Token);
            }

            if (Answers?.Invoke(line) is { } answer)
            {
                await writer.WriteAsync(answer.Length > 0 ? answer + "\r\n" : "");
                continue;
            }

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
                    // Undoes dot-stuffing (RFC 5321, section 4.5.2).
                    message.Append(text.StartsWith("..", StringComparison.Ordinal) ? text[1..] : text).Append("\r\n");
                }

                Messages.Add(message.ToString());
            }

            await writer.WriteLineAsync(line == "QUIT" ? "221 bye" : "250 ok");
        }
    }
}
