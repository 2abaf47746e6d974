using System.Net;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>The terms of a token besides its limit.</summary>
public sealed class TokenTermsTests
{
    [Fact]
    public async Task A_monthly_limit_renews_on_the_resellers_first_of_the_month()
    {
        // 23:30 on 31 October in Vilnius.
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-31T21:30:00Z");
        var (owner, customer) = await SellAsync(sqlite);
        var token = await IssueAsync(sqlite, owner, customer, new TokenRequest("production", 5, null) { LimitPeriod = LimitPeriod.Month });
        await sqlite.UseAsync(token.Secret, 5);

        var refused = Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret));
        sqlite.Clock.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(new DateOnly(2026, 11, 1), refused.RenewsOn);
        await sqlite.UseAsync(token.Secret, 4);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret, 2));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret, 1));
        var row = Assert.Single(await new TokenQueries(sqlite.Database, sqlite.Clock).ListAsync(owner, customer.Id));
        Assert.Equal((4, 0), (row.Used, row.Remaining));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_token_waits_for_its_first_instant()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await IssueAsync(
            sqlite, owner, customer, new TokenRequest("production", null, null) { NotBeforeUtc = sqlite.Clock.GetUtcNow().AddHours(1) });

        Assert.IsType<ReserveResult.TokenNotYetValid>(await sqlite.ReserveAsync(token.Secret));
        sqlite.Clock.Advance(TimeSpan.FromHours(1));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
    }

    [Fact]
    public async Task After_a_rotation_the_old_secret_is_good_for_the_overlap_and_both_draw_on_one_limit()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var old = await sqlite.Data.IssueAsync(owner, customer, limit: 3);
        var renewed = await TestData.Valued(sqlite.Data.Tokens.RotateAsync(owner, old.Token.Id, TimeSpan.FromHours(24)));

        await sqlite.UseAsync(old.Secret);
        await sqlite.UseAsync(renewed.Secret, 2);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(old.Secret));
        sqlite.Clock.Advance(TimeSpan.FromHours(24));

        Assert.IsType<ReserveResult.UnknownToken>(await sqlite.ReserveAsync(old.Secret));
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(renewed.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Rotating_ends_both_secrets_when_the_token_is_revoked_and_is_refused_afterwards()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var old = await sqlite.Data.IssueAsync(owner, customer);
        var renewed = await TestData.Valued(sqlite.Data.Tokens.RotateAsync(owner, old.Token.Id, TimeSpan.FromDays(1)));

        await sqlite.Data.Tokens.RevokeAsync(owner, old.Token.Id);

        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.ReserveAsync(old.Secret));
        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.ReserveAsync(renewed.Secret));
        Assert.True((await sqlite.Data.Tokens.RotateAsync(owner, old.Token.Id, TimeSpan.Zero)).IsRefused);
        Assert.True((await sqlite.Data.Tokens.RotateAsync(owner, old.Token.Id, TimeSpan.FromDays(91))).IsRefused);
    }

    [Fact]
    public async Task Only_allowed_converters_and_networks_get_through()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var bound = await IssueAsync(sqlite, owner, customer, new TokenRequest("production", null, null)
        {
            AllowedConverters = ["docx-to-pdf"],
            AllowedNetworks = ["203.0.113.0/24", "2001:db8::/32"],
        });

        Assert.IsType<ReserveResult.Held>(await FromAsync("203.0.113.9"));
        Assert.IsType<ReserveResult.Held>(await FromAsync("::ffff:203.0.113.9"));
        Assert.IsType<ReserveResult.Held>(await FromAsync("2001:db8::1"));
        Assert.IsType<ReserveResult.CallerNotAllowed>(await FromAsync("203.0.114.9"));
        Assert.IsType<ReserveResult.CallerNotAllowed>(await FromAsync("::1"));
        Assert.IsType<ReserveResult.CallerNotAllowed>(await sqlite.ReserveAsync(bound.Secret));
        Assert.IsType<ReserveResult.ConverterNotAllowed>(await FromAsync("203.0.113.9", "html-to-pdf"));

        Task<ReserveResult> FromAsync(string address, string converter = "docx-to-pdf") =>
            sqlite.Meter.ReserveAsync(
                new ReserveRequest(bound.Token.ResellerId, bound.Token.SecretHash, converter, 1, IPAddress.Parse(address)));
    }

    [Fact]
    public async Task Requests_at_once_are_counted_until_they_end()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await IssueAsync(sqlite, owner, customer, new TokenRequest("production", null, null) { ConcurrentRequests = 2 });

        var first = await sqlite.HoldAsync(token.Secret);
        await sqlite.HoldAsync(token.Secret);
        Assert.Equal(2, Assert.IsType<ReserveResult.TooManyInFlight>(await sqlite.ReserveAsync(token.Secret)).Allowed);
        await sqlite.Meter.ReleaseAsync(first);

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Requests_a_minute_hold_in_any_minute_and_say_when_to_come_back()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await IssueAsync(sqlite, owner, customer, new TokenRequest("production", null, null) { RequestsPerMinute = 6 });
        for (var i = 0; i < 6; i++)
        {
            await sqlite.HoldAsync(token.Secret);
        }

        var refused = Assert.IsType<ReserveResult.TooManyRequests>(await sqlite.ReserveAsync(token.Secret));
        Assert.Equal(TimeSpan.FromSeconds(10), refused.RetryAfter);
        sqlite.Clock.Advance(refused.RetryAfter);

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
        Assert.IsType<ReserveResult.TooManyRequests>(await sqlite.ReserveAsync(token.Secret));
    }

    [Theory]
    [InlineData("not a network")]
    [InlineData("10.0.0.0/33")]
    public async Task A_network_that_cannot_be_read_is_refused(string network)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);

        var outcome = await sqlite.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", null, null) { AllowedNetworks = [network] });

        Assert.Equal(nameof(TokenRequest.AllowedNetworks), outcome.Refusal?.Field);
    }

    [Fact]
    public async Task A_lenient_token_holds_what_such_a_conversion_has_cost_and_uses_its_last_ones()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await IssueAsync(
            sqlite, owner, customer, new TokenRequest("production", 20, null) { LimitPolicy = LimitPolicy.Lenient });
        await sqlite.Meter.SettleAsync(new SettleRequest(await sqlite.HoldAsync(token.Secret, null), 7));

        // 13 are left: two requests reserve the default of 10 and the remaining 3.
        Assert.Equal(10, await HeldAsync(token));
        Assert.Equal(3, await HeldAsync(token));
        Assert.IsType<ReserveResult.RemainderHeld>(await sqlite.ReserveAsync(token.Secret, null));
        await sqlite.AssertLedgerIsCleanAsync();

        async Task<long> HeldAsync(IssuedToken of) =>
            Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(of.Secret, null)).Quantity;
    }

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(TestDatabase sqlite)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1000, 15);
        return (owner, await sqlite.Data.AddCustomerAsync(owner, "Acme"));
    }

    private static Task<IssuedToken> IssueAsync(TestDatabase sqlite, Actor owner, Customer customer, TokenRequest request) =>
        TestData.Valued(sqlite.Data.Tokens.IssueAsync(owner, customer.Id, request));
}
