using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>The tables of SQL Server, by the model and by the script that creates them.</summary>
public sealed partial class SqlServerModelTests
{
    private const int MaxClusteredKeyBytes = 900;

    private const int MaxIndexBytes = 1_700;

    private static readonly IRelationalModel Model = Open(new SqlServerDialect(), "Server=none;Database=portal");

    private static readonly string Script = CreateScript();

    [Fact]
    public void Every_text_is_compared_by_its_characters_as_on_the_other_databases()
    {
        var texts = Columns(Model).Where(IsText).ToList();

        Assert.NotEmpty(texts);
        Assert.All(texts, column => Assert.Equal(SqlServerModel.Collation, column.Collation));
        Assert.DoesNotContain(Columns(Open(new SqliteDialect(), "Data Source=none.db")), c => c.Collation is not null);
    }

    [Fact]
    public void The_migration_of_the_collation_reaches_every_text_and_takes_its_keys_apart_first()
    {
        foreach (var column in Columns(Model).Where(IsText).Where(c => !IsCreatedWithCollation(c)))
        {
            var name = $"ALTER TABLE {Quote(column.Table)} ALTER COLUMN [{column.Name}] {column.StoreType} COLLATE "
                + SqlServerModel.Collation;
            var altered = Script.IndexOf(name, StringComparison.Ordinal);
            Assert.True(altered > 0, name);
            if (column.Table.PrimaryKey is { } key && key.Columns.Contains(column))
            {
                var dropped = Script.LastIndexOf($"DROP CONSTRAINT [{key.Name}]", altered, StringComparison.Ordinal);
                var added = Script.LastIndexOf($"CONSTRAINT [{key.Name}] PRIMARY KEY", altered, StringComparison.Ordinal);
                Assert.True(dropped > added && added > 0, $"{key.Name} is there while {column.Name} is altered.");
                Assert.Contains($"ADD CONSTRAINT [{key.Name}] PRIMARY KEY", Script[altered..], StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Tables and columns that are newer than the collation have it from the beginning.</summary>
    private static bool IsCreatedWithCollation(IColumn column)
    {
        if (Script.Contains(
            $"ALTER TABLE {Quote(column.Table)} ADD [{column.Name}] {column.StoreType} COLLATE {SqlServerModel.Collation}",
            StringComparison.Ordinal))
        {
            return true;
        }

        var created = Script.IndexOf($"CREATE TABLE {Quote(column.Table)} (", StringComparison.Ordinal);
        return created >= 0 && Script[created..Script.IndexOf(");", created, StringComparison.Ordinal)].Contains(
            $"[{column.Name}] {column.StoreType} COLLATE {SqlServerModel.Collation}", StringComparison.Ordinal);
    }

    [Fact]
    public void No_key_is_wider_than_the_server_allows()
    {
        foreach (var table in Model.Tables)
        {
            var key = table.PrimaryKey!;
            var most = key.MappedKeys.Any(k => k.IsClustered() == false) ? MaxIndexBytes : MaxClusteredKeyBytes;
            Assert.True(Width(key.Columns) <= most, key.Name);
            Assert.All(table.Indexes, index => Assert.True(Width(index.Columns) <= MaxIndexBytes, index.Name));
        }
    }

    [Fact]
    public void No_instant_is_rounded_since_all_are_whole_microseconds_and_days() => Assert.DoesNotContain(
        Columns(Model), c => c.StoreType.Contains("time", StringComparison.Ordinal));

    [Fact]
    public void No_statement_has_too_many_parameters() =>
        Assert.All(Model.Tables, table => Assert.InRange(table.Columns.Count(), 1, 2_100 / 2));

    /// <summary>A locked row is found by FORCESEEK, which the server refuses where no index leads to it.</summary>
    [Fact]
    public void An_index_leads_to_the_lots_that_are_locked_by_their_reseller() => Assert.Contains(
        Model.FindTable("CreditLot", null)!.Indexes, index => index.Columns[0].Name == nameof(CreditLot.ResellerId));

    [Fact]
    public void What_is_append_only_cannot_be_truncated_either_and_EF_knows_of_its_triggers()
    {
        using var db = Context(new SqlServerDialect(), "Server=none;Database=portal");
        foreach (var table in SqlServerModel.AppendOnlyTables)
        {
            var key = string.Join(", ", Model.FindTable(table, null)!.PrimaryKey!.Columns.Select(c => $"[{c.Name}]"));
            Assert.Matches(
                $@"CONSTRAINT \[FK_TruncationGuard_{table}\] FOREIGN KEY \({Regex.Escape(key)}\)\s+REFERENCES \[{table}\]", Script);
            Assert.Contains($"CREATE TRIGGER [{table}_append_only] ON [{table}] AFTER UPDATE, DELETE", Script, StringComparison.Ordinal);
            Assert.NotEmpty(db.Model.GetEntityTypes().Single(e => e.GetTableName() == table).GetDeclaredTriggers());
        }
    }

    [Fact]
    public void The_first_thing_that_a_migration_does_is_what_needs_rights_on_the_database()
    {
        var (setting, table) = (
            Script.IndexOf("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON", StringComparison.Ordinal),
            Script.IndexOf("CREATE TABLE [AccountEmail]", StringComparison.Ordinal));

        Assert.InRange(setting, 1, table);
        Assert.Contains("snapshot_isolation_state IN (0, 2)", Script[..setting], StringComparison.Ordinal);
        Assert.Contains("Let an administrator run", Script[setting..table], StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN TRANSACTION", Script[..setting], StringComparison.Ordinal);
    }

    private static int Width(IEnumerable<IColumn> columns) => columns.Sum(column => column.StoreType switch
    {
        "uniqueidentifier" => 16,
        "bigint" => 8,
        "int" => 4,
        "date" => 3,
        "bit" => 1,
        var type when Sized().Match(type) is { Success: true } sized =>
            int.Parse(sized.Groups[2].ValueSpan, CultureInfo.InvariantCulture) * (sized.Groups[1].Value == "nvarchar" ? 2 : 1),
        var type => throw new InvalidOperationException($"{column.Table.Name}.{column.Name} is {type}, whose width is unknown."),
    });

    private static IEnumerable<IColumn> Columns(IRelationalModel model) => model.Tables.SelectMany(table => table.Columns);

    private static bool IsText(IColumn column) =>
        column.StoreType.StartsWith("nvarchar", StringComparison.Ordinal) && column.PropertyMappings.Any();

    private static string Quote(ITable table) => table.Schema is null ? $"[{table.Name}]" : $"[{table.Schema}].[{table.Name}]";

    private static string CreateScript()
    {
        using var db = Context(new SqlServerDialect(), "Server=none;Database=portal");
        return db.GetService<IMigrator>().GenerateScript();
    }

    private static IRelationalModel Open(IDatabaseDialect dialect, string connection)
    {
        using var db = Context(dialect, connection);
        return db.GetService<IDesignTimeModel>().Model.GetRelationalModel();
    }

    private static PortalDbContext Context(IDatabaseDialect dialect, string connection) =>
        new(PortalDatabase.OptionsFor(dialect, connection), TenantScope.CrossTenants("test"));

    [GeneratedRegex(@"^(nvarchar|varbinary)\(([0-9]+)\)$")]
    private static partial Regex Sized();
}
