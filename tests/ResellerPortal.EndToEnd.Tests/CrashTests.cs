using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Kills the real process without warning while customers convert.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Workers = 24;
    private const long Limit = 400;

    /// <summary>The nightly run uses more rounds; see tests/nightly.</summary>
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("PORTAL_CRASH_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-crash-");
    private readonly ConcurrentBag<string> _answered = [];
    private int _replies;

    [Fact]
    public async Task After_every_kill_the_ledger_verifies_and_holds_each_answered_conversion_once()
    {
        var connection = $"Data Source={_folder}/portal.db";
        var database = await PrepareAsync(new SqliteDialect(), connection);
        var tokens = await SellAsync(database, rounds: Rounds);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PORTAL_CRASH_SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("PORTAL_CRASH_SEED={0} repeats these rounds.", seed);
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var (portal, address) = await PortalProcess.ServeAsync(_folder, $"--ConnectionStrings:Portal={connection}");
            using var over = new CancellationTokenSource();
            var load = ConvertAsync([address], tokens, over.Token);
            await UnderLoadAsync();
            await Task.Delay(random.Next(0, 2000));
            portal.Kill();
            await portal.WaitForExitAsync();
            portal.Dispose();
            await over.CancelAsync();
            await load;

            var (code, output) = await PortalProcess.RunAsync(_folder, "verify-ledger", $"--ConnectionStrings:Portal={connection}");
            Assert.True(code == 0, $"With PORTAL_CRASH_SEED={seed}, round {round}: {output}");
        }

        await AssertExactAsync(database);
    }

    [Fact]
    public async Task Two_programs_on_one_PostgreSQL_database_pass_no_limit_even_when_one_is_killed()
    {
        using var server = PostgreSqlServer.Start();
        string[] settings = [.. server.CreateSettings("portal").Select(s => $"--{s.Name}={s.Value}")];
        var database = await PrepareAsync(
            new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), server.Connection("portal"), server.OwnerConnection("portal"));
        var tokens = await SellAsync(database, rounds: 1);
        var (first, firstAddress) = await PortalProcess.ServeAsync(_folder, settings);
        var (second, secondAddress) = await PortalProcess.ServeAsync(_folder, settings);
        using var over = new CancellationTokenSource();

        var load = ConvertAsync([firstAddress, secondAddress], tokens, over.Token);
        await UnderLoadAsync();
        first.Kill();
        await UnderLoadAsync();
        await over.CancelAsync();
        await load;
        second.Kill();
        await second.WaitForExitAsync();
        first.Dispose();
        second.Dispose();

        var (code, output) = await PortalProcess.RunAsync(_folder, ["verify-ledger", .. settings]);
        Assert.True(code == 0, output);
        await AssertExactAsync(database);
        Npgsql.NpgsqlConnection.ClearAllPools();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private static async Task<PortalDatabase> PrepareAsync(IDatabaseDialect dialect, string connection, string? ownerConnection = null)
    {
        var database = new PortalDatabase(dialect, connection);
        await database.MigrateAsync(ownerConnection);
        return database;
    }

    /// <summary>Issues a limited and an unlimited token to two customers, with fewer credits than will be requested.</summary>
    private static async Task<string[]> SellAsync(PortalDatabase database, int rounds)
    {
        var data = new TestData(database, new EphemeralDataProtectionProvider(), TimeProvider.System);
        var (_, owner) = await data.AddResellerAsync("northwind");
        await data.BuyAsync(owner, 600L * rounds, 6m * rounds);
        return
        [
            (await data.IssueAsync(owner, await data.AddCustomerAsync(owner, "Acme"), limit: Limit)).Secret,
            (await data.IssueAsync(owner, await data.AddCustomerAsync(owner, "Blue"))).Secret,
        ];
    }

    private Task ConvertAsync(Uri[] addresses, string[] tokens, CancellationToken over) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            using var client = new HttpClient { BaseAddress = addresses[worker % addresses.Length] };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens[worker / 2 % tokens.Length]);
            while (!over.IsCancellationRequested)
            {
                try
                {
                    using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello"u8.ToArray()), "File", "hello.txt" } };
                    using var answer = await client.PostAsync("/convert/txt/to/pdf", form, over);
                    Interlocked.Increment(ref _replies);
                    if (answer.StatusCode == HttpStatusCode.OK)
                    {
                        _answered.Add(answer.Headers.GetValues("X-Request-Id").Single());
                    }
                }
                catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException)
                {
                    await Task.Delay(50, CancellationToken.None);
                }
            }
        })));

    /// <summary>Waits until the server responds, since a cold start can be slow on a busy machine.</summary>
    private async Task UnderLoadAsync()
    {
        var before = Volatile.Read(ref _replies);
        await Eventually.TrueAsync(() => Volatile.Read(ref _replies) != before, "the server answers under load");
    }

    /// <summary>Sweeps the reservations of killed requests, then compares the ledger with the responses that callers received.</summary>
    private async Task AssertExactAsync(PortalDatabase database)
    {
        var later = new LaterClock();
        var meter = new Meter(new PrepaidCoverageService(database, TimeProvider.System));
        using var writer = new MeterWriter(meter, database, later, NullLogger<MeterWriter>.Instance);
        await writer.StartAsync(default);
        using var sweeper = new ReservationSweepWorker(meter, database, [], later, NullLogger<ReservationSweepWorker>.Instance);
        var swept = await sweeper.RunAsync();
        await writer.StopAsync(default);

        await using var db = database.Open(TenantScope.CrossTenants("test"));
        var entries = await db.LedgerEntries.Select(e => new { e.RequestId, e.Flags }).ToListAsync();
        var answered = _answered.Select(Guid.Parse).ToList();
        Assert.NotEmpty(answered);
        Assert.Equal(answered.Count, answered.Distinct().Count());
        Assert.Equal(entries.Count, entries.Select(e => e.RequestId).Distinct().Count());
        Assert.Empty(answered.Except(entries.Select(e => e.RequestId)));
        Assert.Equal(swept, entries.Count(e => e.Flags == EntryFlags.Unconfirmed));
        Assert.Equal(0, await db.Reservations.CountAsync());
        Assert.All(await db.ApiTokens.Where(t => t.UsageLimit != null).ToListAsync(), t => Assert.True(t.Used <= Limit));
        Assert.Empty((await new LedgerVerifier(database).VerifyAsync()).Faults);
    }

    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1);
    }
}
