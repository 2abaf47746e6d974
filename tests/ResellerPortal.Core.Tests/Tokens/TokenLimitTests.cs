using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class TokenLimitTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task The_tokens_with_the_smallest_part_left_come_first_and_ended_ones_are_left_out(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 10_000, 100);
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        var large = await database.Data.IssueAsync(owner, acme, limit: 1_000, environment: "large");
        var small = await database.Data.IssueAsync(owner, acme, limit: 10, environment: "small");
        await database.Data.IssueAsync(owner, acme, limit: 10, environment: "unused");
        await database.Data.IssueAsync(owner, acme, environment: "unlimited");
        await database.Data.IssueAsync(owner, acme, 10, database.Clock.GetUtcNow().AddHours(1), "expired");
        var revoked = await database.Data.IssueAsync(owner, acme, limit: 10, environment: "revoked");
        await TestData.Valued(database.Data.Tokens.RevokeAsync(owner, revoked.Token.Id));
        await database.UseAsync(large.Secret, 100);
        await database.UseAsync(small.Secret, 5);
        database.Clock.Advance(TimeSpan.FromHours(2));

        var limits = await Queries(database).ReadAsync(TestData.CreateAdmin(acme), 2);

        // A tenth of the large limit is used and half of the small one.
        Assert.Equal(["small", "large"], limits.Limited.Select(t => t.Environment));
        Assert.Equal((5L, 900L), (limits.Limited[0].Remaining!.Value, limits.Limited[1].Remaining!.Value));
        Assert.Equal((3, 1, new DateOnly(2026, 11, 1)), (limits.LimitedCount, limits.UnlimitedCount, limits.ResetsOn));
    }

    [Theory]
    [EachProvider]
    public async Task Another_customers_limits_are_not_read(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        await database.Data.IssueAsync(owner, acme, limit: 10);
        await database.Data.IssueAsync(owner, acme);
        var neighbour = TestData.CreateAdmin(await database.Data.AddCustomerAsync(owner, "Neighbour"));

        var limits = await Queries(database).ReadAsync(neighbour, 5);

        Assert.Equal((0, 0, 0), (limits.Limited.Count, limits.LimitedCount, limits.UnlimitedCount));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Queries(database).ReadAsync(owner, 5));
    }

    private static TokenLimitQueries Queries(TestDatabase database) => new(database.Database, database.Clock);
}
