using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Notices;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Notices;

/// <summary>What a reseller is notified of belongs to its transaction, and to that reseller alone.</summary>
public sealed class NoticeTests
{
    [Fact]
    public async Task A_notice_is_written_with_its_transaction_or_not_at_all()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        await using (var db = sqlite.Database.Open(TenantScope.ForReseller(reseller.Id)))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            db.Notify(reseller.Id, "Rolled back", "", sqlite.Clock.GetUtcNow());
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        }

        await using var all = sqlite.OpenAll();
        Assert.Empty(await all.Notices.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_its_reseller_sees_a_notice_and_it_is_mailed_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, _) = await sqlite.Data.AddResellerAsync("northwind");
        var (fabrikam, _) = await sqlite.Data.AddResellerAsync("fabrikam");
        await using (var db = sqlite.Database.Open(TenantScope.ForReseller(northwind.Id)))
        {
            db.Notify(northwind.Id, "Renewal failed", "Check your payment method.", sqlite.Clock.GetUtcNow());
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using (var other = sqlite.Database.Open(TenantScope.ForReseller(fabrikam.Id)))
        {
            Assert.Empty(await other.Notices.ToListAsync(TestContext.Current.CancellationToken));
        }

        var mailer = new RecordingMailer();
        using var worker = new UsageAlertWorker(sqlite.Database, mailer, sqlite.Clock, NullLogger<UsageAlertWorker>.Instance);
        Assert.Equal(1, await worker.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await worker.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("owner@northwind.example", "Renewal failed"), (mailer.Sent.Single().To, mailer.Sent.Single().Subject));
    }
}
