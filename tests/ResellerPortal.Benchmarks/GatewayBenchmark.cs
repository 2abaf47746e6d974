using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;
using Yarp.ReverseProxy.Forwarder;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Metered conversions through the portal, compared with a plain YARP forwarder to the same upstream. Upstream, forwarder and portal run
/// as separate processes on this machine; this process generates the load.
/// </summary>
internal static class GatewayBenchmark
{
    public const string UpstreamRole = "gateway-upstream";
    public const string ForwarderRole = "gateway-forwarder";

    private const int Rounds = 5;

    /// <summary>
    /// 512 in flight is the default concurrency of two resellers. A node reaches that at a low rate: conversions take seconds upstream,
    /// so a hundred per second keep several hundred in flight.
    /// </summary>
    private static readonly (string Name, int Size, int InFlight, double Wanted)[] Loads =
    [
        ("2 kB, 512 in flight", 2_000, 512, 0.7),
        ("20 kB, 512 in flight", 20_000, 512, 0.7),
        ("2 kB, 128 in flight", 2_000, 128, 0.7),
        ("20 kB, 128 in flight", 20_000, 128, 0.7),
        ("10 MB, 4 in flight", 10_000_000, 4, 0.95),
        ("2 kB, 1 in flight", 2_000, 1, 0),
    ];

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        var (upstream, forwarder, portal) = (FreeAddress(), FreeAddress(), FreeAddress());
        using var upstreamProcess = Start(folder, "Benchmarks", UpstreamRole, upstream);
        using var forwarderProcess = Start(folder, "Benchmarks", ForwarderRole, forwarder, upstream);
        using var portalProcess = StartPortal(folder, portal, upstream);
        try
        {
            await ReadyAsync(upstream);
            await ReadyAsync(forwarder);
            await ReadyAsync(portal + "/readyz");
            string[] secrets = [
                await SellAsync($"Data Source={folder}/portal.db", "northwind"),
                await SellAsync($"Data Source={folder}/portal.db", "southwind"),
            ];
            using var bare = Client(forwarder, secrets[0]);
            using var northwind = Client(portal, secrets[0]);
            using var southwind = Client(portal, secrets[1]);
            var isWarm = false;
            foreach (var (name, size, inFlight, wanted) in Loads)
            {
                var content = new byte[size];
                Random.Shared.NextBytes(content);
                var (rounds, flushes) = (
                    new List<(Measurement Bare, Measurement Metered)>(),
                    new List<(double Growing, double WrittenOver)>());

                // Warm-up, because the runtime recompiles hot paths in the background, which takes half a minute.
                var warming = isWarm ? options.Seconds : options.Seconds * 4;
                isWarm = true;
                await Load.RunAsync(inFlight, warming, ConvertMeteredAsync);
                await Load.RunAsync(inFlight, warming, ConvertBareAsync);
                for (var round = 0; round < Rounds; round++)
                {
                    flushes.Add(FlushTime(folder));
                    rounds.Add(
                        (
                            await Load.RunAsync(inFlight, options.Seconds / 2, ConvertBareAsync),
                            await Load.RunAsync(inFlight, options.Seconds / 2, ConvertMeteredAsync)));
                }

                Report(name, rounds, wanted, flushes);

                Task<long> ConvertBareAsync(int worker) => ConvertAsync(bare, content);

                Task<long> ConvertMeteredAsync(int worker) => ConvertAsync(worker % 2 == 0 ? northwind : southwind, content);
            }
        }
        finally
        {
            foreach (var process in (Process[])[portalProcess, forwarderProcess, upstreamProcess])
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Reads the request and immediately responds with a small file.</summary>
    public static async Task ServeUpstreamAsync(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address);
        var answer = """{"ConversionCost":1,"Files":[{"FileName":"a.pdf","FileExt":"pdf","FileSize":750,"FileData":" """.TrimEnd()
            + Convert.ToBase64String(new byte[750])
            + "\"}]}";
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
        });
        await app.RunAsync();
    }

    public static async Task ServeForwarderAsync(string address, string upstream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        app.Urls.Add(address);
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        using var client = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        app.Run(async context => await forwarder.SendAsync(context, upstream, client));
        await app.RunAsync();
    }

    private static void Report(
        string name,
        List<(Measurement Bare, Measurement Metered)> rounds,
        double wanted,
        List<(double Growing, double WrittenOver)> flushes)
    {
        var bare = rounds.Select(r => r.Bare).OrderBy(m => m.PerSecond).ElementAt(Rounds / 2);
        var metered = rounds.Select(r => r.Metered).OrderBy(m => m.PerSecond).ElementAt(Rounds / 2);
        Console.WriteLine($"{name}, bare forwarder   {bare}");
        Console.WriteLine($"{name}, metered gateway  {metered}");
        var (added, growing, writtenOver) = (
            metered.P50 - bare.P50,
            flushes.Select(f => f.Growing).Order().ElementAt(Rounds / 2),
            flushes.Select(f => f.WrittenOver).Order().ElementAt(Rounds / 2));
        Console.WriteLine(wanted > 0
            ? $"{name}: {rounds
                .Select(r => r.Metered.PerSecond / r.Bare.PerSecond)
                .Order()
                .ElementAt(Rounds / 2):N2} of its throughput (wanted {wanted})"
            : $"{name}: {added:N2} ms added at p50, {added / growing:N1} flushes of {growing:N2} ms of a file that grows, "
                + $"{added / writtenOver:N1} of {writtenOver:N2} ms of one that is written over (wanted 3)");
    }

    public static async Task<long> ConvertAsync(HttpClient client, byte[] content)
    {
        var start = Stopwatch.GetTimestamp();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "File", "a.docx" } };
        using var answer = await client.PostAsync("/convert/docx/to/pdf", form);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        return Stopwatch.GetTimestamp() - start;
    }

    /// <summary>Median time in milliseconds to flush a page appended to a growing file, and one overwritten in place.</summary>
    private static (double Growing, double WrittenOver) FlushTime(DirectoryInfo folder)
    {
        const int Pages = 500;
        var page = new byte[4096];
        using var file = File.OpenHandle($"{folder}/flush", FileMode.Create, FileAccess.Write);
        return (Flush(), Flush());

        double Flush()
        {
            var times = new List<double>(Pages);
            for (var i = 0L; i < Pages; i++)
            {
                RandomAccess.Write(file, page, i * page.Length);
                var start = Stopwatch.GetTimestamp();
                RandomAccess.FlushToDisk(file);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return times.Order().ElementAt(Pages / 2);
        }
    }

    public static async Task<string> SellAsync(string connection, string reseller)
    {
        var dialect = new SqliteDialect();
        var data = new TestData(
            new PortalDatabase(dialect, connection),
            new EphemeralDataProtectionProvider(),
            TimeProvider.System);
        var (_, owner) = await data.AddResellerAsync(reseller);
        await data.BuyAsync(owner, 900_000_000, 9_000_000m);
        return (await data.IssueAsync(owner, await data.AddCustomerAsync(owner, "Acme"))).Secret;
    }

    public static HttpClient Client(string address, string secret)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    /// <summary>Starts the portal as in production, on SQLite in the folder.</summary>
    public static Process StartPortal(DirectoryInfo folder, string address, string upstream, params string[] settings) => Start(
        folder,
        "Web",
        [
            "--urls",
            address,
            "--Database:Provider=Sqlite",
            "--Database:MigrateOnStart=true",
            "--DataProtection:AllowUnencryptedKeys=true",
            "--Logging:LogLevel:Default=Error",
            $"--ConvertApi:BaseUrl={upstream}",
            "--ConvertApi:Secret=benchmark",
            $"--ConnectionStrings:Portal=Data Source={folder}/portal.db",
            .. settings,
        ]);

    public static Process Start(DirectoryInfo folder, string program, params string[] arguments)
    {
        // Uses separate folders, because a web server watches its content root and would be notified of every database write.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"ResellerPortal.{program}.dll"), .. arguments])
        {
            WorkingDirectory = folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName,
            RedirectStandardOutput = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    public static async Task ReadyAsync(string address)
    {
        using var client = new HttpClient();
        for (var i = 0; ; i++)
        {
            try
            {
                (await client.GetAsync(address)).Dispose();
                return;
            }
            catch (HttpRequestException) when (i < 300)
            {
                await Task.Delay(100);
            }
        }
    }

    public static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
