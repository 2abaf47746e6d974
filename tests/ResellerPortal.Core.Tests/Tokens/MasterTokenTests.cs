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

        await Metering.TokenEditTests.EditAsync(sqlite, owner, master, terms => terms with { LimitPolicy = LimitPolicy.Lenient });

        Assert.Equal(5, Assert.IsType<ReserveResult.Held>(await Metering.WorstCostTests.ReserveAsync(sqlite, child, 60)).Quantity);
        Assert.True((await new TokenEditService(sqlite.Database, sqlite.Clock).EditAsync(
            owner, child.Token.Id, new TokenRequest("api", 5, null))).IsRefused);
        var own = await TestData.Valued(sqlite.Data.Tokens.IssueSelfServiceAsync(
            TestData.CreateAdmin(customer), new TokenRequest("own", 5, null) { LimitPolicy = LimitPolicy.Lenient }));
        Assert.Equal(LimitPolicy.Strict, own.Token.LimitPolicy);
    }

    [Fact]
    public async Task What_is_taken_from_a_master_token_is_taken_from_the_tokens_that_it_issued()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, master) = await SellMasterAsync(sqlite, new TokenRequest("api", null, null));
        var free = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null)));
        var bound = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null)
        {
            AllowedConverters = ["docx-to-pdf", "html-to-pdf"],
            AllowedNetworks = ["203.0.0.0/16", "2001:db8::1/128"],
        }));
        var lost = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 5, null)
        {
            AllowedConverters = ["html-to-pdf"],
        }));
        var ends = sqlite.Clock.GetUtcNow().AddDays(3);

        await Metering.TokenEditTests.EditAsync(sqlite, owner, master, terms => terms with
        {
            ExpiresAtUtc = ends,
            AllowedConverters = ["docx-to-pdf"],
            AllowedNetworks = ["203.0.113.0/24", "2001:db8::/32"],
            RequestsPerMinute = 60,
        });

        await using var db = sqlite.OpenAll();
        var rows = await db.ApiTokens.ToDictionaryAsync(t => t.Id);
        Assert.Equal(["docx-to-pdf"], rows[free.Token.Id].AllowedConverters);
        Assert.Equal(["203.0.113.0/24", "2001:db8::/32"], rows[free.Token.Id].AllowedNetworks);
        Assert.Equal((ends, 60), (rows[free.Token.Id].ExpiresAtUtc, rows[free.Token.Id].RequestsPerMinute));
        Assert.Equal(["docx-to-pdf"], rows[bound.Token.Id].AllowedConverters);
        Assert.Equal(["2001:db8::1/128", "203.0.113.0/24"], rows[bound.Token.Id].AllowedNetworks);
        Assert.Null(rows[bound.Token.Id].RevokedAtUtc);
        Assert.NotNull(rows[lost.Token.Id].RevokedAtUtc);

        // A wider master token makes none wider.
        await Metering.TokenEditTests.EditAsync(sqlite, owner, master, terms => terms with { AllowedConverters = [], ExpiresAtUtc = null });
        Assert.Equal(["docx-to-pdf"], (await db.ApiTokens.AsNoTracking().SingleAsync(t => t.Id == free.Token.Id)).AllowedConverters);
    }

    [Fact]
    public async Task A_master_tokens_limit_is_not_lowered_below_what_its_tokens_may_use()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, master) = await SellMasterAsync(sqlite, new TokenRequest("api", null, null));
        var child = await TestData.Valued(IssueAsync(sqlite, master.Token, new TokenRequest("api", 30, null)));
        await sqlite.UseAsync(master.Secret, 10);
        await sqlite.UseAsync(child.Secret, 5);
        var edits = new TokenEditService(sqlite.Database, sqlite.Clock);

        var refused = await edits.EditAsync(owner, master.Token.Id, new TokenRequest("api", 39, null));
        Assert.Equal(nameof(TokenRequest.UsageLimit), refused.Refusal!.Field);
        await TestData.Valued(edits.EditAsync(owner, master.Token.Id, new TokenRequest("api", 41, null)));

        Assert.True((await IssueAsync(sqlite, master.Token, new TokenRequest("api", 2, null))).IsRefused);
        Assert.False((await IssueAsync(sqlite, master.Token, new TokenRequest("api", 1, null))).IsRefused);
        await sqlite.Data.Tokens.RevokeAsync(owner, child.Token.Id);
        Assert.False((await edits.EditAsync(owner, master.Token.Id, new TokenRequest("api", 16, null))).IsRefused);
        await sqlite.AssertLedgerIsCleanAsync();
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
