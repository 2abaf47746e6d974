using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Credits;

public sealed class LotTermsTests
{
    [Fact]
    public async Task Overage_is_drawn_after_all_plans_at_its_own_cost_and_ends_at_its_number()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner, token) = await SellAsync(sqlite, lot: 2);
        await TestData.Valued(sqlite.Data.Lots.SetOverageAsync(TestData.Operator, reseller.Id, 3, 0.03m));

        await sqlite.UseAsync(token.Secret, 4);
        Assert.IsType<ReserveResult.CreditsExhausted>(await sqlite.ReserveAsync(token.Secret, 2));
        await sqlite.UseAsync(token.Secret);

        await using var db = sqlite.OpenAll();
        var draws = await db.LotDraws
            .OrderBy(d => d.Sequence)
            .ThenBy(d => d.UnitCostMicros)
            .Select(d => ValueTuple.Create(d.Quantity, d.UnitCostMicros))
            .ToListAsync();
        Assert.Equal([(2, 15_000), (2, 30_000), (1, 30_000)], draws);
        Assert.All(await db.LedgerEntries.ToListAsync(), e => Assert.Equal(EntryFlags.None, e.Flags));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Blocking_overage_ends_it_at_once_and_keeps_what_was_used()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner, token) = await SellAsync(sqlite, lot: 1);
        await TestData.Valued(sqlite.Data.Lots.SetOverageAsync(TestData.Operator, reseller.Id, 10, 0.03m));
        await sqlite.UseAsync(token.Secret, 3);

        await TestData.Valued(sqlite.Data.Lots.SetOverageAsync(TestData.Operator, reseller.Id, 0, 0));

        Assert.IsType<ReserveResult.CreditsExhausted>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_lot_that_starts_later_is_not_drawn_before()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var plan = await sqlite.Data.OfferAsync(10, 1);
        var order = await TestData.Valued(sqlite.Data.Orders.OrderAsync(owner, plan.Id, Guid.NewGuid()));
        await TestData.Valued(
            sqlite.Data.OrderPayments.ConfirmAsync(TestData.Operator, order.Id, "paid", sqlite.Clock.GetUtcNow().AddDays(3)));
        var token = await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Acme"));

        Assert.IsType<ReserveResult.CreditsExhausted>(await sqlite.ReserveAsync(token.Secret));
        sqlite.Clock.Advance(TimeSpan.FromDays(3));
        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
    }

    [Fact]
    public async Task A_lot_is_adjusted_with_a_reason_and_never_below_what_is_used_or_held()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner, token) = await SellAsync(sqlite, lot: 10);
        await sqlite.UseAsync(token.Secret, 4);
        await sqlite.HoldAsync(token.Secret, 2);
        await using var db = sqlite.OpenAll();
        var lot = await db.CreditLots.SingleAsync();

        Assert.Contains(
            "at most 4",
            (await sqlite.Data.Lots.AdjustAsync(TestData.Operator, lot.Id, -5, "too many")).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.True((await sqlite.Data.Lots.AdjustAsync(TestData.Operator, lot.Id, 5, " ")).IsRefused);
        await TestData.Valued(sqlite.Data.Lots.AdjustAsync(TestData.Operator, lot.Id, -4, "sold twice by mistake"));
        Assert.IsType<ReserveResult.ShareReached>(await sqlite.ReserveAsync(token.Secret));
        await TestData.Valued(sqlite.Data.Lots.AdjustAsync(TestData.Operator, lot.Id, 4, "goodwill"));

        Assert.IsType<ReserveResult.Held>(await sqlite.ReserveAsync(token.Secret));
        await sqlite.AssertLedgerIsCleanAsync();
        await db.Database.ExecuteSqlRawAsync("UPDATE CreditLot SET Conversions = 100");
        Assert.Contains(
            (await new LedgerVerifier(sqlite.Database).VerifyAsync()).Faults,
            f => f.Contains("the size differs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_operator_adjusts_lots()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        var actor = Actor.ForMember(new Member { UserId = Guid.NewGuid(), ResellerId = reseller.Id, Role = Role.ResellerOwner }, "owner");

        await Assert.ThrowsAsync<PermissionDeniedException>(() => sqlite.Data.Lots.AdjustAsync(actor, Guid.NewGuid(), 1, "mine"));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => sqlite.Data.Lots.SetOverageAsync(actor, reseller.Id, 1, 0));
    }

    private static async Task<(Reseller Reseller, Actor Owner, IssuedToken Token)> SellAsync(TestDatabase sqlite, long lot)
    {
        var (reseller, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, lot, lot * 0.015m);
        return (reseller, owner, await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Acme")));
    }
}
