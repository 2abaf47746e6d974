using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class LedgerTests
{
    private static readonly Guid One = new("00000000-0000-0000-0000-000000000001");

    [Fact]
    public void The_canonical_form_is_what_is_written_down()
    {
        Assert.Equal(
            "1\n00000000-0000-0000-0000-000000000001\n7\nUsage\n1\n2000000\n00000000-0000-0000-0000-000000000001\n"
                + "prodüction\ndocx-to-pdf\n3\nGateway\n00000000-0000-0000-0000-000000000001\n\n1\n\n0102\n",
            Encoding.UTF8.GetString(LedgerHash.Canonical(Entry("prodüction"))));

        // Calculated independently: sha256sum over 32 zero bytes and the text above.
        Assert.Equal(
            "20ded9c3cdea43b9379dd5608ea8defaf70a065a4da7d380503d2af280a892f9",
            Convert.ToHexStringLower(LedgerHash.Compute(Entry("prodüction"))));
    }

    [Fact]
    public void A_line_break_in_a_text_is_refused_since_it_could_forge_a_field() =>
        Assert.Throws<ArgumentException>(() => LedgerHash.Canonical(Entry("a\nb")));

    [Theory]
    [InlineData("UPDATE LedgerEntry SET Quantity = 0")]
    [InlineData("DELETE FROM LedgerEntry")]
    [InlineData("UPDATE LotDraw SET CostMicros = 0")]
    [InlineData("DELETE FROM LotDraw")]
    [InlineData("DELETE FROM AuditEntry")]
    [InlineData("INSERT OR REPLACE INTO LedgerEntry SELECT * FROM LedgerEntry")]
    [InlineData("INSERT OR REPLACE INTO LotDraw SELECT * FROM LotDraw")]
    [InlineData("INSERT OR REPLACE INTO AuditEntry SELECT * FROM AuditEntry")]
    [InlineData("""
        INSERT OR REPLACE INTO AuditEntry (rowid, Id, Chain, AtUtc, Action, ActorName, Subject)
        SELECT rowid, randomblob(16), Chain, AtUtc, Action, ActorName, 'forged' FROM AuditEntry LIMIT 1
        """)]
    public async Task The_database_refuses_to_change_what_was_written(string sql)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        await SellAsync(sqlite);
        await using var db = sqlite.OpenAll();

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlRawAsync(sql));

        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE LedgerEntry SET Quantity = Quantity + 1 WHERE Sequence = 2", "chain breaks at entry 2")]
    [InlineData("DELETE FROM LedgerEntry WHERE Sequence = 2", "entry 2 is missing")]
    [InlineData("UPDATE LotDraw SET CostMicros = 1 WHERE Sequence = 1", "lot draws of entry 1")]
    [InlineData("UPDATE ApiToken SET Used = 0", "the counters differ")]
    [InlineData("UPDATE CreditLot SET Used = 0", "the counters differ")]
    [InlineData("UPDATE UsageRollup SET Quantity = 0", "daily usage")]
    [InlineData("UPDATE Customer SET LastSequence = 2", "chain head at entry 2 does not match")]
    public async Task Tampering_below_the_portal_is_found(string sql, string fault)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        await SellAsync(sqlite);
        await sqlite.AssertLedgerIsCleanAsync();
        await using var db = sqlite.OpenAll();
        await db.Database.ExecuteSqlRawAsync(
            "DROP TRIGGER LedgerEntry_no_update; DROP TRIGGER LedgerEntry_no_delete; DROP TRIGGER LotDraw_no_update;");
        await db.Database.ExecuteSqlRawAsync(sql);

        var report = await new LedgerVerifier(sqlite.Database).VerifyAsync();

        Assert.Contains(report.Faults, f => f.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Any_mixture_of_reserve_settle_and_release_leaves_a_clean_ledger_within_its_limits()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 150, 3);
        await sqlite.Data.BuyAsync(owner, 100, 3, validityDays: 10);
        var customers = new[] { await sqlite.Data.AddCustomerAsync(owner, "Acme"), await sqlite.Data.AddCustomerAsync(owner, "Blue") };
        var tokens = new[]
        {
            await sqlite.Data.IssueAsync(owner, customers[0], limit: 60),
            await sqlite.Data.IssueAsync(owner, customers[0]),
            await sqlite.Data.IssueAsync(owner, customers[1], limit: 90),
        };
        var random = new Random();
        for (var round = 0; round < 8; round++)
        {
            var steps = Enumerable
                .Range(0, 40)
                .Select(_ => (Token: random.Next(3), Quantity: random.NextInt64(1, 6), Ending: random.Next(4)))
                .ToList();
            await Task.WhenAll(steps.Select(step => Task.Run(async () =>
            {
                var (token, quantity, ending) = step;
                if (await sqlite.ReserveAsync(tokens[token].Secret, quantity) is ReserveResult.Held held && ending > 0)
                {
                    // 1: settled as reserved, 2: settled for less, 3: released; 0 stays in flight.
                    await sqlite.Meter.SettleAsync(
                        new SettleRequest(held.Key, ending switch { 1 => quantity, 2 => quantity / 2, _ => 0 }));
                }
            })));
            await AssertWithinLimitsAsync(sqlite);
        }

        await sqlite.AssertLedgerIsCleanAsync();
    }

    private static async Task AssertWithinLimitsAsync(TestDatabase sqlite)
    {
        await using var db = sqlite.OpenAll();
        Assert.All(
            await db.ApiTokens.Where(t => t.UsageLimit != null).ToListAsync(), t => Assert.True(t.Used + t.Reserved <= t.UsageLimit));
        Assert.All(await db.CreditLots.ToListAsync(), l => Assert.True(l.Used + l.Reserved <= l.Conversions));
    }

    private static async Task SellAsync(TestDatabase sqlite)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 100, 2);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var token = await sqlite.Data.IssueAsync(owner, customer);
        for (var i = 0; i < 3; i++)
        {
            await sqlite.UseAsync(token.Secret, 2);
        }
    }

    private static LedgerEntry Entry(string environment) => new()
    {
        ResellerId = ResellerId.New(),
        CustomerId = new CustomerId(One),
        Sequence = 7,
        Kind = EntryKind.Usage,
        OccurredAtUtc = UtcMicroseconds.ToInstant(1),
        RecordedAtUtc = UtcMicroseconds.ToInstant(2_000_000),
        TokenId = One,
        Environment = environment,
        Converter = "docx-to-pdf",
        Quantity = 3,
        Source = UsageSource.Gateway,
        RequestId = One,
        Flags = EntryFlags.Overrun,
        CostCommitment = [1, 2],
        PreviousHash = LedgerHash.Genesis,
    };
}
