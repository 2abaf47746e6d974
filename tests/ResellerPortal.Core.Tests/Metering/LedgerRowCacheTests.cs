using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Caching rows between batches must not be observable.</summary>
public sealed class LedgerRowCacheTests
{
    [Fact]
    public async Task Nothing_is_read_again_while_nobody_else_writes_and_all_of_it_afterwards()
    {
        var counting = new CountingDialect();
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(dialect: counting);
        var (owner, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret);
        await sqlite.UseAsync(secret);
        counting.Found = 0;

        await sqlite.UseAsync(secret);
        Assert.Equal(0, counting.Found);

        await sqlite.Data.AddCustomerAsync(owner, "Somebody else");
        await sqlite.UseAsync(secret);

        // Token, reseller, lot, customer and highest cost; the reservation is still cached.
        Assert.Equal(5, counting.Found);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_others_change_between_two_requests_holds_for_the_second()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, secret) = await SellAsync(sqlite);
        await sqlite.UseAsync(secret);

        Assert.Equal(1, await HeldAsync());
        await TestData.Valued(new ConverterCostService(sqlite.Database, sqlite.Clock).SetAsync(
            TestData.Operator, "docx-to-pdf", new StatedCost(7)));
        Assert.Equal(7, await HeldAsync());
        await ExecuteAsync("UPDATE \"ApiToken\" SET \"UsageLimit\" = 1");
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(secret, null));
        await ExecuteAsync("UPDATE \"ApiToken\" SET \"UsageLimit\" = NULL");
        await ExecuteAsync("UPDATE \"CreditLot\" SET \"Conversions\" = \"Used\" + \"Reserved\" + 30");
        Assert.Equal(7, await HeldAsync());
        await ExecuteAsync("UPDATE \"ApiToken\" SET \"RevokedAtUtc\" = 1");
        Assert.IsType<ReserveResult.TokenRevoked>(await sqlite.ReserveAsync(secret, null));

        async Task<long> HeldAsync() => Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(secret, null)).Quantity;

        async Task ExecuteAsync(string sql)
        {
            await using var db = sqlite.OpenAll();
            await db.Database.ExecuteSqlRawAsync(sql);
        }
    }

    [Fact]
    public async Task A_full_lot_that_has_room_again_is_used_again()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, secret) = await SellAsync(sqlite, conversions: 3);
        var held = await sqlite.HoldAsync(secret, 3);
        await sqlite.RestartAsync();
        Assert.IsType<ReserveResult.ShareReached>(await sqlite.ReserveAsync(secret));

        await sqlite.Meter.ReleaseAsync(held);

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(secret, 3));
    }

    [Fact]
    public async Task A_writer_that_remembers_answers_as_one_that_forgets()
    {
        await using var remembering = await TestDatabaseOnSqlite.OpenAsync();
        await using var forgetting = await TestDatabaseOnSqlite.OpenAsync(dialect: new ForgetfulDialect());
        var step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 4]);
        var shop = 0;

        await Gen.Select(Gen.Int[3, 30], step.Array[1, 25]).SampleAsync(
            async (conversions, steps) =>
            {
                shop++;
                var answers = new List<string>[2];
                foreach (var (database, i) in ((TestDatabase[])[remembering, forgetting]).Select((b, i) => (b, i)))
                {
                    answers[i] = await PlayAsync(database, $"shop-{shop}", conversions, steps);
                }

                Assert.Equal(answers[1], answers[0]);
                return true;
            },
            iter: 60,
            threads: 1);
        await remembering.AssertLedgerIsCleanAsync();
    }

    private static async Task<List<string>> PlayAsync(
        TestDatabase database,
        string slug,
        int conversions,
        (int What, int Token, int Quantity)[] steps)
    {
        var (_, owner) = await database.Data.AddResellerAsync(slug);
        var lot = await database.Data.BuyAsync(owner, conversions, 3m);
        var customer = await database.Data.AddCustomerAsync(owner, "Fabrikam");
        var tokens = new List<IssuedToken>
        {
            await database.Data.IssueAsync(owner, customer, environment: "a"),
            await database.Data.IssueAsync(owner, customer, limit: 6, environment: "b"),
            await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Contoso"), environment: "c"),
        };
        var held = new List<RowKey>();
        var said = new List<string>();
        foreach (var (what, token, quantity) in steps)
        {
            switch (what)
            {
                case < 5:
                    var result = await database.ReserveAsync(tokens[token].Secret, quantity == 0 ? null : quantity);
                    said.Add(result is ReserveResult.Held h ? $"held {h.Quantity}" : result.GetType().Name);
                    held.AddRange(result is ReserveResult.Held one ? [one.Key] : []);
                    break;
                case < 8 when held.Count > 0:
                    var settled = await database.Meter.SettleAsync(
                        new SettleRequest(held[token % held.Count], quantity == 4 ? null : quantity));
                    said.Add(settled is SettleResult.Recorded r ? $"{r.Sequence}: {r.Quantity}" : settled.GetType().Name);
                    break;
                case 8:
                    await database.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(tokens[token], database.Clock.GetUtcNow(), 1)]);
                    break;
                case 9 when quantity == 0:
                    await database.Data.Tokens.RevokeAsync(owner, tokens[token].Token.Id);
                    break;
                case 9:
                    await database.Data.Lots.AdjustAsync(TestData.Operator, lot.Id, quantity, "more");
                    break;
            }
        }

        await using var db = database.OpenAll();
        said.AddRange((await db.CreditLots.Where(l => l.ResellerId == lot.ResellerId).ToListAsync()).Select(
            l => $"lot {l.Used} {l.Reserved} of {l.Conversions}"));
        said.AddRange((await db.ApiTokens.Where(t => t.ResellerId == lot.ResellerId).OrderBy(t => t.Environment).ToListAsync()).Select(
            t => $"{t.Environment} {t.Used} {t.Reserved} {t.OpenRequests}"));
        return said;
    }

    private static async Task<(Actor Owner, string Secret)> SellAsync(TestDatabase database, long conversions = 100)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, conversions, 1m);
        return (owner, (await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Fabrikam"))).Secret);
    }

    /// <summary>Counts the rows read outside the query pipeline, as metering does.</summary>
    private sealed class CountingDialect() : ForwardingDialect(new SqliteDialect())
    {
        public int Found { get; set; }

        public override Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken) =>
            base.RunAsync(db, [.. steps.Select(step => step.Found is null ? step : new CountedStep(this, step))], cancellationToken);

        private sealed class CountedStep(CountingDialect dialect, BulkStep step) : BulkStep(step.Statement, row =>
        {
            dialect.Found++;
            step.Found!(row);
        })
        {
            public override Type? Written => step.Written;

            public override int Count => step.Count;

            public override void AddValues(int row, IRowValues values) => step.AddValues(row, values);
        }
    }

    private sealed class ForgetfulDialect() : ForwardingDialect(new SqliteDialect())
    {
        public override long? ReadDataVersion(PortalDbContext db) => null;
    }
}
