using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Each customer has a share of polling and webhooks, so that a slow one delays nobody else.</summary>
public sealed class JobShareTests
{
    private const int AtOncePerCustomer = 4;

    private static readonly (string, string) Often = ("Gateway:JobPolling", "00:00:00.2");

    [Fact]
    public async Task Slow_webhooks_of_one_customer_do_not_delay_those_of_another()
    {
        await using var tarpit = await Tarpit.StartAsync();
        var called = new ConcurrentQueue<string>();
        await using var prompt = await StandInUpstream.StartAsync((_, context) =>
        {
            called.Enqueue(context.Request.Query["JobId"].ToString());
            return Task.CompletedTask;
        });
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.NotFound, "{}");
        using var fixture = await GatewayFixture.OpenAsync(
            upstream.Settings(("Gateway:JobPolling", "01:00:00"), ("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32")));
        var fabrikam = await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam");
        await AddDueAsync(fixture, fixture.Customer, 300, tarpit.Address, TimeSpan.FromMinutes(1));
        var names = await AddDueAsync(fixture, fabrikam, 20, prompt.Address, TimeSpan.Zero);

        // Another node with the same database calls them too, and none of them twice.
        using var first = StartNode(fixture, upstream);
        using var second = StartNode(fixture, upstream);
        await Eventually.TrueAsync(() => called.Count >= names.Count, "the prompt webhooks are called");
        await Eventually.TrueAsync(async () => await CountDueAsync(fixture, fabrikam) == 0, "the prompt webhooks are recorded");

        Assert.Equal(names.Order(), called.Order());
        Assert.InRange(tarpit.MostAtOnce, 1, 2 * AtOncePerCustomer);
        Assert.True(await CountDueAsync(fixture, fixture.Customer) > 200);
        tarpit.Release();
    }

    [Fact]
    public async Task Slow_polls_of_one_customers_jobs_do_not_delay_those_of_another()
    {
        await using var tarpit = await Tarpit.StartAsync();
        var slow = new ConcurrentDictionary<string, bool>();
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            context.Response.ContentType = "application/json";
            var id = context.Request.Path.Value!.Split('/')[^1];
            if (context.Request.Method == "GET" && slow.ContainsKey(id))
            {
                await tarpit.HoldAsync(context);
                return;
            }

            await context.Response.WriteAsync(context.Request.Method == "GET"
                ? """{"ConversionCost": 3, "Files": [{"FileName": "a.pdf", "FileData": "QQ=="}]}"""
                : $$"""{"JobId": "{{context.Request.Query["JobId"]}}"}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("Gateway:JobPolling", "01:00:00")));
        var fabrikam = await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam");
        using var other = fixture.Server.WithToken((await fixture.Server.Data.IssueAsync(fixture.Owner, fabrikam)).Secret);
        for (var i = 0; i < 8; i++)
        {
            slow[await StartAsync(fixture.Client)] = true;
        }

        await StartAsync(other);
        using var node = StartNode(fixture, upstream);
        await using var db = fixture.Server.Data.Database.Open(TenantScope.ForCustomer(fabrikam.ResellerId, fabrikam.Id));
        await Eventually.TrueAsync(
            () => db.ConversionJobs.AsNoTracking().AllAsync(j => j.State == JobState.Done), "the other customer's job is settled");

        Assert.Equal([3L], (await fixture.EntriesAsync()).Select(e => e.Quantity));
        Assert.InRange(tarpit.MostAtOnce, 1, AtOncePerCustomer);
        tarpit.Release();
    }

    private static PortalServer StartNode(GatewayFixture fixture, StandInUpstream upstream) => PortalServer.Start(
        settings: upstream.Settings(Often, fixture.Server.Storage, ("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32")));

    private static async Task<string> StartAsync(HttpClient client)
    {
        using var form = GatewayFixture.Form();
        return (await GatewayFixture.JsonAsync(client.PostAsync("/async/convert/docx/to/pdf", form))).GetProperty("JobId").GetString()!;
    }

    private static async Task<int> CountDueAsync(GatewayFixture fixture, Customer customer)
    {
        await using var db = fixture.Server.Data.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));
        return await db.ConversionJobs.CountAsync(j => j.WebHookDueAtUtc != null);
    }

    private static async Task<List<string>> AddDueAsync(
        GatewayFixture fixture,
        Customer customer,
        int count,
        string address,
        TimeSpan overdue)
    {
        var now = fixture.Server.Clock.GetUtcNow();
        await using var db = fixture.Server.Data.Database.Open(TenantScope.ForCustomer(customer.ResellerId, customer.Id));
        var jobs = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).Select(id => new ConversionJob
        {
            Id = id,
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            Name = id.ToString("N"),
            WebHook = address,
            State = JobState.Done,
            CreatedAtUtc = now,
            EndedAtUtc = now,
            WebHookDueAtUtc = now - overdue,
        }).ToList();
        db.ConversionJobs.AddRange(jobs);
        await db.SaveChangesAsync();
        return [.. jobs.Select(j => j.Name)];
    }

    /// <summary>Takes requests and leaves them without an answer until it is released.</summary>
    private sealed class Tarpit : IAsyncDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private StandInUpstream _stand = null!;
        private int _held;

        public string Address => _stand.Address;

        public int MostAtOnce { get; private set; }

        public static async Task<Tarpit> StartAsync()
        {
            var tarpit = new Tarpit();
            tarpit._stand = await StandInUpstream.StartAsync((_, context) => tarpit.HoldAsync(context));
            return tarpit;
        }

        public async Task HoldAsync(HttpContext context)
        {
            lock (_lock)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++_held);
            }

            await Task.WhenAny(_released.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
            lock (_lock)
            {
                _held--;
            }
        }

        public void Release() => _released.TrySetResult();

        public ValueTask DisposeAsync()
        {
            Release();
            return _stand.DisposeAsync();
        }
    }
}
