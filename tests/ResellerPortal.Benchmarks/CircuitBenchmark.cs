using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;
using ResellerPortal.Web.Demo;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// A thousand open pages on one node: what a circuit holds in memory, and how long a navigation within one takes while all are open. The
/// portal is a process of its own, as in production, with the demonstration's data.
/// </summary>
internal static class CircuitBenchmark
{
    private const int Circuits = 1_000;

    /// <summary>Fewer than the portal allows a user, so that one that closes late is not in the way.</summary>
    private const int CircuitsOfUser = 38;

    private const int OpenedAtOnce = 8;
    private const int NavigationsPerSecond = 20;
    private const double WantedKilobytes = 250;
    private const double WantedMilliseconds = 200;

    private static readonly string[] ResellerPages = ["/reseller", "/reseller/ledger", "/reseller/customers", "/reseller/invoices"];

    private static readonly string[] CustomerPages = ["/my", "/my/ledger", "/my/invoices"];

    private static readonly string[] Failures = ["Something went wrong", "Access denied"];

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            await SeedAsync(folder);
            var users = await AddColleaguesAsync($"Data Source={folder}/portal.db");
            var address = GatewayBenchmark.FreeAddress();
            using var portal = GatewayBenchmark.StartPortal(folder, address, "http://127.0.0.1:9", "--RateLimits:SignInsPerMinute=1000");
            try
            {
                await GatewayBenchmark.ReadyAsync(address + "/readyz");
                await MeasureAsync(portal, new Uri(address), users, options.Seconds);
            }
            finally
            {
                portal.Kill();
                await portal.WaitForExitAsync();
            }
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Process portal, Uri address, IReadOnlyList<string> users, double seconds)
    {
        var visitors = new List<Visitor>();
        foreach (var user in users)
        {
            visitors.Add(await SignInAsync(address, user));
        }

        // Warm-up: every page compiled and every cache filled, and nothing of it left open.
        var warm = await OpenAsync(address, visitors, visitors.Count * 2);
        await NavigateAsync(address, warm, seconds);
        await CloseAsync(address, warm);
        var before = await ProcessMemory.MeasureAsync(portal);

        var open = await OpenAsync(address, visitors, Circuits);
        var opened = await ProcessMemory.MeasureAsync(portal);
        var times = await NavigateAsync(address, open, seconds * 4);
        var after = await ProcessMemory.MeasureAsync(portal);
        await CloseAsync(address, open);
        var closed = await ProcessMemory.MeasureAsync(portal);

        Report("before any is open", before, before);
        Report($"with {Circuits:N0} open", opened, before);
        Report($"… after {times.Length:N0} navigations", after, before);
        Report("all closed", closed, before);
        Console.WriteLine($"(wanted: under {WantedKilobytes:N0} kB of heap a circuit)");
        Console.WriteLine(
            $"navigation at {NavigationsPerSecond} a second  p50 {Percentile(times, 0.5),7:N1} ms   p95 {Percentile(times, 0.95),7:N1} ms"
                + $"   p99 {Percentile(times, 0.99),7:N1} ms   (wanted: p95 under {WantedMilliseconds:N0} ms)");
    }

    private static void Report(string name, ProcessMemory memory, ProcessMemory before) => Console.WriteLine(
        $"{name,-28} heap {memory.HeapBytes / 1e6,8:N1} MB   working set {memory.WorkingSetBytes / 1e6,8:N1} MB   "
            + $"heap a circuit {(memory.HeapBytes - before.HeapBytes) / 1e3 / Circuits,8:N1} kB   "
            + $"working set {(memory.WorkingSetBytes - before.WorkingSetBytes) / 1e3 / Circuits,8:N1} kB");

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    /// <summary>Lets the portal make up the demonstration's data, which it does only where developers run it.</summary>
    private static async Task SeedAsync(DirectoryInfo folder)
    {
        var address = GatewayBenchmark.FreeAddress();
        using var portal = GatewayBenchmark.StartPortal(
            folder, address, "http://127.0.0.1:9", "--environment", "Development", "--Demo:Seed=true");
        await GatewayBenchmark.ReadyAsync(address + "/readyz");
        portal.Kill();
        await portal.WaitForExitAsync();
    }

    /// <summary>
    /// The demonstration has too few people for a thousand windows: the reseller's owner gets colleagues with the same password.
    /// </summary>
    /// <returns>The addresses of all who can sign in, those of the reseller first.</returns>
    private static async Task<IReadOnlyList<string>> AddColleaguesAsync(string connection)
    {
        var database = new PortalDatabase(new SqliteDialect(), connection);
        await using var db = database.Open(TenantScope.CrossTenants("members for a benchmark"));
        var owner = await db.Users.AsNoTracking().SingleAsync(u => u.Email == DemoSeeder.OwnerEmail);
        var reseller = (await db.Members.SingleAsync(m => m.UserId == owner.Id)).ResellerId;
        var customers = await db.Members
            .Where(m => m.ResellerId == reseller && m.CustomerId != null)
            .Join(db.Users, m => m.UserId, u => u.Id, (m, u) => u.Email!)
            .OrderBy(email => email)
            .ToListAsync();
        var resellers = new List<string> { owner.Email! };
        var normalizer = new UpperInvariantLookupNormalizer();
        while ((resellers.Count + customers.Count) * CircuitsOfUser < Circuits)
        {
            var email = $"colleague-{resellers.Count}@northwind.example";
            var user = new PortalUser
            {
                Id = Guid.CreateVersion7(),
                UserName = email,
                NormalizedUserName = normalizer.NormalizeName(email),
                Email = email,
                NormalizedEmail = normalizer.NormalizeEmail(email),
                EmailConfirmed = true,
                PasswordHash = owner.PasswordHash,
                SecurityStamp = Guid.NewGuid().ToString("N"),
            };
            db.Users.Add(user);
            db.Members.Add(new Member { UserId = user.Id, Role = Role.ResellerOwner, ResellerId = reseller });
            resellers.Add(email);
        }

        await db.SaveChangesAsync();
        return [.. resellers, .. customers];
    }

    private static async Task<Visitor> SignInAsync(Uri address, string email)
    {
        var cookies = new CookieContainer();
        var client = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies, UseProxy = false })
        {
            BaseAddress = address,
        };
        using var answer = await PortalServer.SignInAsync(client, email, DemoSeeder.Password);
        var isReseller = email.EndsWith("@northwind.example", StringComparison.Ordinal);
        return answer.StatusCode == HttpStatusCode.Redirect
            ? new Visitor(client, cookies.GetCookieHeader(address), isReseller ? ResellerPages : CustomerPages)
            : throw new InvalidOperationException($"{email} could not sign in: {answer.StatusCode}");
    }

    /// <summary>Opens pages as browsers do, for each visitor in turn, and waits until they show everything.</summary>
    private static async Task<IReadOnlyList<Window>> OpenAsync(Uri address, List<Visitor> visitors, int count)
    {
        var windows = new ConcurrentBag<Window>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce },
            async (number, _) =>
            {
                var visitor = visitors[number % visitors.Count];
                var page = visitor.Pages[number / visitors.Count % visitor.Pages.Length];
                var circuit = await RawCircuit.ConnectAsync(address, visitor.Cookies);
                await circuit.OpenAsync(address, page, await visitor.Client.GetStringAsync(page, CancellationToken.None));
                await circuit.SeesAsync("mud-main-content");
                await circuit.RestAsync();
                var window = new Window(visitor, circuit, page);
                Check(window);
                windows.Add(window);
            });
        return [.. windows];
    }

    /// <summary>Navigates at a steady rate in windows at random, each to another page than it shows.</summary>
    /// <returns>The sorted times in milliseconds until the last of a page had come.</returns>
    private static async Task<double[]> NavigateAsync(Uri address, IReadOnlyList<Window> windows, double seconds)
    {
        var (times, random) = (new ConcurrentBag<double>(), new Random(1));
        var idle = windows.ToList();
        var navigations = new List<Task>();
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < seconds * NavigationsPerSecond; number++)
        {
            var due = TimeSpan.FromSeconds(number / (double)NavigationsPerSecond) - Stopwatch.GetElapsedTime(started);
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
            lock (idle)
            {
                var at = random.Next(idle.Count);
                var window = idle[at];
                idle.RemoveAt(at);
                var pages = window.Visitor.Pages.Where(p => p != window.Page).ToList();
                window.Page = pages[random.Next(pages.Count)];
                navigations.Add(NavigateAsync(window));
            }
        }

        await Task.WhenAll(navigations);
        return [.. times.Order()];

        async Task NavigateAsync(Window window)
        {
            times.Add((await window.Circuit.NavigateAsync(new Uri(address, window.Page))).TotalMilliseconds);
            Check(window);
            lock (idle)
            {
                idle.Add(window);
            }
        }
    }

    /// <summary>Closes windows as browsers do, so that the portal need not keep their circuits for a reconnection.</summary>
    private static Task CloseAsync(Uri address, IReadOnlyList<Window> windows) => Parallel.ForEachAsync(
        windows,
        new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce },
        async (window, cancellationToken) =>
        {
            using var form = new MultipartFormDataContent { { new StringContent(window.Circuit.Secret!), "circuitId" } };
            using var left = await window.Visitor.Client.PostAsync(new Uri(address, "/_blazor/disconnect/"), form, cancellationToken);
            left.EnsureSuccessStatusCode();
            await window.Circuit.DisposeAsync();
        });

    private static void Check(Window window)
    {
        if (window.Circuit.IsClosed || Array.Exists(Failures, window.Circuit.HasSeen))
        {
            throw new InvalidOperationException($"A window at {window.Page} was closed or shows a failure.");
        }
    }

    private sealed record Visitor(HttpClient Client, string Cookies, string[] Pages);

    private sealed class Window(Visitor visitor, RawCircuit circuit, string page)
    {
        public Visitor Visitor => visitor;

        public RawCircuit Circuit => circuit;

        public string Page { get; set; } = page;
    }
}
