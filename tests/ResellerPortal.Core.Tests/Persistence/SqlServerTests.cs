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
        using var postgres = Open(new PostgreSqlDialect(), "Host=none;Database=portal");
        Assert.False(server.Database.HasPendingModelChanges());
        Assert.False(postgres.Database.HasPendingModelChanges());
    }

    private static PortalDbContext Open(IDatabaseDialect dialect, string connection) =>
        new(PortalDatabase.OptionsFor(dialect, connection), TenantScope.ForReseller(ResellerId.New()));
}
