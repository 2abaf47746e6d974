using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Tests have no SQL Server, so they check the generated SQL text.</summary>
public sealed class SqlServerTests
{
    [Fact]
    public void Rows_are_locked_for_update_to_the_end_of_the_transaction() => Assert.Equal(
        "SELECT [Id], [Name] FROM [Customer] WITH (UPDLOCK, ROWLOCK, HOLDLOCK) WHERE [Id] = @p0",
        new SqlServerDialect().SelectStatement("Customer", ["Id", "Name"], "[Id] = @p0", isLocking: true));

    [Fact]
    public void Sums_are_merged_by_an_update_and_an_insert_where_there_is_no_row() => Assert.Equal(
        "UPDATE [T] SET [Sum] = [Sum] + @p1, [High] = CASE WHEN [High] < @p2 THEN @p2 ELSE [High] END WHERE [Key] = @p0; "
        + "IF @@ROWCOUNT = 0 INSERT INTO [T] ([Key], [Sum], [High]) VALUES (@p0, @p1, @p2)",
        new SqlServerDialect().MergeStatement("T", ["Key", "Sum", "High"], ["Key"], ["Sum"], ["High"]));

    [Fact]
    public void The_migration_makes_the_ledger_append_only()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);

        Assert.Contains("CREATE TABLE [LedgerEntry]", script, StringComparison.Ordinal);
        Assert.Contains("CREATE TRIGGER [LedgerEntry_append_only] ON [LedgerEntry] AFTER UPDATE, DELETE", script, StringComparison.Ordinal);
        Assert.Contains("CREATE TRIGGER [LotDraw_append_only]", script, StringComparison.Ordinal);
    }

    /// <summary>The session's context is set once for each use of a connection; a second statement cannot change it.</summary>
    [Fact]
    public void No_statement_can_choose_another_scope() => Assert.Equal(
        "EXEC sp_set_session_context N'reseller', @reseller, @read_only = 1; "
        + "EXEC sp_set_session_context N'customer', @customer, @read_only = 1;",
        SqlServerDialect.SetTenant);

    [Fact]
    public void The_policy_covers_every_table_and_lets_customers_write_only_what_customers_write()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        var tables = TableAccess.FromModel(db);

        var policy = SqlServerAccess.Statements(tables, "").Single(s => s.StartsWith("CREATE SECURITY POLICY", StringComparison.Ordinal));

        Assert.All(tables, t => Assert.Contains($"ON [{t.Schema ?? "dbo"}].[{t.Name}] AFTER INSERT", policy, StringComparison.Ordinal));
        foreach (var expected in (string[])[
            "ADD FILTER PREDICATE portal.tenant_row([ResellerId], [CustomerId], 'C') ON [dbo].[Invoice],",
            "ADD BLOCK PREDICATE portal.tenant_row([ResellerId], [CustomerId], 'R') ON [dbo].[Invoice] AFTER UPDATE",
            "ADD BLOCK PREDICATE portal.tenant_row([ResellerId], [CustomerId], 'C') ON [dbo].[ApiToken] AFTER UPDATE",
            "ADD FILTER PREDICATE portal.tenant_row([ResellerId], NULL, 'R') ON [dbo].[CreditLot]",
            "ADD FILTER PREDICATE portal.tenant_row(NULL, NULL, 'I') ON [identity].[AspNetUsers]",
            "ADD BLOCK PREDICATE portal.tenant_row(NULL, NULL, 'O') ON [dbo].[BulkPlan] AFTER UPDATE",
        ])
        {
            Assert.Contains(expected, policy, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("ON [dbo].[LedgerEntry] AFTER UPDATE", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_running_portal_is_granted_no_more_than_it_writes()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");

        var statements = SqlServerAccess.Statements(TableAccess.FromModel(db), "web]'app").ToList();

        Assert.Contains("GRANT SELECT, INSERT ON [dbo].[LedgerEntry] TO portal_runtime", statements);
        Assert.Contains("REVOKE UPDATE, DELETE ON [dbo].[LedgerEntry] FROM portal_runtime", statements);
        Assert.Contains("GRANT SELECT, INSERT, UPDATE ON [dbo].[AuditEntry] TO portal_runtime", statements);
        Assert.Contains("GRANT SELECT, INSERT ON [identity].[DataProtectionKeys] TO portal_runtime", statements);
        Assert.Contains("IF USER_ID(N'web]''app') IS NULL CREATE USER [web]]'app] FOR LOGIN [web]]'app]", statements);
        Assert.Contains("ALTER ROLE portal_runtime ADD MEMBER [web]]'app]", statements);
        Assert.DoesNotContain(
            statements, s => s.Contains("ALTER ON", StringComparison.Ordinal) || s.Contains("CONTROL", StringComparison.Ordinal));
    }

    [Fact]
    public void The_tenant_filter_is_in_every_statement()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");

        Assert.Contains("[ResellerId] = @", db.LedgerEntries.Where(e => e.Quantity > 1).ToQueryString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Migrations_of_all_providers_are_up_to_date_with_the_model()
    {
        using var sqlite = Open(new SqliteDialect(), "Data Source=none.db");
        using var server = Open(new SqlServerDialect(), "Server=none;Database=portal");

        Assert.False(sqlite.Database.HasPendingModelChanges());
        using var postgres = Open(new PostgreSqlDialect(new ScopeKey(new string('k', ScopeKey.MinLength))), "Host=none;Database=portal");
        Assert.False(server.Database.HasPendingModelChanges());
        Assert.False(postgres.Database.HasPendingModelChanges());
    }

    private static PortalDbContext Open(IDatabaseDialect dialect, string connection) =>
        new(PortalDatabase.OptionsFor(dialect, connection), TenantScope.ForReseller(ResellerId.New()));
}
