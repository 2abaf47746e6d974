using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class AlertTests
{
    [Fact]
    public async Task Each_threshold_of_a_token_and_a_lot_raises_one_alert()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 200, 2);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 100);

        foreach (var quantity in (long[])[49, 1, 10, 14, 1, 20, 5])
        {
            await sqlite.UseAsync(token.Secret, quantity);
        }

        await using var db = sqlite.OpenAll();
        var alerts = await db.UsageAlerts.OrderBy(a => a.Percent).ToListAsync();
        Assert.Equal(
            [(50, 50), (75, 75), (90, 95), (100, 100)],
            alerts.Where(a => a.Subject == AlertSubject.Token).Select(a => (a.Percent, (int)a.Used)));
        Assert.Equal([50], alerts.Where(a => a.Subject == AlertSubject.Lot).Select(a => a.Percent));
        Assert.All(alerts.Where(a => a.Subject == AlertSubject.Lot), a => Assert.Null(a.CustomerId));
    }

    [Fact]
    public async Task A_budget_and_a_monthly_limit_alert_again_each_month()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 100_000, 100);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await using (var change = sqlite.Database.Open(owner.Scope))
        {
            await change.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.MonthlyBudget, 10));
        }

        var token = await TestData.Valued(sqlite.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", 10, null) { LimitPeriod = LimitPeriod.Month }));
        await sqlite.UseAsync(token.Secret, 9);
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero));
        await sqlite.UseAsync(token.Secret, 5);

        await using var db = sqlite.OpenAll();
        var alerts = await db.UsageAlerts.OrderBy(a => a.Id).ToListAsync();
        (int, int)[] expected = [(10, 90), (11, 50)];
        Assert.Equal(expected, alerts.Where(a => a.Subject == AlertSubject.Token).Select(a => (a.Month!.Value.Month, a.Percent)));
        Assert.Equal(expected, alerts.Where(a => a.Subject == AlertSubject.CustomerBudget).Select(a => (a.Month!.Value.Month, a.Percent)));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [InlineData(49, 100, 0)]
    [InlineData(50, 100, 50)]
    [InlineData(3, 4, 75)]
    [InlineData(899_999_999, 1_000_000_000, 75)]
    [InlineData(12, 10, 100)]
    [InlineData(1, 0, 0)]
    public void A_threshold_is_reached_exactly(long used, long limit, int percent) =>
        Assert.Equal(percent, UsageAlert.GetReachedPercent(used, limit));

    [Fact]
    public async Task A_customer_sees_its_own_alerts_and_none_of_lots_or_neighbours()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 4, 1);
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var blue = await sqlite.Data.AddCustomerAsync(owner, "Blue");
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, acme, limit: 2)).Secret, 2);
        await sqlite.UseAsync((await sqlite.Data.IssueAsync(owner, blue, limit: 2)).Secret, 2);

        await using var db = sqlite.Database.Open(TenantScope.ForCustomer(reseller.Id, acme.Id));

        Assert.All(await db.UsageAlerts.ToListAsync(), a => Assert.Equal((acme.Id, AlertSubject.Token), (a.CustomerId, a.Subject)));
        Assert.NotEmpty(await db.UsageAlerts.ToListAsync());
    }
}
