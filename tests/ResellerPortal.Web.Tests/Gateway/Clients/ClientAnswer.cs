using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record ClientAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Sends a request and reads its answer, over a connection of its own.</summary>
    /// <param name="request">Complete, in Latin-1.</param>
    public static async Task<ClientAnswer> SendAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = socket.GetStream();
        var bodyAt = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        if (request[..bodyAt].Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request[..bodyAt]));
            Assert.Equal("HTTP/1.1 100 Continue", await ReadLineAsync(stream));
            Assert.Equal("", await ReadLineAsync(stream));
            request = request[bodyAt..];
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(stream);
    }

    private static async Task<ClientAnswer> ReadAsync(Stream stream)
    {
        var status = (HttpStatusCode)int.Parse((await ReadLineAsync(stream)).Split(' ')[1], null);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(stream) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return new ClientAnswer(status, headers, await ReadBodyAsync(stream, status, headers));
    }

    private static async Task<byte[]> ReadBodyAsync(Stream stream, HttpStatusCode status, Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("Content-Length", out var length))
        {
            return await ReadExactlyAsync(stream, int.Parse(length, null));
        }

        if (status == HttpStatusCode.NoContent)
        {
            return [];
        }

        Assert.Equal("chunked", headers["Transfer-Encoding"]);
        using var body = new MemoryStream();
        while (Convert.ToInt32(await ReadLineAsync(stream), 16) is > 0 and var size)
        {
            await body.WriteAsync(await ReadExactlyAsync(stream, size));
            Assert.Equal("", await ReadLineAsync(stream));
        }

        return body.ToArray();
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
        {
            line.Append((char)(await ReadExactlyAsync(stream, 1))[0]);
        }

        return line.ToString(0, line.Length - 2);
    }
}
