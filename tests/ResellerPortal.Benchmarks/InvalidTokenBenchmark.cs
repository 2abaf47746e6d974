using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Conversions with a valid token, alone and during a flood of 10,000 requests per second with random tokens from the same address.
/// Portal and upstream run as separate processes; this process generates both loads.
/// </summary>
internal static class InvalidTokenBenchmark
{
    private const int WantedPerSecond = 10_000;
    private const int Connections = 4;
    private const int Together = 50;
    private const int Rounds = 3;

    private static ReadOnlySpan<byte> Refused => "HTTP/1.1 4"u8;

    private static readonly byte[][] Requests = [.. Enumerable.Range(0, 64).Select(_ => Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(0, Together).Select(
            _ => $"GET /user HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TokenSecret.Create()}\r\n\r\n"))))];

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        var (upstream, portal) = (GatewayBenchmark.FreeAddress(), GatewayBenchmark.FreeAddress());
        using var upstreamProcess = GatewayBenchmark.Start(folder, "Benchmarks", GatewayBenchmark.UpstreamRole, upstream);
        using var portalProcess = GatewayBenchmark.StartPortal(folder, portal, upstream);
        try
        {
            await GatewayBenchmark.ReadyAsync(upstream);
            await GatewayBenchmark.ReadyAsync(portal + "/readyz");
            using var good = GatewayBenchmark.Client(
                portal, await GatewayBenchmark.SellAsync($"Data Source={folder}/portal.db", "northwind"));
            var content = new byte[2_000];
            await Load.RunAsync(4, options.Seconds, _ => GatewayBenchmark.ConvertAsync(good, content));
            for (var round = 0; round < Rounds; round++)
            {
                Console.WriteLine(
                    $"good tokens alone         {await Load.RunAsync(
                        4, options.Seconds, _ => GatewayBenchmark.ConvertAsync(good, content))}");
                using var stop = new CancellationTokenSource();
                var flood = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => FloodAsync(new Uri(portal), stop.Token))).ToArray();
                var started = Stopwatch.GetTimestamp();

                // Every unsuccessful response throws.
                Console.WriteLine(
                    $"good tokens in the flood  {await Load.RunAsync(
                        4, options.Seconds, _ => GatewayBenchmark.ConvertAsync(good, content))}");
                await stop.CancelAsync();
                var wrong = (await Task.WhenAll(flood)).Sum();
                Console.WriteLine(
                    $"invalid tokens answered     {wrong / Stopwatch.GetElapsedTime(started).TotalSeconds,10:N0} a second (wanted "
                        + $"{WantedPerSecond:N0})");
            }
        }
        finally
        {
            foreach (var process in (Process[])[portalProcess, upstreamProcess])
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Sends requests in batches of fifty over one connection and awaits the responses, at its share of the target rate.</summary>
    private static async Task<long> FloodAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
        var stream = client.GetStream();
        var buffer = new byte[1 << 16];
        var started = Stopwatch.GetTimestamp();
        long answered = 0;
        for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            await stream.WriteAsync(Requests[i % Requests.Length], CancellationToken.None);
            var kept = 0;
            for (var left = Together; left > 0;)
            {
                var end = kept + await stream.ReadAsync(buffer.AsMemory(kept), CancellationToken.None);
                left -= Count(buffer.AsSpan(0, end));

                // A status line may be split between two reads.
                kept = Math.Min(end, Refused.Length - 1);
                buffer.AsSpan(end - kept, kept).CopyTo(buffer);
            }

            answered += Together;
            var ahead = TimeSpan.FromSeconds(answered * (double)Connections / WantedPerSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.FromMilliseconds(2))
            {
                await Task.Delay(ahead, CancellationToken.None);
            }
        }

        return answered;
    }

    private static int Count(ReadOnlySpan<byte> read)
    {
        var count = 0;
        for (int at; (at = read.IndexOf(Refused)) >= 0; read = read[(at + 1)..])
        {
            count++;
        }

        return count;
    }
}
