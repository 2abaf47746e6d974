using System.Net;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;
using ResellerPortal.Testing;
using ResellerPortal.Web.Hosting;
using ResellerPortal.Web.Tests.Gateway;

namespace ResellerPortal.Web.Tests.Hosting;

public sealed class SystemHealthTests
{
    [Fact]
    public async Task Every_worker_and_every_part_of_the_node_is_listed()
    {
        using var server = PortalServer.Start();

        var health = await ReadAsync(server);

        Assert.Equal(["This node", "Meter queue", "Database", "Upstream", "Email", "Webhooks"], health.Parts.Select(p => p.Part));
        Assert.Equal((HealthState.Good, "Operational"), (Find(health, "Database").State, Find(health, "Database").Label));
        Assert.Equal(server.Services.GetServices<PeriodicWorker>().Count(), health.Workers.Count);
        Assert.Contains(health.Workers, worker => worker.Name == "Reservation sweep");
    }

    [Fact]
    public async Task An_upstream_without_connection_is_told_with_its_last_failure_and_without_its_secret()
    {
        using var fixture = await GatewayFixture.OpenAsync(
            ("ConvertApi:BaseUrl", "http://127.0.0.1:1"), ("ConvertApi:Secret", "operators-secret"));
        using var form = GatewayFixture.Form();
        using var answer = await fixture.Client.PostAsync("/convert/docx/to/pdf", form);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);

        var row = Find(await ReadAsync(fixture.Server), "Upstream");

        Assert.Equal(("127.0.0.1:1", "Last failure (no connection)"), (row.Detail, row.AtLabel));
        Assert.NotNull(row.AtUtc);
    }

    [Fact]
    public async Task A_payment_event_that_failed_for_good_is_listed()
    {
        using var server = PortalServer.Start();
        var now = server.Clock.GetUtcNow();
        await using (var db = server.Data.Database.Open(TestData.Operator.Scope))
        {
            db.WebhookEvents.Add(new WebhookEvent
            {
                ResellerId = null,
                Merchant = Merchant.Operator,
                EventId = "evt_1",
                Kind = "checkout.session.completed",
                ObjectId = "cs_1",
                Payload = "{}",
                CreatedAtUtc = now,
                ReceivedAtUtc = now,
                State = WebhookEventState.Failed,
            });
            await db.SaveChangesAsync();
        }

        var health = await ReadAsync(server);

        Assert.Equal(HealthState.Bad, Find(health, "Webhooks").State);
        Assert.Equal("evt_1", Assert.Single(health.FailedEvents).EventId);
    }

    [Fact]
    public async Task Only_the_operator_reads_it()
    {
        using var server = PortalServer.Start();
        var (reseller, _) = await server.Data.AddResellerAsync("northwind");
        var member = new Member { UserId = Guid.NewGuid(), ResellerId = reseller.Id, Role = Role.ResellerOwner };

        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => server.Services.GetRequiredService<SystemHealthReader>().ReadAsync(Actor.ForMember(member, "owner")));
    }

    private static Task<SystemHealth> ReadAsync(PortalServer server) =>
        server.Services.GetRequiredService<SystemHealthReader>().ReadAsync(TestData.Operator);

    private static HealthRow Find(SystemHealth health, string part) => Assert.Single(health.Parts, p => p.Part == part);
}
