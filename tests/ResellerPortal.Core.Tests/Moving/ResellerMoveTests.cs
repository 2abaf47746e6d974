using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Moving;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Moving;

/// <summary>One reseller goes from an installation to another one, and both have other resellers.</summary>
public sealed class ResellerMoveTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [InlineData("PostgreSql", "PostgreSql")]
    [InlineData("Sqlite", "PostgreSql")]
    [InlineData("PostgreSql", "Sqlite")]
    [InlineData("Sqlite", "Sqlite")]
    public async Task A_reseller_moves_alone_and_every_tenant_sees_its_own_rows_before_and_after(string from, string to)
    {
        await using var source = await databases.OpenAsync(from);
        await using var target = await databases.OpenAsync(to);
        var fixture = await MoveFixture.CreateAsync(source, entries: 50);
        var staying = await AddTenantAsync(source, "staying");
        var resident = await AddTenantAsync(target, "resident");
        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);
        await source.UseAsync(fixture.Token.Secret);
        var early = await target.ReserveAsync(fixture.Token.Secret);

        var report = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.IsType<ReserveResult.ResellerMoving>(early);
        Assert.Empty(report.Faults);
        Assert.Equal(51, report.Entries);
        Assert.NotNull(Assert.IsType<ReserveResult.ResellerMoving>(await source.ReserveAsync(fixture.Token.Secret)).MovedAtUtc);
        await target.UseAsync(fixture.Token.Secret);
        await source.UseAsync(staying.Secret);
        await target.UseAsync(resident.Secret);
        await AssertSeesAsync(source, staying.Token.ResellerId, "staying");
        await AssertSeesAsync(target, resident.Token.ResellerId, "resident");
        await AssertSeesAsync(target, fixture.Reseller.Id, MoveFixture.Slug);
        await using var db = target.OpenAll();
        Assert.Equal([MoveFixture.Slug, "resident"], await db.Resellers.Select(r => r.Slug).OrderBy(s => s).ToListAsync());
        Assert.Equal(4, await db.Users.CountAsync());
        await target.AssertLedgerIsCleanAsync();
        await source.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachProvider]
    public async Task The_source_refuses_writes_to_what_moved_and_to_nothing_else(string provider)
    {
        await using var source = await databases.OpenAsync(provider);
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source, entries: 5);
        var staying = await AddTenantAsync(source, "staying");
        var held = await source.HoldAsync(fixture.Token.Secret);
        await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        await Assert.ThrowsAsync<MeterUnavailableException>(() => source.Meter.SettleAsync(new SettleRequest(held, 1)));
        await Assert.ThrowsAsync<DbUpdateException>(() => source.Data.AddCustomerAsync(fixture.Owner, "Late"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(async () =>
        {
            await using var db = source.OpenAll();
            await db.Resellers.Where(r => r.Id == fixture.Reseller.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Name, "Late"));
        });

        await source.UseAsync(staying.Secret);
        Assert.IsType<SettleResult.Recorded>(await target.Meter.SettleAsync(new SettleRequest(held, 1)));
        await target.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task What_moved_stays_closed_after_a_migration_that_copies_its_tables()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source, entries: 5);
        await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);
        await using (var owner = source.OpenAsOwner())
        {
            // SQLite copies a table to change its key, and its triggers stay behind.
            await owner.Database.ExecuteSqlRawAsync("DROP TRIGGER \"Customer_moving_insert\"");
            await source.Database.MigrateAsync();
        }

        await Assert.ThrowsAsync<DbUpdateException>(() => source.Data.AddCustomerAsync(fixture.Owner, "Late"));
    }

    [Fact]
    public async Task Work_that_happens_unasked_leaves_out_what_is_moving_on_both_sides()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await source.HoldAsync(fixture.Token.Secret);
        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);
        source.Clock.Advance(2 * ReservationSweepWorker.DeadAfter);
        target.Clock.Advance(2 * ReservationSweepWorker.DeadAfter);

        var arriving = await target.SweepAsync();
        await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.Equal(0, arriving);
        Assert.Equal(0, await source.SweepAsync());
        Assert.Equal(1, await target.SweepAsync());
        await target.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Secrets_are_encrypted_again_with_the_targets_keys()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);

        var report = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.Empty(report.Faults);
        var secrets = await new TokenAuthenticator(target.Database, target.Protection, target.Clock)
            .FindSecretsAsync(fixture.Token.Token.Id, default);
        Assert.Equal(fixture.Token.Secret, Assert.Single(secrets).Secret);
    }

    [Fact]
    public async Task A_source_whose_secrets_cannot_be_read_is_refused()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await using (var db = source.OpenAll())
        {
            var foreign = new EphemeralDataProtectionProvider().CreateProtector("other").Protect("secret");
            await db.ApiTokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.ProtectedSecret, foreign));
        }

        var refusal = await Assert.ThrowsAsync<CopyRefusedException>(
            () => fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default));

        Assert.Contains("A secret in the source cannot be decrypted", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_whom_the_target_knows_keeps_the_account_there()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        var resident = await AddTenantAsync(target, "resident");
        await using (var db = target.OpenAll())
        {
            await db.Users.Where(u => u.NormalizedEmail!.StartsWith("ADMIN@"))
                .ExecuteUpdateAsync(set => set
                    .SetProperty(u => u.NormalizedEmail, "ADMIN@FABRIKAM.EXAMPLE")
                    .SetProperty(u => u.NormalizedUserName, "ADMIN@FABRIKAM.EXAMPLE")
                    .SetProperty(u => u.PasswordHash, "of the target"));
        }

        var report = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.Empty(report.Faults);
        await using var arrived = target.OpenAll();
        var account = await arrived.Users.SingleAsync(u => u.NormalizedEmail == "ADMIN@FABRIKAM.EXAMPLE");
        Assert.Equal("of the target", account.PasswordHash);
        var customers = await arrived.Members.Where(m => m.UserId == account.Id).Select(m => m.CustomerId).ToListAsync();
        Assert.Equivalent(new CustomerId?[] { fixture.Customer.Id, resident.Token.CustomerId }, customers, strict: true);
        Assert.NotNull((await arrived.Users.SingleAsync(u => u.NormalizedEmail == "OWNER@NORTHWIND.EXAMPLE")).PasswordHash);
    }

    [Fact]
    public async Task Plans_that_the_reseller_ordered_go_along_and_are_not_offered()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await using var from = source.OpenAll();
        var plan = await from.BulkPlans.AsNoTracking().SingleAsync();
        await using (var db = target.OpenAll())
        {
            db.BulkPlans.Add(new BulkPlan
            {
                Name = plan.Name,
                Conversions = 1,
                PriceMinorUnits = 1,
                Currency = plan.Currency,
                ValidityDays = 1,
            });
            await db.SaveChangesAsync();
        }

        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);
        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);

        await using var arrived = target.OpenAll();
        var copy = await arrived.BulkPlans.SingleAsync(p => p.Id == plan.Id);
        Assert.False(copy.IsOffered);
        Assert.StartsWith(plan.Name + " (", copy.Name, StringComparison.Ordinal);
        Assert.Equal(2, await arrived.BulkPlans.CountAsync());
    }

    [Fact]
    public async Task A_last_pass_that_failed_can_be_cancelled_and_repeated()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source, entries: 10);
        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);
        await ChangeEntryAsync(target, "changed");
        var failed = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);
        var closed = await source.ReserveAsync(fixture.Token.Secret);
        await fixture.MoveTo(target).CancelAsync(MoveFixture.Slug, default);
        await source.UseAsync(fixture.Token.Secret);
        await source.Data.AddCustomerAsync(fixture.Owner, "Late");
        await ChangeEntryAsync(target, null);

        var report = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.NotEmpty(failed.Faults);
        Assert.Null(Assert.IsType<ReserveResult.ResellerMoving>(closed).MovedAtUtc);
        Assert.Empty(report.Faults);
        await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveTo(target).CancelAsync(MoveFixture.Slug, default));
        await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default));
    }

    [Fact]
    public async Task A_last_pass_that_was_killed_before_the_target_opened_is_finished_by_another()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source, entries: 10);
        await fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default);
        await using (var closing = await MoveFixture.ConnectAsync(source))
        {
            var now = source.Clock.GetUtcNow();
            await closing.BeginAsync(default);
            await MoveMarks.SetAsync(closing, fixture.Reseller.Id, now, now, default);
            await closing.CommitAsync(default);
        }

        await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default));
        var report = await fixture.MoveTo(target).FinishAsync(MoveFixture.Slug, default);

        Assert.Empty(report.Faults);
        await target.UseAsync(fixture.Token.Secret);
        await using var db = target.OpenAll();
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "resellers.moved"));
    }

    [Fact]
    public async Task Another_reseller_of_the_same_short_name_is_refused()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await target.Data.AddResellerAsync(MoveFixture.Slug);

        var same = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveTo(target).CopyAsync(MoveFixture.Slug, default));
        var unknown = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveTo(target).CopyAsync("nobody", default));

        Assert.Contains("another reseller", same.Message, StringComparison.Ordinal);
        Assert.Contains("no reseller 'nobody'", unknown.Message, StringComparison.Ordinal);
    }

    private static async Task<IssuedToken> AddTenantAsync(TestDatabase database, string slug)
    {
        var (_, owner) = await database.Data.AddResellerAsync(slug);
        await database.Data.BuyAsync(owner, 1_000, 10m);
        return await database.Data.IssueAsync(owner, await database.Data.AddCustomerAsync(owner, $"Customer of {slug}"));
    }

    private static async Task AssertSeesAsync(TestDatabase database, ResellerId reseller, string slug)
    {
        await using var db = database.Database.Open(TenantScope.ForReseller(reseller));
        Assert.Equal(slug, (await db.Resellers.SingleAsync()).Slug);
        Assert.All(await db.LedgerEntries.ToListAsync(), entry => Assert.Equal(reseller, entry.ResellerId));
        Assert.All(await db.ApiTokens.ToListAsync(), token => Assert.Equal(reseller, token.ResellerId));
        Assert.NotEmpty(await db.LedgerEntries.ToListAsync());
    }

    private static async Task ChangeEntryAsync(TestDatabase target, string? reference)
    {
        await using var owner = target.OpenAsOwner();
        await owner.Database.ExecuteSqlRawAsync("""ALTER TABLE "LedgerEntry" DISABLE TRIGGER USER""");
        await owner.LedgerEntries.Where(e => e.Sequence == 7).ExecuteUpdateAsync(set => set.SetProperty(e => e.Reference, reference));
        await owner.Database.ExecuteSqlRawAsync("""ALTER TABLE "LedgerEntry" ENABLE TRIGGER USER""");
    }
}
