using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Upstream;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Reconciliation of the ledger with the charges of the upstream.</summary>
public sealed class ReconciliationTests
{
    private static readonly Actor Operator = Actor.ForMember(new Member { UserId = Guid.NewGuid(), Role = Role.OperatorAdmin }, "operator");

    [Fact]
    public async Task Matching_balances_are_reported_as_matching()
    {
        await using var upstream = await CountingUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        await ReadAsync(fixture);
        await ConvertAsync(fixture, 3);

        await ReadAsync(fixture);

        var rows = await RowsAsync(fixture, Operator);
        Assert.Equal([(3L, 3L, 0L), (0L, 0L, 0L)], rows.Select(r => (r.Reading.Charged, r.Reading.Recorded, r.Open)));
        Assert.Null(rows[1].Reading.FromUtc);
        Assert.True((await Service(fixture).CorrectAsync(Operator, rows[0].Reading.Id)).IsRefused);
    }

    [Theory]
    [InlineData(0, -2)]
    [InlineData(1, -1)]
    [InlineData(5, 3)]
    public async Task A_difference_is_corrected_once_and_stays_corrected(long reallyCharged, long open)
    {
        await using var upstream = await CountingUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        await ReadAsync(fixture);
        await ConvertAsync(fixture, 2);
        upstream.IsSilent = true;
        upstream.Charges = reallyCharged == 0 ? 0 : 1;
        await ConvertAsync(fixture, 2);
        upstream.Consumed = 2 + reallyCharged;
        upstream.IsSilent = false;

        await ReadAsync(fixture);
        var row = (await RowsAsync(fixture, Operator))[0];
        Assert.Equal((open, 4L), (row.Open, row.Reading.Recorded));
        var concerned = await Service(fixture).ListAffectedEntriesAsync(Operator, row.Reading.Id);
        Assert.Equal(2, concerned.Count);
        Assert.Equal(2 + open, concerned.Sum(e => e.WouldCount));

        Assert.False((await Service(fixture).CorrectAsync(Operator, row.Reading.Id)).IsRefused);

        Assert.Equal((0L, open), ((await RowsAsync(fixture, Operator))[0].Open, (await RowsAsync(fixture, Operator))[0].Since));
        Assert.True((await Service(fixture).CorrectAsync(Operator, row.Reading.Id)).IsRefused);
        Assert.Equal(2 + reallyCharged, (await fixture.EntriesAsync()).Sum(e => e.Quantity));
        upstream.Charges = 1;
        await ConvertAsync(fixture, 1);
        await ReadAsync(fixture);
        Assert.Equal(0, (await RowsAsync(fixture, Operator))[0].Open);
        Assert.Empty((await new LedgerVerifier(fixture.Server.Data.Database).VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Statistics_of_the_same_period_are_shown_with_the_balance()
    {
        await using var upstream = await CountingUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        await ReadAsync(fixture);
        var start = fixture.Server.Clock.GetUtcNow();
        upstream.Consumed += 7;
        upstream.Statistics = $$"""
            [{"DateStamp":"{{start.AddSeconds(
                -1):O}}","ConversionCost":100}, {"DateStamp":"{{start.AddHours(
                    1):O}}","ConversionCost":5}, {"date_stamp":"{{start.AddHours(30):O}}","conversion_cost":"100"}]
            """;

        await ReadAsync(fixture);
        Assert.Equal(
            (7L, 5L, 0L, 7L),
            (await RowsAsync(fixture, Operator)).Select(r => (r.Reading.Charged, r.Reading.Counted, r.Reading.Recorded, r.Open)).First());

        // Daily statistics cannot be split at the time of a reading.
        upstream.Statistics = $$"""[{"Date":"{{start:yyyy-MM-dd}}","Conversions":5}]""";
        await ReadAsync(fixture);
        Assert.Null((await RowsAsync(fixture, Operator))[0].Reading.Counted);
    }

    [Fact]
    public async Task Conversions_in_flight_are_not_a_difference()
    {
        var mayAnswer = new TaskCompletionSource();
        await using var upstream = await CountingUpstream.StartAsync(mayAnswer.Task);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        await ReadAsync(fixture);
        var sending = fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
        await upstream.IsAskedAsync();

        await ReadAsync(fixture);
        Assert.Equal(
            (1L, 0L, 0L), (await RowsAsync(fixture, Operator)).Select(r => (r.Reading.Charged, r.Reading.Recorded, r.Open)).First());
        mayAnswer.SetResult();
        (await sending).EnsureSuccessStatusCode();
        await ReadAsync(fixture);
        Assert.Equal(
            (0L, 1L, 0L), (await RowsAsync(fixture, Operator)).Select(r => (r.Reading.Charged, r.Reading.Recorded, r.Open)).First());
    }

    [Fact]
    public async Task A_resellers_own_account_is_reconciled_separately()
    {
        await using var upstream = await CountingUpstream.StartAsync();
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var (_, stranger) = await fixture.Server.Data.AddResellerAsync("southwind");
        await fixture.Server.Services.GetRequiredService<UpstreamSettingsService>().SetAsync(
            fixture.Owner, new("own-secret-of-northwind", "", true, false), []);
        await ReadAsync(fixture);
        upstream.IsSilent = true;
        await ConvertAsync(fixture, 1);
        upstream.Consumed--;
        await ReadAsync(fixture);

        var own = (await RowsAsync(fixture, fixture.Owner))[0];
        Assert.Equal(-1, own.Open);
        Assert.All(await RowsAsync(fixture, fixture.Owner), r => Assert.Equal(own.Reading.ResellerId, r.Reading.ResellerId));
        Assert.Empty(await RowsAsync(fixture, stranger));
        Assert.Empty(await Service(fixture).ListAffectedEntriesAsync(stranger, own.Reading.Id));
        Assert.True((await Service(fixture).CorrectAsync(stranger, own.Reading.Id)).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => RowsAsync(fixture, TestData.CreateAdmin(fixture.Customer)));
        var operators = (await RowsAsync(fixture, Operator)).First(r => r.Reading.ResellerId is null);
        await Assert.ThrowsAnyAsync<Exception>(
            async () => (await Service(fixture).CorrectAsync(fixture.Owner, operators.Reading.Id)).Value.ToString());

        Assert.Single((await Service(fixture).CorrectAsync(fixture.Owner, own.Reading.Id)).Value);
        Assert.Equal(0, (await RowsAsync(fixture, fixture.Owner))[0].Open);
        await using var db = fixture.Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.DoesNotContain(
            await db.UpstreamReadings.Select(r => r.Account).ToListAsync(), account => account.Contains("own", StringComparison.Ordinal));
    }

    private static ReconciliationService Service(GatewayFixture fixture) =>
        fixture.Server.Services.GetRequiredService<ReconciliationService>();

    private static Task<IReadOnlyList<ReadingRow>> RowsAsync(GatewayFixture fixture, Actor actor) => Service(fixture).ListAsync(actor);

    /// <summary>Reads the accounts again a day later.</summary>
    private static async Task ReadAsync(GatewayFixture fixture)
    {
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddHours(25));
        await fixture.Server.Services.GetRequiredService<UpstreamReadingWorker>().RunAsync(default);
    }

    private static async Task ConvertAsync(GatewayFixture fixture, int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();
        }
    }

    /// <summary>Charges one conversion per request and reports the cost unless configured otherwise.</summary>
    private sealed class CountingUpstream : IAsyncDisposable
    {
        private readonly SemaphoreSlim _asked = new(0);
        private StandInUpstream _stand = null!;

        public long Consumed { get; set; } = 1000;

        public long Charges { get; set; } = 1;

        public bool IsSilent { get; set; }

        public string Statistics { get; set; } = "[]";

        public static async Task<CountingUpstream> StartAsync(Task? mayAnswer = null)
        {
            var upstream = new CountingUpstream { Consumed = 0 };
            upstream._stand = await StandInUpstream.StartAsync(async (stand, context) =>
            {
                context.Response.ContentType = "application/json";
                if (context.Request.Path == "/user")
                {
                    await context.Response.WriteAsync($$"""{"ConversionsConsumed": {{upstream.Consumed}}, "ConversionsTotal": 100000}""");
                    return;
                }

                if (context.Request.Path == "/user/statistic")
                {
                    await context.Response.WriteAsync(upstream.Statistics);
                    return;
                }

                await stand.ReadAsync(context);
                upstream.Consumed += upstream.Charges;
                upstream._asked.Release();
                await (mayAnswer ?? Task.CompletedTask);
                await context.Response.WriteAsync(upstream.IsSilent ? """{"Files": []}""" : """{"ConversionCost": 1, "Files": []}""");
            });
            return upstream;
        }

        public Task IsAskedAsync() => _asked.WaitAsync();

        public (string, string)[] Settings() => _stand.Settings();

        public ValueTask DisposeAsync() => _stand.DisposeAsync();
    }
}
