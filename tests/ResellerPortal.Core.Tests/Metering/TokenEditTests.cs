using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class TokenEditTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task A_changed_limit_decides_the_next_request_at_every_node(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, customer) = await SellAsync(database);
        var token = await database.Data.IssueAsync(owner, customer, limit: 5);
        var otherMeter = database.NewMeter();
        using var otherNode = new MeterWriter(otherMeter, database.Database, database.Clock, NullLogger<MeterWriter>.Instance);
        await otherNode.StartAsync(default);
        await database.UseAsync(token.Secret, 5);
        var request = new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, "docx-to-pdf", 1);
        Assert.IsType<ReserveResult.LimitReached>(await otherMeter.ReserveAsync(request));

        var raised = await EditAsync(database, owner, token, terms => terms with { UsageLimit = 7 });
        List<ReserveResult> results = [await database.ReserveAsync(token.Secret), await otherMeter.ReserveAsync(request)];
        Assert.IsNotType<ReserveResult.Held>(await otherMeter.ReserveAsync(request));
        await EditAsync(database, owner, token, terms => terms with { UsageLimit = null });
        results.Add(await otherMeter.ReserveAsync(request));
        var lowered = await EditAsync(database, owner, token, terms => terms with { UsageLimit = 3 });

        Assert.Equal((false, true), (raised.IsSpent, lowered.IsSpent));
        Assert.IsType<ReserveResult.LimitReached>(await otherMeter.ReserveAsync(request));
        foreach (var held in results.Select(Assert.IsType<ReserveResult.Held>))
        {
            Assert.IsType<SettleResult.Recorded>(await otherMeter.SettleAsync(new SettleRequest(held.Key, 1)));
        }

        await otherNode.StopAsync(default);
        await using var db = database.OpenAll();
        var row = await db.ApiTokens.SingleAsync();
        Assert.Equal((8L, 0L, 3L), (row.Used, row.Reserved, row.UsageLimit));
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task Edits_while_conversions_run_lose_none_and_no_edit_is_lost(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (owner, customer) = await SellAsync(database);
        var token = await database.Data.IssueAsync(owner, customer);
        var edits = new TokenEditService(database.Database, database.Clock);
        var (isOver, recorded, refused) = (false, 0L, 0);
        var load = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                if (await database.ReserveAsync(token.Secret, 2) is not ReserveResult.Held held)
                {
                    Interlocked.Increment(ref refused);
                }
                else if (await database.Meter.SettleAsync(new SettleRequest(held.Key, 3)) is SettleResult.Recorded entry)
                {
                    Interlocked.Add(ref recorded, entry.Quantity);
                }
            }
        })).ToList();

        await Eventually.TrueAsync(() => Interlocked.Read(ref recorded) > 0, "conversions are recorded");
        await TestData.Valued(edits.EditAsync(owner, token.Token.Id, new TokenRequest("tight", 1, null)));
        await Eventually.TrueAsync(() => Volatile.Read(ref refused) > 0, "conversions are refused");
        for (var i = 0; i < 40; i++)
        {
            long? limit = i % 3 == 0 ? null : 1 + (i * 40);
            await TestData.Valued(edits.EditAsync(owner, token.Token.Id, new TokenRequest($"run-{i}", limit, null)
            {
                LimitPeriod = i % 3 == 1 ? LimitPeriod.Month : LimitPeriod.Ever,
                AllowedConverters = i % 2 == 0 ? [] : ["docx-to-pdf"],
            }));
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(load);

        await using var db = database.OpenAll();
        var row = await db.ApiTokens.SingleAsync();
        Assert.Equal((recorded, 0L, 0), (row.Used, row.Reserved, row.OpenRequests));
        Assert.Equal(recorded, await db.LedgerEntries.SumAsync(e => e.Quantity));
        Assert.Equal(("run-39", null, "docx-to-pdf"), (row.Environment, row.UsageLimit, Assert.Single(row.AllowedConverters)));
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_limit_that_becomes_monthly_counts_what_the_month_has_used()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-09-20T12:00:00Z");
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 100);
        await sqlite.UseAsync(token.Secret, 40);
        sqlite.Clock.Advance(TimeSpan.FromDays(15));
        await sqlite.UseAsync(token.Secret, 7);
        await sqlite.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(token, sqlite.Clock.GetUtcNow().AddDays(-15), 2)]);

        var monthly = await EditAsync(sqlite, owner, token, terms => terms with { UsageLimit = 10, LimitPeriod = LimitPeriod.Month });

        Assert.False(monthly.IsSpent);
        var row = Assert.Single(await new TokenQueries(sqlite.Database, sqlite.Clock).ListAsync(owner, customer.Id));
        Assert.Equal((9, 1), (row.Used, row.Remaining));
        await sqlite.UseAsync(token.Secret);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();

        await EditAsync(sqlite, owner, token, terms => terms with { UsageLimit = 60, LimitPeriod = LimitPeriod.Ever });
        await sqlite.UseAsync(token.Secret, 10);
        sqlite.Clock.Advance(TimeSpan.FromDays(30));
        await EditAsync(sqlite, owner, token, terms => terms with { UsageLimit = 2, LimitPeriod = LimitPeriod.Month });
        await sqlite.UseAsync(token.Secret, 2);
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task An_expiry_is_moved_and_removed_but_an_ended_token_stays_ended()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var now = sqlite.Clock.GetUtcNow();
        var token = await sqlite.Data.IssueAsync(owner, customer, expiresAtUtc: now.AddHours(1));

        await EditAsync(sqlite, owner, token, terms => terms with { ExpiresAtUtc = now.AddHours(3) });
        sqlite.Clock.Advance(TimeSpan.FromHours(2));
        await sqlite.UseAsync(token.Secret);
        await EditAsync(sqlite, owner, token, terms => terms with { ExpiresAtUtc = null });
        sqlite.Clock.Advance(TimeSpan.FromHours(2));
        await sqlite.UseAsync(token.Secret);
        await EditAsync(sqlite, owner, token, terms => terms with { ExpiresAtUtc = now.AddHours(5) });
        sqlite.Clock.Advance(TimeSpan.FromHours(2));

        Assert.IsType<ReserveResult.TokenExpired>(await sqlite.ReserveAsync(token.Secret));
        var edits = new TokenEditService(sqlite.Database, sqlite.Clock);
        Assert.True((await edits.EditAsync(owner, token.Token.Id, new TokenRequest("production", null, null))).IsRefused);
        var past = await edits.EditAsync(owner, token.Token.Id, new TokenRequest("production", null, now));
        Assert.Equal(nameof(TokenRequest.ExpiresAtUtc), past.Refusal!.Field);
    }

    [Fact]
    public async Task An_expiry_is_never_after_the_end_of_the_contract()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        await TestData.Valued(sqlite.Data.ContractEnds.SetAsync(owner, customer.Id, new DateOnly(2026, 10, 31)));

        var edited = await EditAsync(sqlite, owner, token, terms => terms with { ExpiresAtUtc = null, Environment = "last month" });

        Assert.Equal(new DateTimeOffset(2026, 10, 31, 22, 0, 0, TimeSpan.Zero), edited.Token.ExpiresAtUtc);
    }

    [Fact]
    public async Task Restrictions_apply_to_the_next_request_and_are_lifted_again()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        Assert.IsType<ReserveResult.Held>(await FromAsync("192.0.2.1"));

        await EditAsync(sqlite, owner, token, terms => terms with
        {
            AllowedConverters = RestrictionText.ReadConverters("docx → pdf, html to pdf"),
            AllowedNetworks = RestrictionText.ReadNetworks("203.0.113.7 2001:db8::/32"),
        });

        Assert.IsType<ReserveResult.Held>(await FromAsync("203.0.113.7"));
        Assert.IsType<ReserveResult.Held>(await FromAsync("2001:db8::9", "html-to-pdf"));
        Assert.IsType<ReserveResult.CallerNotAllowed>(await FromAsync("203.0.113.8"));
        Assert.IsType<ReserveResult.ConverterNotAllowed>(await FromAsync("203.0.113.7", "pdf-to-jpg"));
        await EditAsync(sqlite, owner, token, terms => terms with { AllowedConverters = [], AllowedNetworks = [] });
        Assert.IsType<ReserveResult.Held>(await FromAsync("203.0.113.8", "pdf-to-jpg"));

        Task<ReserveResult> FromAsync(string address, string converter = "docx-to-pdf") => sqlite.Meter.ReserveAsync(
            new ReserveRequest(token.Token.ResellerId, token.Token.SecretHash, converter, 1, IPAddress.Parse(address)));
    }

    [Fact]
    public async Task A_renamed_token_records_its_new_environment_and_keeps_what_was_recorded()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer);
        await sqlite.UseAsync(token.Secret);

        await EditAsync(sqlite, owner, token, terms => terms with { Environment = " live " });
        await sqlite.UseAsync(token.Secret);

        await using var db = sqlite.OpenAll();
        Assert.Equal(
            ["production", "live"], await db.LedgerEntries.OrderBy(e => e.Sequence).Select(e => e.Environment).ToListAsync());
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_token_at_ConvertAPI_can_only_be_renamed()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 5);
        await using (var db = sqlite.OpenAsOwner())
        {
            await db.ApiTokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.IsNative, true));
        }

        var edits = new TokenEditService(sqlite.Database, sqlite.Clock);
        var terms = TokenRequest.FromToken(token.Token);
        foreach (var (wanted, field) in ((TokenRequest, string)[])[
            (terms with { AllowedConverters = ["docx-to-pdf"] }, nameof(terms.AllowedConverters)),
            (terms with { AllowedNetworks = ["203.0.113.0/24"] }, nameof(terms.AllowedNetworks)),
            (terms with { UsageLimit = 9 }, nameof(terms.UsageLimit)),
            (terms with { ExpiresAtUtc = sqlite.Clock.GetUtcNow().AddDays(1) }, nameof(terms.ExpiresAtUtc)),
        ])
        {
            var refusal = (await edits.EditAsync(owner, token.Token.Id, wanted)).Refusal!;
            Assert.Equal(field, refusal.Field);
            Assert.Contains("ConvertAPI", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal("live", (await EditAsync(sqlite, owner, token, t => t with { Environment = "live" })).Token.Environment);
    }

    [Fact]
    public async Task A_customer_edits_its_own_tokens_within_what_the_reseller_allows()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var admin = TestData.CreateAdmin(customer);
        var own = await TestData.Valued(sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("dev", 100, null)));
        var providers = await sqlite.Data.IssueAsync(owner, customer, limit: 100);
        var edits = new TokenEditService(sqlite.Database, sqlite.Clock);

        var edited = await EditAsync(
            sqlite, admin, own, terms => terms with { UsageLimit = 500, LimitPolicy = LimitPolicy.Lenient });
        Assert.Equal((500, LimitPolicy.Strict), (edited.Token.UsageLimit, edited.Token.LimitPolicy));
        foreach (var limit in (long?[])[501, null])
        {
            var beyond = await edits.EditAsync(admin, own.Token.Id, new TokenRequest("dev", limit, null));
            Assert.Equal(nameof(TokenRequest.UsageLimit), beyond.Refusal!.Field);
        }

        var refused = await edits.EditAsync(admin, providers.Token.Id, new TokenRequest("mine", 1, null));
        Assert.Contains("provider", refused.Refusal!.Message, StringComparison.Ordinal);

        // What the reseller allowed beyond the allowance may stay and be lowered, but not be raised.
        await EditAsync(sqlite, owner, own, terms => terms with { UsageLimit = 800 });
        await EditAsync(sqlite, admin, own, terms => terms with { Environment = "test" });
        Assert.True((await edits.EditAsync(admin, own.Token.Id, new TokenRequest("test", 801, null))).IsRefused);
        Assert.False((await edits.EditAsync(admin, own.Token.Id, new TokenRequest("test", 700, null))).IsRefused);
    }

    [Fact]
    public async Task A_token_of_another_customer_or_reseller_is_not_found_and_a_viewer_edits_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var neighbor = TestData.CreateAdmin(await sqlite.Data.AddCustomerAsync(owner, "Blue"));
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 5);
        var edits = new TokenEditService(sqlite.Database, sqlite.Clock);
        var details = new TokenDetailQueries(sqlite.Database, sqlite.Clock);

        foreach (var other in (Actor[])[stranger, neighbor])
        {
            var outcome = await edits.EditAsync(other, token.Token.Id, new TokenRequest("mine", 9, null));
            Assert.Equal(Refusal.NotFound("token"), outcome.Refusal);
            Assert.Null(await details.FindAsync(other, customer.Id, token.Token.Id));
        }

        Assert.NotNull(await details.FindAsync(owner, customer.Id, token.Token.Id));
        Assert.Null(await details.FindAsync(owner, neighbor.Scope.Customer!.Value, token.Token.Id));
        var viewer = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = customer.ResellerId, CustomerId = customer.Id, Role = Role.CustomerViewer },
            "viewer");
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => edits.EditAsync(viewer, token.Token.Id, new TokenRequest("mine", 9, null)));
        await using var db = sqlite.OpenAll();
        Assert.Equal(("production", 5), await db.ApiTokens.Select(t => ValueTuple.Create(t.Environment, t.UsageLimit)).SingleAsync());
    }

    [Fact]
    public async Task The_history_says_from_what_to_what_and_nothing_of_an_edit_that_changes_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 5);

        await EditAsync(sqlite, owner, token, terms => terms);
        await EditAsync(sqlite, owner, token, terms => terms with
        {
            Environment = "live",
            UsageLimit = 9,
            LimitPeriod = LimitPeriod.Month,
            LimitPolicy = LimitPolicy.Lenient,
            AllowedConverters = ["docx-to-pdf"],
        });

        var admin = TestData.CreateAdmin(customer);
        var details = new TokenDetailQueries(sqlite.Database, sqlite.Clock);
        var history = (await details.FindAsync(owner, customer.Id, token.Token.Id))!.History;
        Assert.Equal([TokenEditService.EditAction, Permission.TokensIssue], history.Select(e => e.Action));
        Assert.Equal(
            $"token production (…{token.Token.SecretEnding}): renamed to live; limit 5 → 9 a month; switched to lenient; "
                + "converters all → docx-to-pdf",
            history[0].Subject);
        Assert.Equal("test owner", history[0].Actor);
        Assert.All((await details.FindAsync(admin, customer.Id, token.Token.Id))!.History, entry => Assert.Null(entry.Actor));
    }

    [Fact]
    public async Task Thresholds_are_told_again_after_a_limit_was_raised()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 10);
        await sqlite.UseAsync(token.Secret, 9);
        Assert.Equal([90], await ReadAlertsAsync());

        await EditAsync(sqlite, owner, token, terms => terms with { UsageLimit = 18 });
        await sqlite.UseAsync(token.Secret, 1);
        Assert.Equal([90], await ReadAlertsAsync());
        await sqlite.UseAsync(token.Secret, 8);

        Assert.Equal([90, 100], await ReadAlertsAsync());

        async Task<List<int>> ReadAlertsAsync()
        {
            await using var db = sqlite.OpenAll();
            return await db.UsageAlerts.Where(a => a.Subject == AlertSubject.Token).OrderBy(a => a.Id).Select(a => a.Percent).ToListAsync();
        }
    }

    [Fact]
    public async Task The_last_use_is_that_of_the_last_accepted_request()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await SellAsync(sqlite);
        var token = await sqlite.Data.IssueAsync(owner, customer, limit: 1);
        Assert.Null(await ReadAsync());

        await sqlite.UseAsync(token.Secret);
        var used = sqlite.Clock.GetUtcNow();
        sqlite.Clock.Advance(TimeSpan.FromHours(1));
        Assert.IsType<ReserveResult.LimitReached>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, used.AddDays(-3))]);

        Assert.Equal(used, await ReadAsync());

        async Task<DateTimeOffset?> ReadAsync() =>
            Assert.Single(await new TokenQueries(sqlite.Database, sqlite.Clock).ListAsync(owner, customer.Id)).LastUsedAtUtc;
    }

    internal static async Task<EditedToken> EditAsync(
        TestDatabase database,
        Actor actor,
        IssuedToken token,
        Func<TokenRequest, TokenRequest> change)
    {
        await using var db = database.OpenAll();
        var present = await db.ApiTokens.AsNoTracking().SingleAsync(t => t.Id == token.Token.Id);
        return await TestData.Valued(new TokenEditService(database.Database, database.Clock).EditAsync(
            actor, token.Token.Id, change(TokenRequest.FromToken(present))));
    }

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(TestDatabase database)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 100_000, 1000);
        return (owner, await database.Data.AddCustomerAsync(owner, "Acme"));
    }
}
