using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Mail;

public sealed class UsageAlertEmailTests
{
    [Fact]
    public async Task An_alert_goes_out_over_SMTP_and_says_nothing_of_cost()
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(settings: mailServer.Settings);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1000, 15);
        var token = await server.Data.IssueAsync(owner, await server.Data.AddCustomerAsync(owner, "Acme"), limit: 2);
        var meter = server.Services.GetRequiredService<Meter>();
        var held = Assert.IsType<ReserveResult.Held>(
            await meter.ReserveAsync(new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "txt-to-pdf", 2)));
        await meter.SettleAsync(new SettleRequest(held.Key, 2));

        await server.Services.GetRequiredService<UsageAlertWorker>().RunAsync();
        await server.Services.GetRequiredService<OutboxWorker>().RunAsync();

        await mailServer.MessageAsync(1);
        Assert.Equal(["<admin@acme.example>", "<owner@northwind.example>"], mailServer.Recipients.Order());
        Assert.All(mailServer.Messages, m =>
        {
            Assert.Contains("is used up", m, StringComparison.Ordinal);
            Assert.Contains("2 of 2 conversions", m, StringComparison.Ordinal);
            Assert.DoesNotContain("0.015", m, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_notice_is_mailed_once_to_the_reseller_alone()
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(settings: mailServer.Settings);
        var (reseller, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddCustomerAsync(owner, "Acme");
        await using (var db = server.Data.Database.Open(owner.Scope))
        {
            db.Notify(reseller.Id, "Business was not renewed", "The charge is tried again.\n", server.Clock.GetUtcNow());
            await db.SaveChangesAsync();
        }

        var worker = server.Services.GetRequiredService<OutboxWorker>();
        await worker.RunAsync();
        await worker.RunAsync();

        Assert.Contains("Business was not renewed", await mailServer.MessageAsync(0), StringComparison.Ordinal);
        Assert.Equal(["<owner@northwind.example>"], mailServer.Recipients);
    }
}
