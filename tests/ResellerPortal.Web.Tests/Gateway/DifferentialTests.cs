using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>
/// Random requests, malformed in ways that servers read differently, through the gateway to an upstream that would understand anything:
/// what it receives is always a form that the gateway wrote, and nothing in it but the contents of files is as the caller wrote it.
/// </summary>
public sealed partial class DifferentialTests
{
    private const string Secret = "Smuggled";

    private static readonly string[] Names =
    [
        "File", "Files[0]", "Files", "PageRange", "async", "ASYNC", "Async[0]", "A.sync", " Async", "Async ", "Async\u0000",
        "\u0130async", "webhook", "Web-Hook", "JobId", "job_id", "StoreFile", "Url", "ImageUrl", "Secret", "Token", "apikey",
        "a\\\"; name=\\\"JobId", "a\"; name=\"Async", "Async\r\nX: y", "%41sync", "As%00ync", "=?utf-8?B?QXN5bmM=?=", "Note",
    ];

    private static readonly string[] Values =
    [
        "true", "1", "TRUE", "false", "x", "", "http://127.0.0.1/", "//10.0.0.1/a", "http://[::ffff:127.0.0.1]/",
        "https://93.184.216.34/a.docx",
        "ftp://93.184.216.34/a", "http://93.184.216.34\\@127.0.0.1/", "http://93.184.216.34#@127.0.0.1/",
        "0ba132ddd698aaeafcf19ec0015e10e0",
        "CfDJ8abcdefgh", "aaaaaaaaaaaaaaaa", "a\r\n--b\r\nContent-Disposition: form-data; name=\"Async\"\r\n\r\ntrue",
        "a\n--b\nContent-Disposition: form-data; name=\"Async\"\n\ntrue\n--b--", "a&Async=true", "a\",\"Async\":\"true", Secret,
    ];

    private static readonly string[] PartHeaders =
    [
        "Content-Disposition: form-data; name=\"{0}\"", "Content-Disposition: form-data; name={0}",
        "content-disposition:form-data;name=\"{0}\"",
        "Content-Disposition: form-data; name=\"{0}\"; filename=\"a.docx\"", "Content-Disposition: form-data; name=\"{0}\"; filename=\"\"",
        "Content-Disposition: form-data; filename=\"x; name=Async\"; name=\"{0}\"", "Content-Disposition: form-data; name*=UTF-8''{0}",
        "Content-Disposition: form-data; name=\"File\"; name=\"{0}\"",
        "Content-Disposition: form-data; name=\"{0}\"\r\nContent-Type: text/plain; charset=utf-16",
        "X: y\r\nContent-Disposition: form-data; name=\"{0}\"\r\nContent-Disposition: form-data; name=\"Async\"",
        "Content-Disposition: form-data;\r\n name=\"{0}\"", "Content-Disposition: attachment; name=\"{0}\"; filename=\"a;b\\\"c.docx\"",
        "Content-Disposition: form-data; name=\"{0}\"; filename=\"\\\"; name=\\\"Async\"",
        "Content-Disposition: form-data; name=\"{0}\"\r\nContent-Type: multipart/mixed; boundary=c",
    ];

    private static readonly string[] LineEnds = ["\r\n", "\r\n", "\r\n", "\n", "\r"];

