using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Auditing;

public sealed class HistoryTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Fact]
    public async Task A_change_is_kept_with_what_was_there_before_and_from_where_it_came()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        var actor = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = reseller.Id, Role = Role.ResellerOwner },
            "owner@northwind.example",
            "203.0.113.7");
        await TestData.Valued(database.Data.Customers.UpdateAsync(
            actor,
            customer.Id,
            new CustomerDetails(
                "Acme GmbH", customer.Email, customer.Address with { City = "Bonn" }, null, TaxTreatment.Standard, 3, 500)));
        await database.Data.IssueAsync(owner, customer);

        var rows = (await new HistoryQueries(database.Database, database.Clock).ReadPageAsync(
            owner, new HistoryFilter(Permission.CustomersManage), 0, 10)).Rows;
        var token = Assert.Single(
            (await new HistoryQueries(database.Database, database.Clock).ReadPageAsync(owner, new HistoryFilter("tokens."), 0, 10)).Rows);

        Assert.Equal("203.0.113.7", rows[0].Entry.FromAddress);
        Assert.Equal(
            [new FieldChange("Customer.Name", "Acme", "Acme GmbH"), new FieldChange("Customer.Address.City", "Berlin", "Bonn")],
            rows[0].Changes.Where(c => c.Field is "Customer.Name" or "Customer.Address.City"));
        Assert.Equal(2, rows[0].Changes.Count);
        Assert.Contains(token.Changes, c => c is { Field: "ApiToken.ProtectedSecret", After: "•••" });
        Assert.DoesNotContain(
            token.Changes, c => c.Field.EndsWith("Id", StringComparison.Ordinal) && c.After == customer.ResellerId.ToString());
    }

    [Fact]
    public async Task An_entry_of_one_customer_holds_no_fields_of_another_that_was_written_beside_it()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        var other = await database.Data.AddCustomerAsync(owner, "Initech");
        await using var db = database.OpenAll();
        foreach (var customer in await db.Customers.ToListAsync())
        {
            customer.Email = $"new@{customer.Name}.example";
        }

        db.Audit(owner, database.Clock.GetUtcNow(), Permission.CustomersManage, "changed both", reseller.Id, acme.Id);

        var entry = db.ChangeTracker.Entries<AuditEntry>().Single().Entity;
        Assert.Equal([new FieldChange("Customer.Email", "admin@acme.example", "new@Acme.example")], FieldChanges.Parse(entry.Changes));
        Assert.NotEqual(acme.Id, other.Id);
    }

    [Fact]
    public async Task Entries_are_found_by_actor_day_event_and_text_within_their_tenant()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var (_, other) = await database.Data.AddResellerAsync("fabrikam");
        await database.Data.AddCustomerAsync(owner, "Acme");
        var history = new HistoryQueries(database.Database, database.Clock);
        var day = DateOnly.FromDateTime(database.Clock.GetUtcNow().UtcDateTime);

        Assert.Equal(1, (await history.ReadPageAsync(owner, new HistoryFilter(Text: "aCME"), 0, 10)).TotalCount);
        Assert.Equal(0, (await history.ReadPageAsync(owner, new HistoryFilter(To: day.AddDays(-1)), 0, 10)).TotalCount);
        Assert.Equal(0, (await history.ReadPageAsync(owner, new HistoryFilter(From: day.AddDays(1)), 0, 10)).TotalCount);
        Assert.Equal(2, (await history.ReadPageAsync(owner, new HistoryFilter(From: day, To: day), 0, 10)).TotalCount);
        Assert.Equal(0, (await history.ReadPageAsync(other, new HistoryFilter(Text: "Acme"), 0, 10)).TotalCount);
        Assert.Equal(3, (await history.ReadPageAsync(TestData.Operator, new HistoryFilter(), 0, 10)).TotalCount);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => history.ExportAsync(
            Actor.ForMember(new Member { UserId = Guid.NewGuid(), ResellerId = owner.Reseller, Role = Role.ResellerViewer }, "viewer"),
            new HistoryFilter()));

        Assert.Equal(2, (await history.ExportAsync(owner, new HistoryFilter())).Count);
        Assert.Equal(1, (await history.ReadPageAsync(owner, new HistoryFilter(Permission.HistoryExport), 0, 10)).TotalCount);
    }

    [Theory]
    [EachProvider]
    public async Task Each_tenants_entries_are_chained_and_nothing_of_them_can_be_changed(string provider)
    {
        await using var database = await OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.AddResellerAsync("fabrikam");
        await database.Data.AddCustomerAsync(owner, "Acme");
        using var sealing = Sealing(database);
        Assert.Equal(3, await sealing.SealAsync());
        await database.Data.AddCustomerAsync(owner, "Initech");
        Assert.Equal(1, await sealing.SealAsync());
        Assert.Equal(0, await sealing.SealAsync());
        await using var db = database.OpenAsOwner();

        Assert.Equal(
            [1, 2, 3],
            await db.AuditEntries
                .Where(a => a.ResellerId == owner.Reseller)
                .OrderBy(a => a.Sequence)
                .Select(a => a.Sequence!.Value)
                .ToListAsync());
        var report = await new AuditVerifier(database.Database).VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((4, 0, 0), (report.Sealed, report.Waiting, report.Erased));
#pragma warning disable EF1002, EF1003 // The words are this test's own.
        foreach (var set in (string[])[
            "\"Subject\" = 'x'",
            "\"ActorName\" = 'x'",
            "\"Action\" = 'x'",
            "\"AtUtc\" = 1",
            "\"Sequence\" = \"Sequence\" + 9",
            "\"Hash\" = NULL",
            "\"FromAddress\" = 'x'",
            "\"Changes\" = 'x'",
            "\"CustomerId\" = NULL, \"Salt\" = NULL",
        ])
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(
                () => db.Database.ExecuteSqlRawAsync("UPDATE \"AuditEntry\" SET " + set + " WHERE \"CustomerId\" IS NOT NULL"));
            Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        }
