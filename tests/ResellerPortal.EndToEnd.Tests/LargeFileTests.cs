using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Request and response bodies are streamed through the portal and never buffered completely.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const long Size = 500L << 20;

    /// <summary>Maximum growth of the process in KiB.</summary>
    private const long Growth = 50 << 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-large-");

    [Fact]
    public async Task Half_a_gibibyte_goes_up_and_comes_down_and_the_process_stays_small()
    {
        await using var upstream = await StandInUpstream.StartAsync(AnswerAsync);
        var (process, address) = await PortalProcess.ServeAsync(_folder, [.. upstream.Settings().Select(s => $"--{s.Item1}={s.Item2}")]);
        using var portal = process;
        try
        {
            var secret = await SellAsync();
            using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(1 << 20, await UploadAsync(client, 1 << 20, "?echo=1048576"));
            }

            var before = ResidentKiB(portal);
            Assert.Equal(0, await UploadAsync(client, Size, "?echo=0"));
            var up = PeakKiB(portal);
            Assert.Equal(Size, await UploadAsync(client, 1000, $"?echo={Size}"));
            var down = PeakKiB(portal);
            Assert.Equal(0, await ConvertAsync(client, Json(Size), "?echo=0"));
            var json = PeakKiB(portal);

            Assert.True(up - before < Growth, $"{before:N0} KiB before, {up:N0} KiB at most while 500 MiB went up");
            Assert.True(down - before < Growth, $"{before:N0} KiB before, {down:N0} KiB at most while 500 MiB came down");
            Assert.True(json - before < Growth, $"{before:N0} KiB before, {json:N0} KiB at most while 500 MiB of JSON went up");
        }
        finally
        {
            portal.Kill();
            await portal.WaitForExitAsync();
        }
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private static Task<long> UploadAsync(HttpClient client, long size, string query) =>
        ConvertAsync(
            client, new MultipartFormDataContent { { new StreamContent(new Filled("", 0, size, "")), "File", "large.docx" } }, query);

    private static StreamContent Json(long size) =>
        new(new Filled("""{"Parameters":[{"Name":"File","FileValue":{"Name":"large.docx","Data":" """.TrimEnd(), (byte)'A', size, "\"}}]}"))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    /// <returns>The number of letters A in the response.</returns>
    private static async Task<long> ConvertAsync(HttpClient client, HttpContent body, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/convert/docx/to/pdf" + query) { Content = body };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var content = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 16];
        var data = 0L;
        while (await content.ReadAsync(buffer) is > 0 and var read)
        {
            data += buffer.AsSpan(0, read).Count((byte)'A');
        }

        return data;
    }

    /// <summary>Reads the request body, then responds with a file of as many letters A as the parameter Echo says.</summary>
    private static async Task AnswerAsync(StandInUpstream upstream, HttpContext context)
    {
        var letterCount = 0L;
        var type = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        var boundary = type.Parameters.Single(p => p.Name == "boundary").Value!.Trim('"');
        var form = new MultipartReader(boundary, context.Request.Body);
        while (await form.ReadNextSectionAsync() is { } part)
        {
            if (part.ContentDisposition!.Contains("name=\"Echo\"", StringComparison.OrdinalIgnoreCase))
            {
                letterCount = long.Parse(await part.ReadAsStringAsync(), CultureInfo.InvariantCulture);
            }
            else
            {
                await part.Body.CopyToAsync(Stream.Null);
            }
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"ConversionCost":1,"Files":[{"FileName":"x.pdf","FileData":" """.TrimEnd());
        var letters = new byte[1 << 16];
        Array.Fill(letters, (byte)'A');
        for (var left = letterCount; left > 0; left -= letters.Length)
        {
            await context.Response.Body.WriteAsync(letters.AsMemory(0, (int)Math.Min(letters.Length, left)));
        }

        await context.Response.WriteAsync("\"}]}");
    }

    private async Task<string> SellAsync()
    {
        var dialect = new SqliteDialect();
        var database = new PortalDatabase(dialect, $"Data Source={DatabaseFile()}");
        var data = new TestData(database, new EphemeralDataProtectionProvider(), TimeProvider.System);
        var (_, owner) = await data.AddResellerAsync("northwind");
        await data.BuyAsync(owner, 1000, 10m);
        return (await data.IssueAsync(owner, await data.AddCustomerAsync(owner, "Acme"))).Secret;
    }

    private string DatabaseFile() => Directory.GetFiles(_folder.FullName, "*.db", SearchOption.AllDirectories).Single();

    private static long ResidentKiB(Process process) => Status(process, "VmRSS:");

    /// <summary>The peak memory of the process.</summary>
    private static long PeakKiB(Process process) => Status(process, "VmHWM:");

    private static long Status(Process process, string name) => long.Parse(
        File.ReadLines($"/proc/{process.Id}/status").Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Replace(
            "kB", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    /// <summary>A stream of a head, a repeated byte and a tail.</summary>
    private sealed class Filled(string head, byte fill, long length, string tail) : Stream
    {
        private readonly Queue<Stream> _ends = new(
            [new MemoryStream(Encoding.ASCII.GetBytes(head)), new MemoryStream(Encoding.ASCII.GetBytes(tail))]);
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_ends.Peek().Read(buffer, offset, count) is > 0 and var ofEnd)
            {
                return ofEnd;
            }

            var read = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, read).Fill(fill);
            _left -= read;
            if (read > 0 || _ends.Count == 1)
            {
                return read;
            }

            _ends.Dequeue();
            return Read(buffer, offset, count);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
