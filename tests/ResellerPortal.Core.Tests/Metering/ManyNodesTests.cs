using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Metering on a real PostgreSQL server shared with other nodes.</summary>
public sealed class ManyNodesTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachServer]
    public async Task Two_nodes_on_the_same_tokens_and_lots_pass_no_limit_and_leave_no_gap(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 150, 3, validityDays: 100);
        await database.Data.BuyAsync(owner, 90, 3, validityDays: 200);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        IssuedToken[] tokens = [
            await database.Data.IssueAsync(owner, customer, limit: 70), await database.Data.IssueAsync(owner, customer),
        ];
        var otherMeter = database.NewMeter();
        using var otherNode = new MeterWriter(otherMeter, database.Database, database.Clock, NullLogger<MeterWriter>.Instance);
        await otherNode.StartAsync(default);

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            var meter = i % 2 == 0 ? database.Meter : otherMeter;
            var request = new ReserveRequest(tokens[i % 4 / 2].Token.ResellerId, tokens[i % 4 / 2].Token.SecretHash, "docx-to-pdf", 1);
            var result = await meter.ReserveAsync(request);
            while (result is ReserveResult.ShareReached)
            {
                result = await meter.ReserveAsync(request);
            }

            if (result is ReserveResult.Held held)
            {
                // Settled by either node equally often.
                await (i % 3 == 0 ? otherMeter : database.Meter).SettleAsync(new SettleRequest(held.Key, 1));
            }

            return (Token: i % 4 / 2, result);
        })));
        await otherNode.StopAsync(default);

        Assert.Equal(70, answers.Count(a => a is { Token: 0, result: ReserveResult.Held }));
        Assert.Equal(170, answers.Count(a => a is { Token: 1, result: ReserveResult.Held }));
        await using var db = database.OpenAll();
        Assert.Equal(
            Enumerable.Range(1, 240).Select(i => (long)i),
            await db.LedgerEntries.OrderBy(e => e.Sequence).Select(e => e.Sequence).ToListAsync());
        Assert.Equal([150L, 90L], await db.CreditLots.OrderBy(l => l.ExpiresAtUtc).Select(l => l.Used).ToListAsync());
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_brief_database_outage_loses_no_conversion_and_counts_none_twice()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 10_000, 100);
        var token = await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"));
        var isOver = false;
        var confirmed = 0;
        var unavailable = 0;
        var load = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                try
                {
                    if (await database.ReserveAsync(token.Secret) is ReserveResult.Held held
                        && await database.Meter.SettleAsync(new SettleRequest(held.Key, 1)) is SettleResult.Recorded)
                    {
                        Interlocked.Increment(ref confirmed);
                    }
                }
                catch (MeterUnavailableException)
                {
                    Interlocked.Increment(ref unavailable);
                }
            }
        })).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref confirmed) > 0, "conversions are confirmed");
        databases.PostgreSql.Crash();
        databases.PostgreSql.Run();
        var before = Volatile.Read(ref confirmed);
        await Eventually.TrueAsync(() => Volatile.Read(ref confirmed) > before, "the meter goes on once the server is back");
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(load);

        Assert.True(confirmed > before, "The meter goes on once the server is back.");
        database.Clock.Advance(ReservationSweepWorker.DeadAfter + TimeSpan.FromMinutes(1));
        var swept = await database.SweepAsync();
        await using var db = database.OpenAll();
        var entries = await db.LedgerEntries.ToListAsync();
        Assert.Equal(swept, entries.Count(e => e.Flags == EntryFlags.Unconfirmed));

        // A settlement that was committed but not acknowledged is still recorded exactly once.
        Assert.InRange(entries.Count, confirmed, confirmed + swept + unavailable);
        await database.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachServer]
    public async Task What_was_written_cannot_be_changed(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 10, 1);
        await database.UseAsync((await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, "Acme"))).Secret);
        await using var db = database.OpenAsOwner();

        foreach (var sql in (string[])[
            "UPDATE \"LedgerEntry\" SET \"Quantity\" = 0",
            "DELETE FROM \"LedgerEntry\"",
            "TRUNCATE TABLE \"LotDraw\"",
            "DELETE FROM \"AuditEntry\"",
        ])
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlRawAsync(sql));
            Assert.Matches("append-only|(?i)foreign key", refused.Message);
        }
    }
}

/// <summary>One server per test class, one database per test.</summary>
public sealed class PostgreSqlFixture : IDisposable
{
    public PostgreSqlServer Server { get; } = PostgreSqlServer.Start();

    public static PostgreSqlDialect Dialect { get; } = new(new ScopeKey(PostgreSqlServer.ScopeKey));

    public Task<TestDatabase> OpenAsync()
    {
        var name = $"portal_{Guid.NewGuid():N}";
        return TestDatabase.OpenAsync(
            Dialect, Server.Connection(name), Npgsql.NpgsqlConnection.ClearAllPools, ownerConnection: Server.OwnerConnection(name));
    }

    public void Dispose() => Server.Dispose();
}
