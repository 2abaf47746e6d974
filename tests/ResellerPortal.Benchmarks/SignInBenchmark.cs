using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Sign-ins with wrong passwords, in turns for an address that has an account and for one that has none: a difference would tell a
/// guesser which addresses to try. Every four come from a network of their own, before a lockout begins.
/// </summary>
internal static partial class SignInBenchmark
{
    private const string Known = "owner@northwind.example";
    private const int Tries = 2_000;
    private const int TriesPerNetwork = 4;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        var portal = GatewayBenchmark.FreeAddress();
        using var process = GatewayBenchmark.StartPortal(
            folder,
            portal,
            "http://127.0.0.1:9",
            "--RateLimits:SignInsPerMinute=1000000",
            "--Portal:KnownProxyNetworks:0=127.0.0.0/8");
        try
        {
            await GatewayBenchmark.ReadyAsync(portal + "/readyz");
            await GatewayBenchmark.SellAsync($"Data Source={folder}/portal.db", "northwind");
            using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), UseProxy = false })
            {
                BaseAddress = new Uri(portal),
            };
            var token = FormToken().Match(await client.GetStringAsync("/account/sign-in")).Groups[1].Value;

            // A right password first: its hash is made anew with the portal's own number of rounds.
            await SignInOnceAsync(portal);
            var (known, unknown) = (new List<double>(), new List<double>());
            for (var i = -200; i < Tries; i++)
            {
                var network = (i + 200) / TriesPerNetwork;
                var address = string.Create(
                    CultureInfo.InvariantCulture, $"198.{18 + (network >> 16)}.{(network >> 8) & 255}.{network & 255}");
                var (a, b) = (
                    await TryAsync(client, token, Known, address),
                    await TryAsync(client, token, "nobody@northwind.example", address));
                if (i >= 0)
                {
                    known.Add(a);
                    unknown.Add(b);
                }
            }

            Console.WriteLine($"known address    p50 {Median(known):N2} ms");
            Console.WriteLine($"unknown address  p50 {Median(unknown):N2} ms");
            Console.WriteLine($"difference       {Math.Abs(Median(known) - Median(unknown)):N2} ms (wanted under 2)");
            var noise = Math.Abs(Median(known[..(Tries / 2)]) - Median(known[(Tries / 2)..]));
            Console.WriteLine($"noise            {noise:N2} ms between the halves of one");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task SignInOnceAsync(string portal)
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), UseProxy = false })
        {
            BaseAddress = new Uri(portal),
        };
        var token = FormToken().Match(await client.GetStringAsync("/account/sign-in")).Groups[1].Value;
        await SubmitAsync(client, token, Known, TestData.Password, "127.0.0.1");
    }

    private static async Task<double> TryAsync(HttpClient client, string token, string email, string network)
    {
        var start = Stopwatch.GetTimestamp();
        var text = await SubmitAsync(client, token, email, "a wrong password", network);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return text.Contains("is incorrect", StringComparison.Ordinal)
            ? took
            : throw new InvalidOperationException("The portal did not answer as to a wrong password.");
    }

    private static async Task<string> SubmitAsync(HttpClient client, string token, string email, string password, string network)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in")
        {
            Content = new FormUrlEncodedContent(
            [
                new("_handler", "sign-in"),
                new("__RequestVerificationToken", token),
                new("Input.Email", email),
                new("Input.Password", password),
            ]),
        };
        request.Headers.Add("X-Forwarded-For", network);
        using var answer = await client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();
}
