using System.Net.Sockets;
using System.Text;
using CsCheck;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Malformed requests sent byte by byte over a socket.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Paths =
    [
        "/convert/docx/to/pdf", "/convert/docx/to/pdf?File=%00&Files[0]=%ff%fe&JobId=aaaaaaaaaaaaaaaa", "/convert/../docx/to/pdf",
        "/convert/docx/to/pdf/converter/..%2f..%2fuser", "/convert//to/", "/convert/%2e%2e/to/%2f",
        "/async/convert/docx/to/pdf?JobId=%27%3b--", "/async/convert/docx/to/pdf?Async=maybe&WebHook=javascript:alert(1)", "/async/job/%00",
        "/job/" + "x", "/upload", "/upload?url=file:///etc/passwd", "/upload?url=%00",
        "/d/CfDJ8%00", "/d/..%2f..%2fetc%2fpasswd", "/d/CfDJ8AAAA/info", "/user", "/user/statistic?startDate=%00",
        "/token/create?Count=%F0%9F%98%80", "/token/%00", "/token/jwt", "/convert/docx/to/pdf?" + "a=1&",
    ];

    private static readonly string[] Types =
    [
        "multipart/form-data; "
            + "boundary=b", "multipart/form-data", "multipart/form-data; "
                + "boundary=\"\"", "multipart/mixed; "
                    + "boundary=b", "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=ebcdic", "text/plain", "nonsense", "/", "multipart/form-data; boundary=" + "b;b=\"",
    ];

    private static readonly string[] Bodies =
    [
        "", "x", "--b\r\n", "--b--\r\n", "--b\r\nContent-Disposition: form-data; "
            + "name=\"File\"\r\n\r\n\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"Async\"\r\n\r\ntrue\r\n--b\r\n",
        "--b\r\nContent-Disposition: form-data; "
            + "name=\"JobId\"\r\n\r\n\u0000\r\n--b--\r\n", "--b\r\nContent-Disposition: "
                + ";;;\r\n\r\nx\r\n--b--\r\n", "{", "{\"Parameters\":[{\"Name\":\"File\",\"Value\":null}]}",
                "{\"Parameters\":[{\"Name\":{},\"Value\":[]}]}",
        "{\"Parameters\":[null]}", "{\"Parameters\":[{\"Name\":\"Files\",\"FileValues\":[[],{\"Id\":{}}]}]}",
        "{\"a\":1,\"a\":2,\"Parameters\":[{\"Name\":\"x\",\"Name\":\"y\"}]}", "[[[[[[", "\"\\ud800\"", "File=%",
        "File=%ff%fe&=&&&&Files[-1]=x", "\u0000\u0001\u0002",
        "{\"Parameters\":[{\"Name\":\"Html\",\"Value\":\"" + "\\u00e9\\\\\\\"" + "\"}]}",
    ];

    private static readonly string[] Headers =
    [
        "", "Content-Disposition: attachment; "
            + "filename*=UTF-8''%ff%00\r\n", "Content-Disposition: "
                + "\r\n", "Accept: application/octet-stream, "
                    + "*/*;q=abc\r\n", "Origin: null\r\n", "Origin: http://[::1\r\n", "Expect: 100-continue\r\n", "X-Forwarded-For: "
                        + "<script>\r\n",
        "Authorization: Bearer "
            + "eyJ.eyJ.eyJ\r\n", "Authorization: Basic "
                + "AAAA\r\n", "Authorization: Bearer \r\n", "Content-Encoding: gzip\r\n", "Accept-Encoding: identity;q=0\r\n",
    ];

    [Fact]
    public async Task No_request_makes_a_fault_of_the_portals_own_or_leaves_a_reservation_behind()
    {
        await using var upstream = await StandInUpstream.StartAsync(System.Net.HttpStatusCode.OK, """{"ConversionCost": 1, "Files": []}""");
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var requests =
            from method in Any("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS")
            from path in Any(Paths)
            from type in Any(Types)
            from header in Any(Headers)
            from body in Gen.Select(Any(Bodies).Array[1, 3], parts => string.Concat(parts))
            from length in Any("right", "chunked", "short", "cut", "broken chunk")
            select (method, path, type, header, body, length);

        await requests.SampleAsync(
            async r =>
            {
                var answer = await SendAsync(
                    fixture.Server.Address,
                    BuildRequest(r.method, r.path, r.type, r.header, r.body, r.length, fixture.Token.Secret),
                    mayWait: r.length is "right" or "chunked");
                Assert.False(
                    answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal)
                        && !answer.Contains("\"Code\":5007", StringComparison.Ordinal),
                    $"{r}\n{answer}");
                return true;
            },
            iter: 1500,
            threads: 4);

        Assert.All(await fixture.SettledAsync(), e => Assert.Equal(Core.Metering.EntryFlags.None, e.Flags));
        using var still = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
        Assert.True(still.IsSuccessStatusCode);
    }

    private static Gen<string> Any(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static byte[] BuildRequest(string method, string path, string type, string header, string body, string length, string secret)
    {
        var authorization = header.StartsWith("Authorization", StringComparison.Ordinal) ? "" : $"Authorization: Bearer {secret}\r\n";
        var head = $"{method} {path} HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n{authorization}Content-Type: {type}\r\n{header}";
        var bytes = Encoding.Latin1.GetBytes(body);
        return length switch
        {
            "chunked" =>
                Encoding.Latin1.GetBytes(
                    $"{head}Transfer-Encoding: chunked\r\n\r\n{bytes.Length:x}\r\n{body}\r\n{(bytes.Length > 0 ? "0\r\n\r\n" : "")}"),
            "broken chunk" => Encoding.Latin1.GetBytes($"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}"),
            "short" => Encoding.Latin1.GetBytes($"{head}Content-Length: {bytes.Length / 2}\r\n\r\n{body}"),
            "cut" => Encoding.Latin1.GetBytes($"{head}Content-Length: {bytes.Length + 10}\r\n\r\n{body}"),
            _ => Encoding.Latin1.GetBytes($"{head}Content-Length: {bytes.Length}\r\n\r\n{body}"),
        };
    }

    private static async Task<string> SendAsync(Uri address, byte[] request, bool mayWait)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(request);
            if (!mayWait)
            {
                socket.Client.Shutdown(SocketShutdown.Send);
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            return await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync(patience.Token);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
