using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class TokenRequestCountTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task Requests_are_counted_by_token_hour_and_outcome_and_the_nodes_add_up(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 1000, 15);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        var token = await TestData.Valued(database.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", 2, null) { AllowedConverters = ["docx-to-pdf"] }));
        var start = database.Clock.GetUtcNow();
        for (var node = 0; node < 2; node++)
        {
            var requests = new TokenRequestRecorder(database.Clock);
            var meter = new Meter(new PrepaidCoverageService(database.Database, database.Clock), requests: requests);
            using var writer = new MeterWriter(meter, database.Database, database.Clock, NullLogger<MeterWriter>.Instance);
            await writer.StartAsync(default);
            var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(meter, "docx-to-pdf"));
            await meter.SettleAsync(new SettleRequest(held.Key, 1));
            Assert.IsType<ReserveResult.ConverterNotAllowed>(await ReserveAsync(meter, "html-to-pdf"));
            if (node == 1)
            {
                Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(meter, "docx-to-pdf"));
                Assert.IsType<ReserveResult.LimitReached>(await ReserveAsync(meter, "docx-to-pdf"));
            }

            await writer.StopAsync(default);
            using var worker = NewWorker(database, requests);
            await worker.StopAsync(default);
            Assert.Empty(requests.Take());
            database.Clock.Advance(TimeSpan.FromMinutes(20));
        }

        var detail = (await new TokenDetailQueries(database.Database, database.Clock).FindAsync(owner, customer.Id, token.Token.Id))!;
        Assert.Equal(
            [new TokenRefusals(RequestOutcome.ConverterNotAllowed, 2), new TokenRefusals(RequestOutcome.LimitReached, 2)],
            detail.Refusals.OrderBy(r => r.Reason));
        Assert.Equal(TokenDetailQueries.ShownHours, detail.Hours.Count);
        Assert.Equal(new TokenHour(start, 2, 4), detail.Hours[^1]);
        Assert.All(detail.Hours.SkipLast(1), hour => Assert.Equal((0, 0), (hour.Accepted, hour.Refused)));

        Task<ReserveResult> ReserveAsync(Meter meter, string converter) => meter.ReserveAsync(
            new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, converter, 1));
    }

    [Fact]
    public async Task A_caller_that_is_refused_before_its_request_is_metered_counts_as_well()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var token = await TestData.Valued(sqlite.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("production", null, null) { AllowedNetworks = ["203.0.113.0/24"] }));
        var requests = new TokenRequestRecorder(sqlite.Clock);
        var authenticator = new TokenAuthenticator(sqlite.Database, sqlite.Protection, sqlite.Clock, requests);

        await authenticator.AuthenticateAsync(token.Token.SecretHash, IPAddress.Parse("192.0.2.1"), null, null, default);
        await authenticator.AuthenticateAsync(token.Token.SecretHash, IPAddress.Parse("203.0.113.1"), null, null, default);
        await authenticator.AuthenticateAsync(TokenSecret.Hash("rpt_nobody"), null, null, null, default);

        var counted = Assert.Single(requests.Take());
        Assert.Equal((token.Token.Id, RequestOutcome.AddressNotAllowed, 1), (counted.TokenId, counted.Outcome, counted.Requests));
    }

    [Fact]
    public async Task What_cannot_be_written_is_kept_for_the_next_time_and_old_counts_are_deleted()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var secret = await sqlite.SellAsync();
        await using var db = sqlite.OpenAll();
        var token = await db.ApiTokens.SingleAsync();
        var requests = new TokenRequestRecorder(sqlite.Clock);
        requests.Add(TokenIdentity.FromToken(token), new ReserveResult.CreditsExhausted());
        using var worker = NewWorker(sqlite, requests);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.RunAsync(new CancellationToken(canceled: true)));
        Assert.Equal(1, await worker.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await db.TokenRequestCounts.SumAsync(c => c.Requests));
        sqlite.Clock.Advance(TokenRequestCount.KeptFor + TimeSpan.FromHours(1));
        await worker.RunAsync(TestContext.Current.CancellationToken);

        Assert.Empty(await db.TokenRequestCounts.ToListAsync());
        Assert.NotEmpty(secret);
    }

    private static TokenRequestCountWorker NewWorker(TestDatabase database, TokenRequestRecorder requests) =>
        new(database.Database, requests, database.Clock, NullLogger<TokenRequestCountWorker>.Instance);
}
