using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Insights;

/// <summary>The operator's home page says the same on every available database provider.</summary>
public sealed class OperatorOverviewTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task A_new_installation_has_no_plan_and_no_reseller(string provider)
    {
        await using var database = await databases.OpenAsync(provider);

        var overview = await new OperatorOverviewQueries(database.Database, database.Clock).ReadAsync(TestData.Operator);

        Assert.Equal((0, 0, 0, 0L), (overview.PlanCount, overview.ResellerCount, overview.OpenOrderCount, overview.Conversions));
        Assert.Equal(30, overview.Days.Count);
    }

    [Theory]
    [EachProvider]
    public async Task Open_orders_least_credits_and_usage_of_all_resellers_are_shown(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var today = DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime);
        foreach (var (slug, used) in new[] { ("northwind", 40L), ("fabrikam", 70L) })
        {
            var (_, owner) = await database.Data.AddResellerAsync(slug, zone: "UTC");
            await database.Data.BuyAsync(owner, 100, 1);
            var token = await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"));
            await database.UseAsync(token.Secret, used);
        }

        var (idle, buyer) = await database.Data.AddResellerAsync("contoso");
        var plan = await database.Data.OfferAsync(100, 1);
        await TestData.Valued(database.Data.Orders.OrderAsync(buyer, plan.Id, Guid.NewGuid()));
        await using (var db = database.Database.Open(TestData.Operator.Scope))
        {
            db.PaymentDifferences.Add(new PaymentDifference
            {
                ResellerId = null,
                Merchant = Merchant.Operator,
                Kind = DifferenceKind.Refused,
                ObjectId = "pi_1",
                CheckoutId = null,
                Text = "refused",
                FoundAtUtc = database.Clock.GetUtcNow(),
            });
            await db.SaveChangesAsync();
        }

        var overview = await new OperatorOverviewQueries(database.Database, database.Clock).ReadAsync(TestData.Operator);

        Assert.Equal((1, "contoso Ltd"), (overview.OpenOrderCount, Assert.Single(overview.OpenOrders).ResellerName));
        Assert.Equal(
            [("contoso Ltd", 0L, 0L), ("fabrikam Ltd", 30L, 70L), ("northwind Ltd", 60L, 40L)],
            overview.LowestCredits.Select(s => (s.Reseller.Name, s.CreditsLeft, s.ConversionsThisMonth)));
        Assert.Equal([null, today, today], overview.LowestCredits.Select(s => s.LastActiveDay));
        Assert.Equal((110L, new DayUsage(today, 110)), (overview.Conversions, overview.Days[^1]));
        Assert.Equal((1, 0, 0), (overview.Differences, overview.Disputes, overview.FailedEvents));
        Assert.Equal((3, 3), (overview.PlanCount, overview.ResellerCount));
        Assert.Equal(idle.Id, overview.LowestCredits[0].Reseller.Id);
    }

    [Fact]
    public async Task Only_the_operator_reads_it()
    {
        await using var database = await databases.OpenAsync("Sqlite");
        var (reseller, _) = await database.Data.AddResellerAsync("northwind");
        var viewer = Actor.ForMember(
            new() { UserId = Guid.NewGuid(), ResellerId = reseller.Id, Role = Role.ResellerOwner }, "owner");

        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => new OperatorOverviewQueries(database.Database, database.Clock).ReadAsync(viewer));
    }
}
