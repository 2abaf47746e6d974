using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Native;
using ResellerPortal.Gateway.Upstream;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Tokens managed by ConvertAPI: created and deleted there, with usage imported from its statistics.</summary>
public sealed class NativeTests
{
    [Fact]
    public async Task A_native_token_is_made_in_the_resellers_account_with_its_limit_and_life()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var expires = fixture.Server.Clock.GetUtcNow().AddHours(2);

        var issued = await IssueAsync(fixture, new TokenRequest("production", 500, expires));
        var endless = await IssueAsync(fixture, new TokenRequest("staging", null, null));

        Assert.Equal(["native-token-0000", "native-token-0001"], [issued.Secret, endless.Secret]);
        var asked = upstream.Asked.ToArray();
        Assert.Matches("^POST /token/create\\?RequestCount=500&Lifetime=(7199|7200)&Count=1$", asked[0]);
        Assert.Equal("POST /token/create?RequestCount=999999999&Lifetime=315569520&Count=1", asked[1]);
        Assert.InRange(issued.Token.ExpiresAtUtc!.Value, expires.AddSeconds(-10), expires.AddSeconds(10));
        var row = (await fixture.Server.Services.GetRequiredService<TokenQueries>().ListAsync(fixture.Owner, fixture.Customer.Id)).Single(
            t => t.Id == issued.Token.Id);
        Assert.Equal((true, 500L, "00", false), (row.IsNative, row.UsageLimit, row.SecretEnding[^2..], row.WaitsForUpstream));
        await using var db = fixture.Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.DoesNotContain(
            await db.ApiTokens.Select(t => t.ProtectedSecret).ToListAsync(),
            secret => secret.Contains("native-token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_gateway_does_not_serve_a_native_token_whose_usage_is_counted_elsewhere()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var issued = await IssueAsync(fixture, new TokenRequest("production", 500, null));
        using var client = fixture.Server.WithToken(issued.Secret);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await GatewayFixture.RefusalAsync(client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await GatewayFixture.RefusalAsync(client.PostAsync("/upload?FileName=a.txt", new StringContent("a"))));
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(client.PostAsync("/token/jwt", null)));
        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task A_revoked_token_is_deleted_there_and_where_that_fails_it_is_said_and_tried_again()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var first = await IssueAsync(fixture, new TokenRequest("production", 500, null));
        var second = await IssueAsync(fixture, new TokenRequest("staging", 500, null));

        Assert.NotNull((await TestData.Valued(Tokens(fixture).RevokeAsync(fixture.Owner, first.Token.Id))).DeletedUpstreamAtUtc);
        Assert.Equal([first.Secret], upstream.Deleted);

        upstream.Fails = HttpStatusCode.ServiceUnavailable;
        Assert.Null((await TestData.Valued(Tokens(fixture).RevokeAsync(fixture.Owner, second.Token.Id))).DeletedUpstreamAtUtc);
        Assert.True((await RowAsync(fixture, second)).WaitsForUpstream);

        upstream.Fails = null;
        await UpkeepAsync(fixture);

        Assert.Contains(second.Secret, upstream.Deleted);
        Assert.False((await RowAsync(fixture, second)).WaitsForUpstream);
        var asked = upstream.Asked.Count;
        await UpkeepAsync(fixture);
        Assert.Equal(asked, upstream.Asked.Count);
    }

    [Fact]
    public async Task No_native_token_outlives_a_contract()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var living = await IssueAsync(fixture, new TokenRequest("production", 500, null));
        var ends = fixture.Server.Services.GetRequiredService<ContractEndService>();
        var lastDay = DateOnly.FromDateTime(fixture.Server.Clock.GetUtcNow().UtcDateTime).AddDays(30);

        var whileItLives = await ends.SetAsync(fixture.Owner, fixture.Customer.Id, lastDay);
        await TestData.Valued(Tokens(fixture).RevokeAsync(fixture.Owner, living.Token.Id));
        await TestData.Valued(ends.SetAsync(fixture.Owner, fixture.Customer.Id, lastDay));
        var afterwards = await Tokens(fixture).IssueAsync(
            fixture.Owner, fixture.Customer.Id, new TokenRequest("staging", null, null) { IsNative = true });

        Assert.Contains("Revoke them first", whileItLives.Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("has a contract with an end", afterwards.Refusal!.Message, StringComparison.Ordinal);

        // A token created there before the refusal is deleted again.
        Assert.Equal([living.Secret, "native-token-0001"], upstream.Deleted);
    }