    [Fact]
    public async Task Nothing_reaches_the_upstream_that_the_gateway_did_not_write()
    {
        var received = new List<(string Line, string Type, byte[] Body)>();
        await using var upstream = await StandInUpstream.StartAsync(async (_, context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (received)
            {
                var headers = string.Concat(context.Request.Headers.Select(header => $"{header.Key}: {header.Value}\n"));
                received.Add(
                    ($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n{headers}",
                    context.Request.ContentType ?? "",
                    body.ToArray()));
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                context.Request.Path.StartsWithSegments("/async") ? """{"JobId": "x"}""" : """{"ConversionCost": 1, "Files": []}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var parameters = Gen.Select(Any(Names), Any(Values)).Array[0, 5];
        var requests = Gen.Select(parameters, parameters, Gen.Int[0, 4], Any(PartHeaders).Array[5], Any(LineEnds), Gen.Int[0, 3]);

        await requests.SampleAsync(
            async r =>
            {
                var (query, fields, kind, headers, lineEnd, padding) = r;
                await SendAsync(fixture, Write(fixture, query, fields, kind, headers, lineEnd, padding));
            },
            iter: 800,
            threads: 4);

        // Few random requests are a job's that is well-formed as well.
        await SendAsync(fixture, Write(fixture, [("async", "1")], [], kind: 3, [], "\r\n", padding: 1));

        // The gateway also asks for the jobs that it started.
        var sent = received.Where(r => !OwnQuestion().IsMatch(r.Line) || r.Body.Length > 0).ToList();
        Assert.NotEmpty(sent);
        Assert.All(sent, AssertWritten);
        Assert.Contains(received, r => r.Line.StartsWith("POST /async/", StringComparison.Ordinal));
        await fixture.SettledAsync();
    }

    /// <summary>Checks every byte that is not the content of a file.</summary>
    private static void AssertWritten((string Line, string Type, byte[] Body) received)
    {
        Assert.Matches(@"^POST (/async)?/convert/docx/to/pdf(\?JobId=[0-9a-f]{32})?\n", received.Line);
        Assert.DoesNotContain(Secret, received.Line, StringComparison.Ordinal);
        var boundary = OwnType().Match(received.Type);
        Assert.True(boundary.Success, received.Type);
        var text = Encoding.UTF8.GetString(received.Body).TrimEnd(' ');
        var delimiter = "--" + boundary.Groups[1].Value;
        Assert.EndsWith($"{delimiter}--\r\n", text, StringComparison.Ordinal);
        foreach (var part in text[..^(delimiter.Length + 4)].Split(delimiter + "\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var written = OwnPart().Match(part);
            Assert.True(written.Success, part);
            var (name, isFile, value) = (written.Groups["name"].Value, written.Groups["file"].Success, written.Groups["value"].Value);
            var plain = string.Concat(name.Split('[')[0].Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
            Assert.DoesNotContain(plain, (string[])["webhook", "secret", "apikey"]);
            if (plain is "async" or "jobid")
            {
                // Only the gateway's own, behind a file that was sent before they were known.
                Assert.Matches("^(true|[0-9a-f]{32})$", value);
                Assert.Contains(name, (string[])["Async", "JobId"]);
            }

            Assert.False(isFile && !plain.EndsWith("file", StringComparison.Ordinal) && plain != "files", part);
            if (!isFile && (plain is "file" or "files" || plain.EndsWith("url", StringComparison.Ordinal)))
            {
                Assert.Matches(@"^https?://93\.184\.216\.34/", value);
            }
        }
    }

    private static byte[] Write(
        GatewayFixture fixture,
        (string, string)[] query,
        (string, string)[] fields,
        int kind,
        string[] headers,
        string lineEnd,
        int padding)
    {
        var path = "/convert/docx/to/pdf?" + Encode(query);
        var (type, body) = kind switch
        {
            0 => ("application/x-www-form-urlencoded",
                Encode(fields)),
            1 => ("application/json",
                "{\"Parameters\": ["
                    + string.Join(',', fields.Select(f => $"{{\"Name\": \"{f.Item1}\", \"Value\": \"{f.Item2}\"}}"))
                    + "]}"),
            2 => ("application/octet-stream\r\nContent-Disposition: attachment; filename=\"a.docx\"; name=Async",
                fields.Length > 0 ? fields[0].Item2 : "x"),
            _ => ("multipart/form-data; boundary=b", Multipart()),
        };
        var bytes = Encoding.Latin1.GetBytes(body);
        return [
            .. Encoding.Latin1.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: portal\r\nConnection: close\r\nAuthorization: Bearer {fixture.Token.Secret}\r\n"
                    + $"Content-Type: {type}\r\nContent-Length: {bytes.Length}\r\nX-Async: {Secret}\r\n\r\n"),
            .. bytes,
        ];

        static string Encode((string, string)[] values) =>
            string.Join('&', values.Select(v => Uri.EscapeDataString(v.Item1) + "=" + Uri.EscapeDataString(v.Item2)));

        string Multipart()
        {
            // Padding makes the form large enough to be streamed.
            var parts = fields
                .Select((f, i) => $"--b{lineEnd}{string.Format(null, headers[i], f.Item1)}{lineEnd}{lineEnd}{f.Item2}{lineEnd}")
                .ToList();
            var file = "--b\r\nContent-Disposition: form-data; name=\"File\"; filename=\"f.docx\"\r\n\r\n"
                + new string('x', padding == 0 ? 70_000 : 10) + "\r\n";
            parts.Insert(padding % 2 == 0 ? 0 : parts.Count, file);
            return string.Concat(parts) + "--b--\r\n";
        }
    }

    private static async Task SendAsync(GatewayFixture fixture, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Server.Address.Host, fixture.Server.Address.Port);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(request);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync(patience.Token);
        }
        catch (IOException)
        {
            // Refused before everything was sent.
        }
    }

    private static Gen<string> Any(string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    [GeneratedRegex("^GET /async/job/[0-9a-f]{32}\n")]
    private static partial Regex OwnQuestion();

    [GeneratedRegex("^multipart/form-data; boundary=\"([0-9a-z]{16})\"$")]
    private static partial Regex OwnType();

    [GeneratedRegex(
        "^Content-Disposition: form-data; name=\"(?<name>[A-Za-z0-9_.\\[\\]-]+)\"(?<file>; filename=\"[^\"\\r\\n;]+\")?"
            + "(\\r\\nX-Padding: x+)?\\r\\n\\r\\n(?<value>.*)\\r\\n$",
        RegexOptions.Singleline)]
    private static partial Regex OwnPart();
}
