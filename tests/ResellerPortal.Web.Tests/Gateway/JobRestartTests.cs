using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public sealed class JobRestartTests
{
    [Fact]
    public async Task A_job_survives_a_restart_and_the_sweeper_lets_it_run()
    {
        var file = Path.Combine(Path.GetTempPath(), $"portal-restart-{Guid.NewGuid():N}.db");
        await using var jobs = await JobUpstream.StartAsync();
        string name, secret;
        using (var fixture = await GatewayFixture.OpenAsync(
            jobs.Settings(("ConnectionStrings:Portal", $"Data Source={file}"), ("Gateway:JobPolling", "01:00:00"))))
        {
            secret = fixture.Token.Secret;
            name = (await GatewayFixture.JsonAsync(
                fixture.Client.PostAsync("/async/convert/docx/to/pdf", GatewayFixture.Form()))).GetProperty("JobId").GetString()!;
        }

        using (var again = PortalServer.Start(
            TimeProvider.System.GetUtcNow().AddMinutes(40),
            jobs.Settings(("Gateway:JobPolling", "00:00:00.2"), ("ConnectionStrings:Portal", $"Data Source={file}"))))
        {
            Assert.Equal(0, await again.Services.GetRequiredService<ReservationSweepWorker>().RunAsync());
            Assert.Equal(HttpStatusCode.Accepted, (await again.WithToken(secret).GetAsync($"/async/job/{name}")).StatusCode);
            jobs.Finish(cost: 5);
            await using var db = again.Data.Database.Open(TenantScope.CrossTenants("test"));
            await Eventually.TrueAsync(() => db.LedgerEntries.Any());
            Assert.Equal((5L, EntryFlags.None), await db.LedgerEntries.Select(e => ValueTuple.Create(e.Quantity, e.Flags)).SingleAsync());
        }

        File.Delete(file);
    }
}
