using System.Diagnostics;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Requests;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Compares the gateway's multipart scanner with ASP.NET Core's <see cref="MultipartReader"/>: both read the same form in blocks, as
/// Kestrel supplies it, and discard the bodies. They alternate, so that machine load affects both equally.
/// </summary>
internal static class MultipartBenchmark
{
    /// <summary>Size in bytes of the web server's blocks.</summary>
    private const int BlockSize = 64 * 1024;

    private const int Rounds = 5;

    public static async Task RunAsync(Options options)
    {
        foreach (var size in (int[])[2_000, 20_000, 10_000_000])
        {
            var (body, boundary) = await FormAsync(size);
            var (scanner, reader) = (new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                var own = await MeasureAsync(options.Seconds, () => ScanAsync(body, boundary));
                var framework = await MeasureAsync(options.Seconds, () => ReadAsync(body, boundary));
                if (round > 0)
                {
                    scanner.Add(own);
                    reader.Add(framework);
                }
            }

            var (a, b) = (scanner.Order().ElementAt(Rounds / 2), reader.Order().ElementAt(Rounds / 2));
            Console.WriteLine($"{size,10:N0} bytes  scanner {a,10:N2} µs  MultipartReader {b,10:N2} µs  ratio {a / b:N2}");
        }
    }

    private static async Task<(byte[] Body, string Boundary)> FormAsync(int size)
    {
        var content = new byte[size];
        new Random(1).NextBytes(content);
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent("------------------------4ebf00fbcf09dce2")
        {
            { new StringContent("true"), "StoreFile" },
            { file, "File", "document.docx" },
        };
        return (await form.ReadAsByteArrayAsync(), "------------------------4ebf00fbcf09dce2");
    }

    private static async Task ScanAsync(byte[] body, string boundary)
    {
        using var form = new MultipartScanner(new BlockStream(body), boundary, BlockSize);
        while (await form.MoveToNextAsync(default))
        {
            await form.ReadHeadersAsync(default);
            while (!(await form.ReadBodyAsync(default)).IsEmpty)
            {
            }
        }
    }

    private static async Task ReadAsync(byte[] body, string boundary)
    {
        var form = new MultipartReader(boundary, new BlockStream(body), BlockSize);
        var buffer = BufferPool.Rent(BlockSize);
        while (await form.ReadNextSectionAsync() is { } section)
        {
            while (await section.Body.ReadAsync(buffer) > 0)
            {
            }
        }

        BufferPool.Return(buffer);
    }

    /// <returns>Microseconds per form.</returns>
    private static async Task<double> MeasureAsync(double seconds, Func<Task> work)
    {
        var (started, forms) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds / 4)
        {
            await work();
            forms++;
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / forms;
    }

    /// <summary>Returns a body in blocks, as the web server does.</summary>
    private sealed class BlockStream(byte[] body) : MemoryStream(body)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, BlockSize)], cancellationToken);
    }
}