#pragma warning restore EF1002, EF1003

        Assert.Contains(
            "append-only",
            (await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlRawAsync("DELETE FROM \"AuditEntry\""))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_made_behind_the_triggers_breaks_the_chain()
    {
        await using var database = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.AddCustomerAsync(owner, "Acme");
        await database.Data.AddCustomerAsync(owner, "Initech");
        using var sealing = Sealing(database);
        await sealing.SealAsync();
        await using var db = database.OpenAll();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER \"AuditEntry_no_update\"; DROP TRIGGER \"AuditEntry_no_delete\"");

        await db.Database.ExecuteSqlRawAsync("UPDATE \"AuditEntry\" SET \"Subject\" = 'nothing' WHERE \"Sequence\" = 2");
        Assert.Contains(
            await FaultsAsync(database), f => f.Contains("entry 2: its text differs from the sealed text", StringComparison.Ordinal));
        await db.Database.ExecuteSqlRawAsync("UPDATE \"AuditEntry\" SET \"AtUtc\" = \"AtUtc\" + 1 WHERE \"Sequence\" = 3");
        Assert.Contains(await FaultsAsync(database), f => f.Contains("entry 3: its hash does not follow", StringComparison.Ordinal));
        await db.Database.ExecuteSqlRawAsync("DELETE FROM \"AuditEntry\" WHERE \"Sequence\" = 2");
        Assert.Contains(await FaultsAsync(database), f => f.Contains("number 2 is missing", StringComparison.Ordinal));
    }

    [Theory]
    [EachServer]
    public async Task Two_nodes_that_seal_at_once_leave_one_chain(string provider)
    {
        await using var database = await OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        for (var i = 0; i < 30; i++)
        {
            await database.Data.AddCustomerAsync(owner, $"Customer {i}");
        }

        using var one = Sealing(database);
        using var two = Sealing(database);
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            try
            {
                await (i % 2 == 0 ? one : two).SealAsync();
                return true;
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or DbUpdateException)
            {
                return false;
            }
        })));
        await one.SealAsync();

        Assert.Contains(true, runs);
        var report = await new AuditVerifier(database.Database).VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((31, 0), (report.Sealed, report.Waiting));
    }

    [Theory]
    [EachProvider]
    public async Task Erased_persons_leave_the_chain_intact(string provider)
    {
        await using var database = await OpenAsync(provider);
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind");
        var jane = Guid.NewGuid();
        var actor = Actor.ForMember(
            new Member { UserId = jane, ResellerId = reseller.Id, Role = Role.ResellerOwner },
            "jane@northwind.example",
            "203.0.113.7");
        await database.Data.AddCustomerAsync(actor, "Acme");
        await database.Data.AddCustomerAsync(owner, "Initech");
        using var sealing = Sealing(database);
        await sealing.SealAsync();
        await using var db = database.OpenAll();

        Assert.Equal(1, await AuditEraser.DropAddressesAsync(db, database.Clock.GetUtcNow().AddDays(1), default));
        Assert.Equal(0, (await new AuditVerifier(database.Database).VerifyAsync()).Erased);
        await AuditEraser.ReplaceUserAsync(db, jane, "jane@northwind.example", "deleted user", within: null, default);

        Assert.DoesNotContain(
            await db.AuditEntries.AsNoTracking().ToListAsync(),
            a => a.ActorName.Contains("jane", StringComparison.Ordinal) || a.FromAddress is not null);
        var report = await new AuditVerifier(database.Database).VerifyAsync();
        Assert.Empty(report.Faults);
        Assert.Equal((3, 1), (report.Sealed, report.Erased));
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(TestDatabase database) =>
        (await new AuditVerifier(database.Database).VerifyAsync()).Faults;

    private static AuditSealingWorker Sealing(TestDatabase database) =>
        new(database.Database, database.Clock, NullLogger<AuditSealingWorker>.Instance);

    private Task<TestDatabase> OpenAsync(string provider) => databases.OpenAsync(provider);
}
