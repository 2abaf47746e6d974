using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.PaymentEvents;

/// <summary>Events are stored before they are handled, each once, with the tenant they belong to.</summary>
public sealed class WebhookInboxTests
{
    [Fact]
    public async Task The_same_event_is_stored_once_however_often_and_at_once_it_comes()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        var inbox = Open(sqlite);
        var incoming = Event(Merchant.ForReseller(reseller.Id), "evt_1");

        var received = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => inbox.ReceiveAsync(incoming, default))));

        Assert.Single(received, r => r.IsNew);
        Assert.Single(received.Select(r => r.Id).Distinct());
        await using var db = sqlite.OpenAll();
        var stored = await db.WebhookEvents.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal((reseller.Id, WebhookEventState.Pending, 0), (stored.ResellerId!.Value, stored.State, stored.Attempts));
    }

    [Fact]
    public async Task The_same_number_from_another_account_is_another_event_and_only_its_owner_sees_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, _) = await sqlite.Data.AddResellerAsync("northwind");
        var (fabrikam, _) = await sqlite.Data.AddResellerAsync("fabrikam");
        var inbox = Open(sqlite);

        Assert.True((await inbox.ReceiveAsync(Event(Merchant.ForReseller(northwind.Id), "evt_1"), default)).IsNew);
        Assert.True((await inbox.ReceiveAsync(Event(Merchant.ForReseller(fabrikam.Id), "evt_1"), default)).IsNew);
        Assert.True((await inbox.ReceiveAsync(Event(Merchant.Operator, "evt_1"), default)).IsNew);

        await using var own = sqlite.Database.Open(TenantScope.ForReseller(northwind.Id));
        Assert.Equal(
            northwind.Id, (await own.WebhookEvents.SingleAsync(TestContext.Current.CancellationToken)).ResellerId);
    }

    private static IncomingWebhook Event(Merchant merchant, string id) =>
        new(merchant, id, "payment_intent.succeeded", "pi_1", DateTimeOffset.UnixEpoch, "{}");

    /// <summary>Nothing is handled in these tests, so nobody is asked about the events.</summary>
    private static WebhookInbox Open(TestDatabase database)
    {
        var keys = new MerchantKeyStore(database.Database, new EphemeralDataProtectionProvider());
        var accounts = new PaymentAccountService(database.Database, null!, null!, keys, database.Clock);
        return new WebhookInbox(database.Database, null!, accounts, database.Clock, NullLogger<WebhookInbox>.Instance);
    }
}
