using System.Net;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>While the upstream fails, requests are rejected at once; what a caller causes is not a failure of the upstream.</summary>
public sealed class CircuitTests
{
    private const int Failures = 24;

    [Fact]
    public async Task An_upstream_that_failed_is_tried_again_after_the_break()
    {
        var isFailing = true;
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            await upstream.ReadAsync(context);
            if (isFailing)
            {
                context.Abort();
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"ConversionCost": 1, "Files": []}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("Gateway:CircuitBreak", "00:00:03")));
        await FailAsync(fixture, "");
        var lost = (await fixture.SettledAsync()).Count;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ConvertAsync(fixture));
        Assert.Equal(lost, (await fixture.EntriesAsync()).Count);
        isFailing = false;
        await Eventually.TrueAsync(
            async Task<bool> () => await ConvertAsync(fixture) == HttpStatusCode.OK, "the upstream is tried again");
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(fixture));
    }

    [Fact]
    public async Task Time_limits_of_callers_do_not_stop_other_callers()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            var parts = await upstream.ReadAsync(context);
            if (parts.Any(part => part.Name == "Timeout"))
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"ConversionCost": 1, "Files": []}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        await FailAsync(fixture, "?Timeout=1");

        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(fixture));
    }

    [Fact]
    public async Task Answers_that_are_lost_stop_the_customer_whose_requests_they_were_and_no_other()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            if ((await upstream.ReadAsync(context)).Any(part => part.Name == "Break"))
            {
                context.Abort();
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"ConversionCost": 1, "Files": []}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var neighbour = await fixture.Server.Data.IssueAsync(
            fixture.Owner, await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam"));
        using var other = fixture.Server.WithToken(neighbour.Secret);

        await FailAsync(fixture, "?Break=1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ConvertAsync(fixture));
        (await other.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();
    }

    private static async Task FailAsync(GatewayFixture fixture, string query)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Failures).Select(
            _ => fixture.Client.PostAsync("/convert/docx/to/pdf" + query, GatewayFixture.Form())));
        Assert.All(answers, answer => Assert.False(answer.IsSuccessStatusCode));
    }

    private static async Task<HttpStatusCode> ConvertAsync(GatewayFixture fixture)
    {
        using var answer = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
        return answer.StatusCode;
    }
}
