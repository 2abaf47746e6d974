using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Moving;

/// <summary>An installation goes from a SQLite file to a server.</summary>
public sealed class InstallationMoveTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private const int Entries = (2 * TableCopier.PageRows) + 500;

    [Theory]
    [EachServer]
    public async Task An_installation_is_copied_while_the_meter_writes_and_a_killed_copy_is_continued(string provider)
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source, Entries);
        await using var target = await databases.OpenAsync(provider);
        using var over = new CancellationTokenSource();
        var meter = ConvertAsync(fixture, over.Token);
        var kill = new KillingProgress(p => p is { Table: "LedgerEntry", Done: >= TableCopier.PageRows });
        await Assert.ThrowsAsync<OperationCanceledException>(() => fixture.MoveWithKeysTo(target, kill).CopyAsync(null, default));
        var arrived = await CountEntriesAsync(target);

        var resumed = new List<CopyProgress>();
        var copied = await fixture.MoveWithKeysTo(target, new RecordingProgress(resumed)).CopyAsync(null, default);
        var added = await CountEntriesAsync(target) - arrived;
        await over.CancelAsync();
        var converted = await meter;
        var again = await fixture.MoveWithKeysTo(target).CopyAsync(null, default);
        await source.StopAsync();
        var report = await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        Assert.True(kill.HasKilled);
        Assert.InRange(arrived, TableCopier.PageRows, Entries - 1);
        Assert.True(converted > 0, "The meter wrote nothing meanwhile.");
        Assert.Equal(added, resumed.Last(p => p.Table == "LedgerEntry").Done);
        Assert.True(copied.Written > again.Written, "The second pass copied everything again.");
        Assert.Empty(report.Faults);
        Assert.All(report.Tables, table => Assert.True(table.IsEqual, table.Table));
        Assert.Equal(Entries + converted, report.Entries);
        await target.AssertLedgerIsCleanAsync();
        await target.UseAsync(fixture.Token.Secret);
        await target.AssertLedgerIsCleanAsync();
    }

    [Theory]
    [EachServer]
    public async Task A_source_that_was_left_refuses_every_request_and_every_write(string provider)
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source, entries: 5);
        await using var target = await databases.OpenAsync(provider);
        await source.StopAsync();
        await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        await source.RestartAsync();

        var refusal = Assert.IsType<ReserveResult.ResellerMoving>(await source.ReserveAsync(fixture.Token.Secret));
        Assert.Equal(source.Clock.GetUtcNow(), refusal.MovedAtUtc);
        await Assert.ThrowsAsync<DbUpdateException>(() => source.Data.AddCustomerAsync(fixture.Owner, "Late"));
        Assert.Contains(
            "already",
            (await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveWithKeysTo(target).FinishAsync(null, default))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_was_left_is_not_moved_to_another_target_that_would_serve_nobody()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source, entries: 5);
        await using var target = await databases.OpenAsync("PostgreSql");
        await using var second = await databases.OpenAsync("PostgreSql");
        await source.StopAsync();
        await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        foreach (var move in (Func<Task>[])[
            () => fixture.MoveWithKeysTo(second).CopyAsync(null, default),
            () => fixture.MoveWithKeysTo(second).FinishAsync(null, default),
        ])
        {
            Assert.Contains(
                "moved to another database already",
                (await Assert.ThrowsAsync<CopyRefusedException>(move)).Message,
                StringComparison.Ordinal);
        }

        await using var db = second.OpenAll();
        Assert.Empty(await db.Resellers.ToListAsync());
    }

    [Fact]
    public async Task A_last_pass_is_refused_while_a_node_has_the_file_open()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source);
        await source.UseAsync(fixture.Token.Secret);
        await using var target = await databases.OpenAsync("PostgreSql");

        var refusal = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveWithKeysTo(target).FinishAsync(null, default));

        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
        await source.UseAsync(fixture.Token.Secret);
        Assert.IsType<ReserveResult.ResellerMoving>(await target.ReserveAsync(fixture.Token.Secret));
    }

    [Fact]
    public async Task A_last_pass_is_refused_while_a_node_is_connected_to_the_server()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await source.UseAsync(fixture.Token.Secret);
        await using var target = await TestDatabaseOnSqlite.OpenAsync();

        var refusal = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveWithKeysTo(target).FinishAsync(null, default));
        await source.StopAsync();
        var report = await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        Assert.Contains("still connected", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(report.Faults);
        await target.UseAsync(fixture.Token.Secret);
        await target.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task An_entry_that_was_changed_in_the_target_keeps_it_from_taking_over()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source, entries: 20);
        await using var target = await databases.OpenAsync("PostgreSql");
        await fixture.MoveWithKeysTo(target).CopyAsync(null, default);
        await using (var owner = target.OpenAsOwner())
        {
            await owner.Database.ExecuteSqlRawAsync(
                """
                ALTER TABLE "LedgerEntry" DISABLE TRIGGER USER;
                UPDATE "LedgerEntry" SET "Reference" = 'changed' WHERE "Sequence" = 7;
                ALTER TABLE "LedgerEntry" ENABLE TRIGGER USER
                """);
        }

        await source.StopAsync();
        var report = await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        Assert.Equal("LedgerEntry", Assert.Single(report.Tables, t => !t.IsEqual).Table);
        Assert.Contains(report.Faults, f => f.Contains("the chain breaks at entry 7", StringComparison.Ordinal));
        await source.RestartAsync();
        await source.UseAsync(fixture.Token.Secret);
        Assert.IsType<ReserveResult.ResellerMoving>(await target.ReserveAsync(fixture.Token.Secret));
    }

    [Theory]
    [EachServer]
    public async Task Every_value_arrives_as_it_was_and_what_was_changed_or_removed_follows(string provider)
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source, entries: 3);
        await using var target = await databases.OpenAsync(provider);
        var image = Enumerable.Range(0, 70_000).Select(i => (byte)i).ToArray();
        var lockedUntil = UtcMicroseconds.ToInstant(UtcMicroseconds.From(DateTimeOffset.MaxValue));
        await using (var db = source.OpenAll())
        {
            var customer = await db.Customers.SingleAsync(c => c.Id == fixture.Customer.Id);
            (customer.Name, customer.BuyerReference, customer.VatId) = ("Zażółć 😀 \uFFFD  ", "", null);
            customer.MonthlyBudget = long.MaxValue;
            db.Logos.Add(new Logo { Hash = "a", ResellerId = fixture.Reseller.Id, Image = image });
            db.Logos.Add(new Logo { Hash = "b", ResellerId = fixture.Reseller.Id, Image = [] });
            var user = await db.Users.FirstAsync();
            user.LockoutEnd = lockedUntil;
            db.Add(new IdentityUserPasskey<Guid>
            {
                UserId = user.Id,
                CredentialId = [1, 2, 0, 255],
                Data = new IdentityPasskeyData
                {
                    Name = "Key 😀",
                    PublicKey = [251, 255, 0, 1],
                    AttestationObject = [2],
                    ClientDataJson = [],
                    CreatedAt = source.Clock.GetUtcNow(),
                    Transports = ["usb"],
                },
            });
            await db.SaveChangesAsync();
        }

        await fixture.MoveWithKeysTo(target).CopyAsync(null, default);
        await using (var db = source.OpenAll())
        {
            await db.Logos.Where(l => l.Hash == "b").ExecuteDeleteAsync();
            await db.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.Email, "  changed@fabrikam.example "));
        }

        await source.StopAsync();
        var report = await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        Assert.Empty(report.Faults);
        await using var arrived = target.OpenAll();
        var moved = await arrived.Customers.SingleAsync(c => c.Id == fixture.Customer.Id);
        Assert.Equal(("Zażółć 😀 \uFFFD  ", "", null), (moved.Name, moved.BuyerReference, moved.VatId));
        Assert.Equal((long.MaxValue, "  changed@fabrikam.example "), (moved.MonthlyBudget, moved.Email));
        Assert.Equal(image, Assert.Single(await arrived.Logos.ToListAsync()).Image);
        Assert.Equal(lockedUntil, (await arrived.Users.FirstAsync(u => u.LockoutEnd != null)).LockoutEnd);
        var passkey = (await arrived.Set<IdentityUserPasskey<Guid>>().SingleAsync()).Data;
        Assert.Equal(("Key 😀", source.Clock.GetUtcNow()), (passkey.Name, passkey.CreatedAt));
        Assert.Equal([251, 255, 0, 1], passkey.PublicKey);
        Assert.Empty(passkey.ClientDataJson);
    }

    [Fact]
    public async Task Two_rows_may_have_exchanged_a_unique_name_between_two_passes_by_way_of_a_third()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source);
        var other = await source.Data.AddCustomerAsync(fixture.Owner, "Contoso");
        await using var target = await databases.OpenAsync("PostgreSql");
        await fixture.MoveWithKeysTo(target).CopyAsync(null, default);
        await RenameAsync(other, "Contoso and sons");
        await RenameAsync(fixture.Customer, "Contoso");

        await fixture.MoveWithKeysTo(target).CopyAsync(null, default);

        await using var arrived = target.OpenAll();
        Assert.Equal(["Contoso", "Contoso and sons"], await arrived.Customers.Select(c => c.Name).OrderBy(n => n).ToListAsync());

        async Task RenameAsync(Customer customer, string name)
        {
            await using var db = source.OpenAll();
            await db.Customers.Where(c => c.Id == customer.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Name, name));
        }
    }

    [Fact]
    public async Task A_target_with_data_of_its_own_is_refused()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source);
        await using var target = await databases.OpenAsync("PostgreSql");
        await target.Data.AddOperatorAsync("operator@other.example");

        var users = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveWithKeysTo(target).CopyAsync(null, default));
        await target.Data.AddResellerAsync("other");
        var resellers = await Assert.ThrowsAsync<CopyRefusedException>(() => fixture.MoveWithKeysTo(target).CopyAsync(null, default));

        Assert.Contains("users", users.Message, StringComparison.Ordinal);
        Assert.Contains("reseller other", resellers.Message, StringComparison.Ordinal);
        await using var db = target.OpenAll();
        Assert.Equal("other", (await db.Resellers.SingleAsync()).Slug);
    }

    [Fact]
    public async Task A_reseller_that_had_left_before_does_not_come_to_life_with_the_installation()
    {
        await using var source = await databases.OpenAsync("PostgreSql");
        await using var elsewhere = await databases.OpenAsync("PostgreSql");
        await using var target = await databases.OpenAsync("PostgreSql");
        var fixture = await MoveFixture.CreateAsync(source);
        await fixture.MoveTo(elsewhere).FinishAsync(MoveFixture.Slug, default);
        var (_, staying) = await source.Data.AddResellerAsync("staying");
        await source.Data.BuyAsync(staying, 10, 1m);
        var token = await source.Data.IssueAsync(staying, await source.Data.AddCustomerAsync(staying, "Contoso"));
        await source.StopAsync();

        var report = await fixture.MoveWithKeysTo(target).FinishAsync(null, default);

        Assert.Empty(report.Faults);
        await target.UseAsync(token.Secret);
        Assert.NotNull(Assert.IsType<ReserveResult.ResellerMoving>(await target.ReserveAsync(fixture.Token.Secret)).MovedAtUtc);
    }

    [Fact]
    public async Task Keys_that_the_targets_settings_cannot_read_are_refused()
    {
        await using var source = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await MoveFixture.CreateAsync(source);
        await using var target = await databases.OpenAsync("PostgreSql");

        var refusal = await Assert.ThrowsAsync<CopyRefusedException>(
            () => fixture.MoveTo(target, targetProtection: new EphemeralDataProtectionProvider()).CopyAsync(null, default));

        Assert.Contains("DataProtection", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<long> CountEntriesAsync(TestDatabase database)
    {
        await using var db = database.OpenAll();
        return await db.LedgerEntries.LongCountAsync();
    }

    /// <summary>Converts until it is told to stop.</summary>
    private static async Task<int> ConvertAsync(MoveFixture fixture, CancellationToken over)
    {
        var converted = 0;
        while (!over.IsCancellationRequested)
        {
            await Task.Run(() => fixture.Source.UseAsync(fixture.Token.Secret), CancellationToken.None);
            converted++;
        }

        return converted;
    }

    private sealed class RecordingProgress(List<CopyProgress> reports) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => reports.Add(value);
    }
}
