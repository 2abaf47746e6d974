using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public class JobTests
{
    private static readonly (string, string) Often = ("Gateway:JobPolling", "00:00:00.2");

    [Theory]
    [InlineData("path")]
    [InlineData("query")]
    [InlineData("field after the file")]
    [InlineData("field after a large file")]
    public async Task A_job_is_started_followed_and_charged_once(string how)
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often));
        using var form = GatewayFixture.Form(content: how == "field after a large file" ? new string('x', 300_000) : "content");
        if (how.StartsWith("field", StringComparison.Ordinal))
        {
            form.Add(new StringContent("true"), "Async");
        }

        var name = (await GatewayFixture.JsonAsync(fixture.Client.PostAsync(
            (how == "path" ? "/async" : "") + "/convert/docx/to/pdf" + (how == "query" ? "?Async=true" : ""),
            form))).GetProperty("JobId").GetString()!;

        Assert.Equal(HttpStatusCode.Accepted, (await fixture.Client.GetAsync($"/async/job/{name}")).StatusCode);
        Assert.Equal(1, await fixture.HeldAsync());
        jobs.Finish(cost: 4);
        Assert.Equal([(4L, EntryFlags.None)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
        Assert.Equal(4, (await GatewayFixture.JsonAsync(fixture.Client.GetAsync($"/job/{name}"))).GetProperty("ConversionCost").GetInt64());
        Assert.Single(await fixture.SettledAsync());
    }

    [Fact]
    public async Task The_callers_own_JobId_makes_a_retry_safe()
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often));
        var mine = Guid.NewGuid().ToString();

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var form = GatewayFixture.Form();
            if (i % 2 == 0)
            {
                form.Add(new StringContent(mine), "JobId");
                return (await GatewayFixture.JsonAsync(
                    fixture.Client.PostAsync("/async/convert/docx/to/pdf", form))).GetProperty("JobId").GetString();
            }

            return (await GatewayFixture.JsonAsync(
                fixture.Client.PostAsync($"/async/convert/docx/to/pdf?JobId={mine}", form))).GetProperty("JobId").GetString();
        }));

        Assert.All(names, name => Assert.Equal(mine, name));
        jobs.Finish(cost: 2);
        Assert.Equal([2L], (await fixture.SettledAsync()).Select(e => e.Quantity));
        (await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync($"/async/convert/docx/to/pdf?JobId={mine}", GatewayFixture.Form()))).ToString();
        Assert.Single(await fixture.SettledAsync());
    }

    [Fact]
    public async Task A_failed_job_is_not_charged_and_its_words_are_passed_on()
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often));
        var name = (await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).GetProperty("JobId").GetString()!;

        jobs.Fail();

        Assert.Empty(await fixture.SettledAsync());
        Assert.Equal(
            (HttpStatusCode.InternalServerError, 5002), await GatewayFixture.RefusalAsync(fixture.Client.GetAsync($"/async/job/{name}")));
    }

    [Fact]
    public async Task A_job_cancelled_while_running_is_not_charged()
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(("Gateway:JobPolling", "01:00:00")));
        var running = (await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).GetProperty("JobId").GetString()!;

        Assert.Equal(HttpStatusCode.OK, (await fixture.Client.DeleteAsync($"/async/job/{running}")).StatusCode);
        Assert.Empty(await fixture.SettledAsync());

        var ended = (await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).GetProperty("JobId").GetString()!;
        jobs.Finish(cost: 3);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Client.DeleteAsync($"/async/job/{ended}")).StatusCode);
        Assert.Equal([3L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task Another_customers_job_is_unknown()
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often));
        var name = (await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).GetProperty("JobId").GetString()!;
        var stranger = await fixture.Server.Data.IssueAsync(
            fixture.Owner, await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam"));
        using var client = fixture.Server.WithToken(stranger.Secret);

        Assert.Equal((HttpStatusCode.NotFound, 4000), await GatewayFixture.RefusalAsync(client.GetAsync($"/async/job/{name}")));
        Assert.Equal((HttpStatusCode.NotFound, 4000), await GatewayFixture.RefusalAsync(client.DeleteAsync($"/async/job/{name}")));
        Assert.Equal(HttpStatusCode.Accepted, (await fixture.Client.GetAsync($"/async/job/{name}")).StatusCode);

        // Another customer can use the same name.
        (await client.PostAsync($"/async/convert/docx/to/pdf?JobId={name}", GatewayFixture.Form())).EnsureSuccessStatusCode();
        Assert.Equal(2, await fixture.HeldAsync());
    }

    [Fact]
    public async Task A_web_hook_is_called_when_the_job_has_ended_and_again_when_it_was_not_reached()
    {
        var called = new ConcurrentQueue<string>();
        await using var hook = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            called.Enqueue($"{context.Request.Method} {context.Request.QueryString} {stand.Body}");
            context.Response.StatusCode = called.Count == 1 ? 500 : 200;
        });
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often, ("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32")));
        var name = (await GatewayFixture.JsonAsync(fixture.Client.PostAsync(
            $"/async/convert/docx/to/pdf?WebHook={Uri.EscapeDataString(hook.Address + "/done?mine=1")}",
            GatewayFixture.Form()))).GetProperty("JobId").GetString()!;
        Assert.DoesNotContain("WebHook", jobs.Started.Single(), StringComparison.OrdinalIgnoreCase);

        jobs.Finish(cost: 1);
        await UntilAsync(() => called.Count == 1);
        Assert.Equal($$"""POST ?mine=1&JobId={{name}} {"JobId":"{{name}}"}""", called.Single());
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddSeconds(11));
        await UntilAsync(() => called.Count == 2);
        await PolledAgainAsync(fixture, 3);
        Assert.Equal(2, called.Count);
    }

    [Fact]
    public async Task A_web_hook_that_redirects_into_a_private_network_is_not_followed()
    {
        var asked = new ConcurrentQueue<string>();
        var insideAsked = 0;
        await using var inside = await StandInUpstream.StartAsync(
            (_, _) =>
            {
                insideAsked++;
                return Task.CompletedTask;
            },
            "127.0.0.2");
        await using var hook = await StandInUpstream.StartAsync((_, context) =>
        {
            asked.Enqueue(context.Request.Path!);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = context.Request.Path == "/first" ? "/second" : inside.Address + "/inside";
            return Task.CompletedTask;
        });
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often, ("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32")));
        using (var direct = new HttpClient())
        {
            // A caller that is not blocked reaches it.
            (await direct.GetAsync(hook.Address + "/first")).EnsureSuccessStatusCode();
            asked.Clear();
        }

        (await fixture.Client.PostAsync(
            $"/async/convert/docx/to/pdf?WebHook={Uri.EscapeDataString(hook.Address + "/first")}",
            GatewayFixture.Form())).EnsureSuccessStatusCode();
        jobs.Finish(cost: 1);

        await UntilAsync(() => asked.Count == 2);
        await UntilAsync(() => fixture.Server.Data.Database.Open(Core.Tenancy.TenantScope.CrossTenants(
            "test")).Set<Core.Conversions.ConversionJob>().Single().WebHookAttempts == 1);
        Assert.Equal(["/first", "/second"], asked);
        Assert.Equal(1, insideAsked);
    }

    [Fact]
    public async Task A_job_that_the_upstream_forgot_is_recorded_as_unconfirmed()
    {
        await using var jobs = await JobUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(jobs.Settings(Often));
        (await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).ToString();

        jobs.Forget();
        var asked = jobs.Asked;
        await UntilAsync(() => jobs.Asked >= asked + 3);
        Assert.Equal(1, await fixture.HeldAsync());
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddMinutes(31));

        Assert.Equal([(1L, EntryFlags.Unconfirmed)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
        await using var db = fixture.Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        await UntilAsync(() => db.ConversionJobs.AsNoTracking().Single().State == JobState.Lost);
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(condition);

    /// <summary>Waits until the portal has gone through that many more rounds of polling and of calling webhooks.</summary>
    private static async Task PolledAgainAsync(GatewayFixture fixture, int rounds)
    {
        var worker = fixture.Server.Services.GetServices<PeriodicWorker>().Single(w => w.GetType().Name == "JobPollingWorker");
        for (var round = 0; round < rounds; round++)
        {
            var last = worker.Status;
            await UntilAsync(() => worker.Status != last);
        }
    }
}
