using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Tokens;

/// <summary>A master token's own terms bind the tokens that it issues.</summary>
public sealed class MasterTokenTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Fact]
    public async Task Restrictions_life_and_policy_are_inherited_and_not_exceeded()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var ends = sqlite.Clock.GetUtcNow().AddDays(2);
        var (_, _, master) = await SellAsync(sqlite, new TokenRequest("api", null, ends)
        {
            AllowedConverters = ["docx-to-pdf", "pdf-to-jpg"],
            AllowedNetworks = ["203.0.113.0/24"],
            AllowedOrigins = ["https://app.example.com"],
            LimitPolicy = LimitPolicy.Lenient,
            RequestsPerMinute = 60,
            ConcurrentRequests = 4,
        });

        var child = (await TestData.Valued(IssueAsync(sqlite, master, new TokenRequest("api", 5, ends.AddDays(1))))).Token;
        var narrow = (await TestData.Valued(IssueAsync(sqlite, master, new TokenRequest("api", 5, null)
        {
            AllowedConverters = ["pdf-to-jpg"],
            AllowedNetworks = ["203.0.113.7/32"],
            RequestsPerMinute = 10,
            ConcurrentRequests = 40,
        }))).Token;

        Assert.Equal(["docx-to-pdf", "pdf-to-jpg"], child.AllowedConverters);
        Assert.Equal(["203.0.113.0/24"], child.AllowedNetworks);
        Assert.Equal(["https://app.example.com"], child.AllowedOrigins);
        Assert.Equal((ends, LimitPolicy.Lenient, master.Id), (child.ExpiresAtUtc, child.LimitPolicy, child.IssuedByTokenId));
        Assert.Equal((60, 4), (child.RequestsPerMinute, child.ConcurrentRequests));
        Assert.Equal((10, 4), (narrow.RequestsPerMinute, narrow.ConcurrentRequests));
        Assert.Equal((ends, "pdf-to-jpg"), (narrow.ExpiresAtUtc, narrow.AllowedConverters.Single()));
        await RefusedAsync(new TokenRequest("api", 5, null) { AllowedConverters = ["docx-to-pdf/openoffice"] });
        await RefusedAsync(new TokenRequest("api", 5, null) { AllowedNetworks = ["203.0.0.0/16"] });
        await RefusedAsync(new TokenRequest("api", 5, null) { AllowedOrigins = ["https://evil.example"] });

        async Task RefusedAsync(TokenRequest request) => Assert.True((await IssueAsync(sqlite, master, request)).IsRefused);
    }

    [Fact]
    public async Task What_an_issued_token_was_charged_above_its_limit_is_the_master_tokens_as_well()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, master) = await SellMasterAsync(sqlite, new TokenRequest("api", 100, null));
        var child = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 10, null)));
        var held = Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(child.Secret));
        await sqlite.Meter.SettleAsync(new SettleRequest(held.Key, 60));

        Assert.True((await IssueAsync(sqlite, master.Token, new TokenRequest("api", 41, null))).IsRefused);
        Assert.False((await IssueAsync(sqlite, master.Token, new TokenRequest("api", 40, null))).IsRefused);
    }

    [Theory]
    [EachProvider]
    public async Task All_tokens_together_use_no_more_than_the_master_tokens_limit(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, _, issuedMaster) = await SellMasterAsync(database, new TokenRequest("api", 100, null));
        var master = issuedMaster.Token;
        await database.UseAsync(issuedMaster.Secret, 10);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Task.Run(() => IssueAsync(database, master, new TokenRequest("api", 30, null)))));
        var children = results.Where(r => !r.IsRefused).Select(r => r.Value).ToList();

        Assert.Equal(3, children.Count);
        Assert.IsType<ReserveResult.LimitReached>(await database.ReserveAsync(issuedMaster.Secret));
        Assert.True((await IssueAsync(database, master, new TokenRequest("api", null, null))).IsRefused);

        // What an ended token has not used can be issued again; what it has used stays used.
        await database.UseAsync(children[0].Secret, 12);
        await database.Data.Tokens.RevokeAsync(owner, children[0].Token.Id);
        Assert.True((await IssueAsync(database, master, new TokenRequest("api", 19, null))).IsRefused);
        Assert.False((await IssueAsync(database, master, new TokenRequest("api", 18, null))).IsRefused);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_expired_tokens_left_unused_returns_to_the_master_token()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, master) = await SellMasterAsync(sqlite, new TokenRequest("api", 10, null));
        await TestData.Valued(
            IssueAsync(sqlite, master.Token, new TokenRequest("api", 10, sqlite.Clock.GetUtcNow().AddHours(1))));
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(master.Secret));

        sqlite.Clock.Advance(TimeSpan.FromHours(1));
        using var worker = new ExpiryWorker(sqlite.Database, sqlite.Clock, NullLogger<ExpiryWorker>.Instance);
        await worker.RunAsync();

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(master.Secret, 10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_end_with_the_master_token_that_is_revoked_or_leaked(bool isRotated)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, master) = await SellMasterAsync(sqlite, new TokenRequest("api", 100, null));
        var child = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null)));
        await TestData.Valued(sqlite.Data.Tokens.RotateAsync(owner, master.Token.Id, TimeSpan.FromDays(1)));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(child.Secret));

        if (isRotated)
        {
            await TestData.Valued(sqlite.Data.Tokens.RotateAsync(owner, master.Token.Id, TimeSpan.Zero));
        }
        else
        {
            await TestData.Valued(sqlite.Data.Tokens.RevokeAsync(owner, master.Token.Id));
            Assert.True((await IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null))).IsRefused);
        }

        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.ReserveAsync(child.Secret));
        await using var db = sqlite.OpenAll();
        Assert.Contains(
            await db.AuditEntries.Select(a => a.Subject).ToListAsync(),
            text => text.EndsWith("; 1 tokens that it issued are revoked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_policy_is_switched_by_the_reseller_and_customers_issue_strict_tokens()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer, master) = await SellMasterAsync(sqlite, new TokenRequest("api", 100, null));
        var child = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null)));
        var policies = new LimitPolicyService(sqlite.Database, sqlite.Clock);

        await TestData.Valued(policies.SetAsync(owner, master.Token.Id, LimitPolicy.Lenient));

        Assert.Equal(5, Assert.IsType<ReserveResult.Held>(await Metering.WorstCostTests.ReserveAsync(sqlite, child, 60)).Quantity);
        Assert.True((await policies.SetAsync(owner, child.Token.Id, LimitPolicy.Strict)).IsRefused);
        var own = await TestData.Valued(sqlite.Data.Tokens.IssueSelfServiceAsync(
            TestData.CreateAdmin(customer), new TokenRequest("own", 5, null) { LimitPolicy = LimitPolicy.Lenient }));
        Assert.Equal(LimitPolicy.Strict, own.Token.LimitPolicy);
    }

    private static Task<Outcome<IssuedToken>> IssueAsync(TestDatabase database, ApiToken master, TokenRequest request) =>
        database.Data.Tokens.IssueByMasterAsync(master, request);

    private static async Task<(Actor Owner, Customer Customer, ApiToken Master)> SellAsync(TestDatabase database, TokenRequest request)
    {
        var (owner, customer, master) = await SellMasterAsync(database, request);
        return (owner, customer, master.Token);
    }

    private static async Task<(Actor Owner, Customer Customer, IssuedToken Master)> SellMasterAsync(
        TestDatabase database,
        TokenRequest request)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 1000, 15);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        return (
            owner,
            customer,
            await TestData.Valued(database.Data.Tokens.IssueAsync(owner, customer.Id, request with { IsMaster = true })));
    }
}
