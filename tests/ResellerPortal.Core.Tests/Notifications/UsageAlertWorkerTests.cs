using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Notifications;
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
        using var worker = new UsageAlertWorker(sqlite.Database, mailer, sqlite.Clock, NullLogger<UsageAlertWorker>.Instance);

        Assert.Equal(0, await worker.RunAsync());
        mailer.IsConfigured = true;
        mailer.IsRefusing = true;
        Assert.Equal(0, await worker.RunAsync());
        mailer.IsRefusing = false;
        Assert.Equal(1, await worker.RunAsync());
        Assert.Equal(0, await worker.RunAsync());

        Assert.Equal(["owner@northwind.example", "admin@acme.example"], mailer.Sent.Select(m => m.To));
        Assert.All(mailer.Sent, m => Assert.Contains("is 50% used", m.Subject, StringComparison.Ordinal));
    }
}