    [Fact]
    public async Task No_native_token_spends_a_prepaid_balance()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var living = await IssueAsync(fixture, new TokenRequest("production", 500, null));
        var terms = fixture.Server.Services.GetRequiredService<PrepaidTermsService>();

        var whileItLives = await terms.SetAsync(fixture.Owner, fixture.Customer.Id, true);
        await TestData.Valued(Tokens(fixture).RevokeAsync(fixture.Owner, living.Token.Id));
        await TestData.Valued(terms.SetAsync(fixture.Owner, fixture.Customer.Id, true));
        var afterwards = await Tokens(fixture).IssueAsync(
            fixture.Owner, fixture.Customer.Id, new TokenRequest("staging", null, null) { IsNative = true });

        Assert.Contains("Revoke them first", whileItLives.Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("is prepaid", afterwards.Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal([living.Secret, "native-token-0001"], upstream.Deleted);
    }

    [Fact]
    public async Task Usage_comes_from_the_statistics_once_however_often_they_are_asked()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var issued = await IssueAsync(fixture, new TokenRequest("production", 5, null));
        await fixture.Server.Data.IssueAsync(fixture.Owner, fixture.Customer, environment: "gateway");

        // Each day is imported separately, so the elapsed hours stay within one day.
        fixture.Server.Clock.MoveTo(new DateTimeOffset(fixture.Server.Clock.GetUtcNow().UtcDateTime.Date.AddHours(33), TimeSpan.Zero));
        var at = fixture.Server.Clock.GetUtcNow();
        upstream.Use(
            issued.Secret,
            new(at.AddSeconds(1), 2),
            new(at.AddSeconds(1), 1),
            new(at.AddSeconds(2), 0),
            new(at.AddSeconds(3), 1, "png", "pdf"));

        await LaterAsync(fixture);
        await LaterAsync(fixture);

        var entries = await fixture.EntriesAsync();
        Assert.Equal([("docx-to-pdf", 3L), ("png-to-pdf", 1L)], entries.Select(e => (e.Converter, e.Quantity)));
        Assert.All(entries, e => Assert.Equal((issued.Token.Id, UsageSource.Import), (e.TokenId, e.Source)));

        // A day later the statistics report the same conversions and two more.
        upstream.Use(issued.Secret, new(at.AddSeconds(1), 1), new(fixture.Server.Clock.GetUtcNow(), 1));
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddDays(1));
        await LaterAsync(fixture);

