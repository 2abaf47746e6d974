using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Notifications;

/// <summary>Usage alerts by email.</summary>
public sealed class UsageAlertWorkerTests
{
    [Fact]
    public async Task An_alert_is_mailed_once_to_the_reseller_and_the_customer_and_again_only_where_the_server_refused_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1000, 10);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, customer, limit: 10)).Secret, 5);
        var mailer = new RecordingMailer { IsConfigured = false };
        using var alerts = new UsageAlertWorker(sqlite.Database, mailer, sqlite.Clock, NullLogger<UsageAlertWorker>.Instance);
        using var outbox = new OutboxWorker(sqlite.Database, mailer, [], sqlite.Clock, NullLogger<OutboxWorker>.Instance);

        Assert.Equal(0, await alerts.RunAsync());
        mailer.IsConfigured = true;
        Assert.Equal(1, await alerts.RunAsync());
        Assert.Equal(0, await alerts.RunAsync());
        mailer.IsRefusing = true;
        Assert.Equal(0, await outbox.RunAsync());
        mailer.IsRefusing = false;
        sqlite.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await outbox.RunAsync());
        Assert.Equal(0, await outbox.RunAsync());

        Assert.Equal(["admin@acme.example", "owner@northwind.example"], mailer.Sent.Select(m => m.To).Order());
        Assert.All(mailer.Sent, m => Assert.Contains("is 50% used", m.Subject, StringComparison.Ordinal));
    }
}
