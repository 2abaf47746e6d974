using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Moving;

public sealed class CopyTableTests
{
    [Fact]
    public void Every_table_of_the_model_goes_with_an_installation_and_all_but_a_few_with_a_reseller()
    {
        using var db = Open(new SqliteDialect(), "Data Source=none.db");
        var tables = CopyTable.FromModel(db);
        var modelled = db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(modelled, tables.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.All(tables, table => Assert.True(CopyScope.Installation.Includes(table)));
        Assert.Equal(
            [
                "ArchivedMonth", "AspNetUserClaims", "BulkPlan", "ConverterCost", "DataProtectionKeys", "PaymentComparison",
                "SignInFailure", "UserSession",
            ],
            tables.Where(t => t.FindReasonToLeave() is not null).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_column_is_copied_or_marks_the_move()
    {
        using var db = Open(new SqliteDialect(), "Data Source=none.db");
        var copied = CopyTable.FromModel(db).SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}"));
        var modelled = db.Model.GetRelationalModel().Tables
            .Where(t => t.EntityTypeMappings.Any())
            .SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}"));

        Assert.Equal(
            ["ApiToken.MovedAtUtc", "ApiToken.MovingSinceUtc", "Reseller.MovedAtUtc", "Reseller.MovingSinceUtc"],
            modelled.Except(copied).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_providers_agree_on_tables_columns_and_order()
    {
        using var sqlite = Open(new SqliteDialect(), "Data Source=none.db");
        using var postgreSql = Open(new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), "Host=none");
        using var sqlServer = Open(new SqlServerDialect(), "Server=none");

        var expected = Describe(sqlite).ToList();

        Assert.Equal(expected, Describe(postgreSql));
        Assert.Equal(expected, Describe(sqlServer));
    }

    [Fact]
    public void A_table_comes_after_those_that_it_refers_to()
    {
        using var db = Open(new SqliteDialect(), "Data Source=none.db");
        var order = CopyTable.FromModel(db).Select(t => t.Name).ToList();

        Assert.All(
            db.Model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()).Where(f => !f.IsOwnership),
            key => Assert.True(
                order.IndexOf(key.PrincipalEntityType.GetTableName()!) < order.IndexOf(key.DeclaringEntityType.GetTableName()!),
                $"{key.DeclaringEntityType.GetTableName()} comes too early."));
    }

    [Fact]
    public void Only_tables_numbered_for_each_customer_are_continued_behind_their_last_number()
    {
        using var db = Open(new SqliteDialect(), "Data Source=none.db");

        Assert.Equal(
            ["BalanceTransaction", "LedgerEntry", "LotDraw"],
            CopyTable.FromModel(db).Where(t => t.IsSequenced).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_encrypted_text_is_known_to_be_one()
    {
        using var db = Open(new SqliteDialect(), "Data Source=none.db");
        var known = CopyTable.FromModel(db)
            .SelectMany(t => t.Columns.Where(c => c.ProtectedFor is not null).Select(c => $"{t.Name}.{c.Name}"))
            .Order(StringComparer.Ordinal);
        var named = db.Model.GetEntityTypes()
            .SelectMany(e => e.GetProperties().Where(p => p.Name.Contains("Protected", StringComparison.Ordinal))
                .Select(p => $"{e.GetTableName()}.{p.GetColumnName()}"))
            .Order(StringComparer.Ordinal)
            .ToList();

        Assert.Equal(5, named.Count);
        Assert.Equal(named, known);
    }

    [Fact]
    public void Every_table_of_a_reseller_is_guarded_on_each_provider()
    {
        using var db = Open(new SqlServerDialect(), "Server=none");
        var tables = CopyTable.FromModel(db);
        var owned = tables.Where(t => t.IsOwned).Select(t => t.Name).Append("Reseller").ToList();

        var sqlServer = new SqlServerCopyDialect().GuardStatements(tables).ToList();
        var postgreSql = new PostgreSqlCopyDialect().GuardStatements(tables).ToList();
        var sqlite = new SqliteCopyDialect().GuardStatements(tables).ToList();

        Assert.Equal(owned.Count, sqlServer.Count);
        Assert.All(owned, table =>
        {
            Assert.Contains(sqlServer, s => s.Contains($"ON dbo.[{table}] AFTER", StringComparison.Ordinal));
            Assert.Contains(FindEntity(db, table).GetDeclaredTriggers(), t => t.ModelName == $"{table}_moving");
            Assert.Contains(
                postgreSql, s => s.Contains($" ON \"{table}\" FOR EACH ROW", StringComparison.Ordinal));
            Assert.Contains(
                sqlite, s => s.Contains($"BEFORE UPDATE ON \"{table}\"", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void SQL_Server_reads_pages_behind_a_key_of_several_columns()
    {
        using var db = Open(new SqlServerDialect(), "Server=none");
        var table = CopyTable.FromModel(db).Single(t => t.Name == "LotAdjustment");
        var dialect = new SqlServerCopyDialect();

        Assert.Equal(
            "SELECT TOP (@rows) [Quantity] FROM [LotAdjustment] WHERE (([ResellerId] > @k0) OR ([ResellerId] = @k0 AND [Id] > @k1)) "
                + "ORDER BY [ResellerId], [Id]",
            dialect.Page(table, [new CopyColumn("Quantity", CopyValueKind.Int64)], [dialect.After(table)]));
        Assert.Equal(
            "SELECT t.[Quantity] FROM (VALUES (@r0_0, @r0_1), (@r1_0, @r1_1)) AS k(k0, k1) JOIN [LotAdjustment] t "
                + "ON t.[ResellerId] = k.k0 AND t.[Id] = k.k1",
            dialect.FindStatement(table, [new CopyColumn("Quantity", CopyValueKind.Int64)], 2));
    }

    private static IEntityType FindEntity(DbContext db, string table) =>
        db.GetService<IDesignTimeModel>().Model.GetEntityTypes()
            .First(e => e.GetTableName() == table && !e.IsMappedToJson());

    private static IEnumerable<string> Describe(DbContext db) =>
        CopyTable.FromModel(db).Select(t => $"{t.Name}: {string.Join(", ", t.Columns.Select(c => c.ToString()))}");

    private static PortalDbContext Open(IDatabaseDialect dialect, string connection) =>
        new PortalDatabase(dialect, connection).Open(TenantScope.CrossTenants("test"));
}