        Assert.Equal(upstream.Consumed, (await fixture.EntriesAsync()).Sum(e => e.Quantity));
        Assert.Equal(TokenState.Exhausted, (await RowAsync(fixture, issued)).State);
        Assert.Empty((await new LedgerVerifier(fixture.Server.Data.Database).VerifyAsync()).Faults);
        var last = await fixture.Server.Services.GetRequiredService<NativeUsageRecorder>().FindLastPullAsync(fixture.Owner);
        Assert.Equal((2L, null), (last!.Added, last.Error));
        await using var db = fixture.Server.Data.Database.Open(fixture.Owner.Scope);
        Assert.Equal(2, await db.Set<Core.Auditing.AuditEntry>().CountAsync(a => a.Action == Permission.UsageImport));
    }

    [Fact]
    public async Task Statistics_by_day_count_what_a_day_has_more_than_before()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var issued = await IssueAsync(fixture, new TokenRequest("production", null, null));
        var day = fixture.Server.Clock.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        upstream.Statistics = $$"""[{"Date":"{{day}}","Token":"{{issued.Secret}}","Converter":"docx-to-pdf","Conversions":7}]""";
        await LaterAsync(fixture);
        upstream.Statistics =
            $$"""[{"Date":"{{day}}","Token":"{{issued.Secret}}","Converter":"docx-to-pdf","Conversions":9},{"Date":"{{day}}","Token":"someone-else","Converter":"docx-to-pdf","Conversions":50}]""";

        await LaterAsync(fixture);

        Assert.Equal([7L, 2L], (await fixture.EntriesAsync()).Select(e => e.Quantity));
    }

    [Theory]
    [InlineData("""{"Code":5001,"Message":"later"}""", "not a list of records")]
    [InlineData("""[{"ConversionCost":1}]""", "no date")]
    [InlineData("""[{"DateStamp":"2026-11-25T00:00:00Z","ConversionCost":1.5,"Token":"a"}]""", "invalid cost")]
    [InlineData("""[{"DateStamp":"2026-11-25T00:00:00Z","ConversionCost":1}]""", "do not identify tokens")]
    [InlineData("""[{"DateStamp":""", "not a list of records")]
    public async Task Unusable_statistics_are_reported_and_record_nothing(string text, string said)
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        await IssueAsync(fixture, new TokenRequest("production", null, null));
        upstream.Statistics = text;

        await LaterAsync(fixture);

        var last = await fixture.Server.Services.GetRequiredService<NativeUsageRecorder>().FindLastPullAsync(fixture.Owner);
        Assert.Contains(said, last!.Error, StringComparison.Ordinal);
        Assert.Empty(await fixture.EntriesAsync());
        upstream.Statistics = "[]";
        await LaterAsync(fixture);
        Assert.Null((await fixture.Server.Services.GetRequiredService<NativeUsageRecorder>().FindLastPullAsync(fixture.Owner))!.Error);
    }

    [Fact]
    public async Task A_token_refused_by_the_portal_is_deleted_at_the_upstream()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var member = TestData.CreateAdmin(fixture.Customer);

        Assert.True(
            (await Tokens(fixture).IssueSelfServiceAsync(member, new TokenRequest("mine", 100_000, null) { IsNative = true })).IsRefused);

        Assert.Equal(["native-token-0000"], upstream.Deleted);
        Assert.False(
            (await Tokens(fixture).IssueSelfServiceAsync(member, new TokenRequest("mine", 100, null) { IsNative = true })).IsRefused);
    }

    [Fact]
    public async Task Terms_that_the_upstream_does_not_keep_are_refused_before_it_is_asked()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var request = new TokenRequest("production", 100, null) { IsNative = true };
        TokenRequest[] wider =
        [
            request with
            {
                IsMaster = true,
            }, request with
            {
                LimitPeriod = LimitPeriod.Month,
            }, request with { NotBeforeUtc = fixture.Server.Clock.GetUtcNow() }, request with { AllowedConverters = ["docx-to-pdf"] },
            request with
            {
                AllowedNetworks = ["10.0.0.0/8"],
            }, request with
            {
                AllowedOrigins = ["https://a.example"],
            }, request with { RequestsPerMinute = 1 }, request with { ConcurrentRequests = 1 },
        ];
        foreach (var terms in wider)
        {
            Assert.True((await Tokens(fixture).IssueAsync(fixture.Owner, fixture.Customer.Id, terms)).IsRefused);
        }

        Assert.Empty(upstream.Asked);
        var issued = await IssueAsync(fixture, request);
        Assert.True((await Tokens(fixture).RotateAsync(fixture.Owner, issued.Token.Id, TimeSpan.Zero)).IsRefused);
    }

    [Fact]
    public async Task Native_tokens_need_an_own_account_which_cannot_be_removed_while_it_has_tokens()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var native = new TokenRequest("production", 100, null) { IsNative = true };

        Assert.True((await Settings(fixture).SetAsync(fixture.Owner, new(null, "", true, true), [])).IsRefused);
        Assert.True((await Tokens(fixture).IssueAsync(fixture.Owner, fixture.Customer.Id, native)).IsRefused);
        await SetAsync(fixture, "the-wrong-secret");
        Assert.Contains(
            "secret",
            (await Tokens(fixture).IssueAsync(fixture.Owner, fixture.Customer.Id, native)).Refusal!.Message,
            StringComparison.Ordinal);
        await SetAsync(fixture, NativeUpstream.Secret);
        var issued = await IssueAsync(fixture, native);

        Assert.True((await Settings(fixture).SetAsync(fixture.Owner, new("", "", true, false), [])).IsRefused);
        await TestData.Valued(Tokens(fixture).RevokeAsync(fixture.Owner, issued.Token.Id));
        Assert.False((await Settings(fixture).SetAsync(fixture.Owner, new("", "", true, false), [])).IsRefused);
    }

    [Fact]
    public async Task No_token_is_issued_while_the_upstream_is_unreachable()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        upstream.Fails = HttpStatusCode.BadGateway;

        Assert.Contains(
            "502",
            (await Tokens(fixture).IssueAsync(
                fixture.Owner, fixture.Customer.Id, new TokenRequest("production", 100, null) { IsNative = true })).Refusal!.Message,
            StringComparison.Ordinal);

        await using var db = fixture.Server.Data.Database.Open(fixture.Owner.Scope);
        Assert.False(await db.ApiTokens.AnyAsync(t => t.IsNative));
    }

    [Fact]
    public async Task Statistics_of_one_resellers_account_affect_no_other_reseller()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var issued = await IssueAsync(fixture, new TokenRequest("production", null, null));
        var (_, stranger) = await fixture.Server.Data.AddResellerAsync("southwind");
        await fixture.Server.Data.BuyAsync(stranger, 1000, 10m);
        await TestData.Valued(Settings(fixture).SetAsync(stranger, new(NativeUpstream.Secret, "", true, true), []));
        var theirs = await fixture.Server.Data.AddCustomerAsync(stranger, "Theirs");
        var other = await TestData.Valued(
            Tokens(fixture).IssueAsync(stranger, theirs.Id, new TokenRequest("production", null, null) { IsNative = true }));
        upstream.Use(issued.Secret, new NativeConversion(fixture.Server.Clock.GetUtcNow(), 3));
        upstream.Use(other.Secret, new NativeConversion(fixture.Server.Clock.GetUtcNow(), 4));

        await LaterAsync(fixture);

        Assert.Equal(
            [(fixture.Customer.ResellerId, 3L), (theirs.ResellerId, 4L)],
            (await fixture.EntriesAsync()).OrderBy(e => e.Quantity).Select(e => (e.ResellerId, e.Quantity)));
        var usage = fixture.Server.Services.GetRequiredService<NativeUsageRecorder>();
        Assert.Equal((3L, 4L), ((await usage.FindLastPullAsync(fixture.Owner))!.Added, (await usage.FindLastPullAsync(stranger))!.Added));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => usage.FindLastPullAsync(TestData.CreateAdmin(fixture.Customer)));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => Tokens(fixture).IssueAsync(
            TestData.CreateAdmin(fixture.Customer), fixture.Customer.Id, new TokenRequest("x", 1, null) { IsNative = true }));
        Assert.True(
            (await Tokens(fixture).IssueAsync(
                stranger, fixture.Customer.Id, new TokenRequest("x", 1, null) { IsNative = true })).IsRefused);
        Assert.True((await Tokens(fixture).RevokeAsync(stranger, issued.Token.Id)).IsRefused);
    }

    [Fact]
    public async Task Native_usage_matches_the_account_balance_although_it_is_reported_later()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var fixture = await OpenAsync(upstream);
        var issued = await IssueAsync(fixture, new TokenRequest("production", null, null));
        var readings = fixture.Server.Services.GetRequiredService<UpstreamReadingWorker>();
        await readings.RunAsync(default);
        upstream.Use(issued.Secret, new NativeConversion(fixture.Server.Clock.GetUtcNow(), 3));
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddHours(25));
        await readings.RunAsync(default);
        var row = (await fixture.Server.Services.GetRequiredService<ReconciliationService>().ListAsync(fixture.Owner))[0];
        Assert.Equal((3L, 3L, 0L, 3L), (row.Reading.Charged, row.Reading.Counted, row.Reading.Recorded, row.Open));

        await LaterAsync(fixture);

        row = (await fixture.Server.Services.GetRequiredService<ReconciliationService>().ListAsync(fixture.Owner))[0];
        Assert.Equal((3L, 0L), (row.Since, row.Open));
    }

    private static ApiTokenService Tokens(GatewayFixture fixture) => fixture.Server.Services.GetRequiredService<ApiTokenService>();

    private static UpstreamSettingsService Settings(GatewayFixture fixture) =>
        fixture.Server.Services.GetRequiredService<UpstreamSettingsService>();

    private static async Task<GatewayFixture> OpenAsync(NativeUpstream upstream)
    {
        var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        await SetAsync(fixture, NativeUpstream.Secret);
        return fixture;
    }

    private static Task SetAsync(GatewayFixture fixture, string secret) =>
        TestData.Valued(Settings(fixture).SetAsync(fixture.Owner, new(secret, "", true, true), []));

    private static Task<IssuedToken> IssueAsync(GatewayFixture fixture, TokenRequest request) =>
        TestData.Valued(Tokens(fixture).IssueAsync(fixture.Owner, fixture.Customer.Id, request with { IsNative = true }));

    private static async Task<TokenRow> RowAsync(GatewayFixture fixture, IssuedToken token) =>
        (await fixture.Server.Services.GetRequiredService<TokenQueries>().ListAsync(fixture.Owner, fixture.Customer.Id)).Single(
            t => t.Id == token.Token.Id);

    private static Task UpkeepAsync(GatewayFixture fixture) =>
        fixture.Server.Services.GetRequiredService<NativeTokenWorker>().RunAsync(default);

    /// <summary>Moves the clock until the next statistics import is due.</summary>
    private static async Task LaterAsync(GatewayFixture fixture)
    {
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddMinutes(61));
        await UpkeepAsync(fixture);
    }
}
