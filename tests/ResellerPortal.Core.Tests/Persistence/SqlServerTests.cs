using System.Data;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Tests have no SQL Server, so they check the generated SQL text.</summary>
public sealed partial class SqlServerTests
{
    private const string InOrder = "OPTION (LOOP JOIN, FORCE ORDER, USE HINT ('DISABLE_OPTIMIZED_NESTED_LOOP'))";

    [Fact]
    public void Rows_are_locked_for_update_to_the_end_of_the_transaction_in_the_order_of_their_set_and_no_others() => Assert.Equal(
        "SELECT [Id], [Name] FROM @rows AS v JOIN [Customer] WITH (UPDLOCK, ROWLOCK, FORCESEEK) ON [Id] = v.c0 " + InOrder,
        new SqlServerDialect().Statements.Select("Customer", ["Id", "Name"], ["Id"], null, ["Id"], isLocking: true));

    [Fact]
    public void Rows_are_changed_by_seeking_each_by_its_key()
    {
        var statements = new SqlServerDialect().Statements;

        Assert.Equal(
            "UPDATE t SET [A] = v.c0 FROM @rows AS v JOIN [T] AS t WITH (UPDLOCK, ROWLOCK, FORCESEEK) ON [R] = v.c1 AND [Id] = v.c2 "
            + InOrder,
            statements.Update("T", ["A"], ["R", "Id"]));
        Assert.Equal(
            "DELETE t FROM @rows AS v JOIN [T] AS t WITH (UPDLOCK, ROWLOCK, FORCESEEK) ON [R] = v.c0 AND [Id] = v.c1 " + InOrder,
            statements.Delete("T", ["R", "Id"]));
        Assert.Equal("INSERT INTO [T] ([R], [Id]) SELECT v.c0, v.c1 FROM @rows AS v " + InOrder, statements.Insert("T", ["R", "Id"]));
    }

    [Fact]
    public void Sums_are_merged_by_an_update_and_an_insert_of_those_that_have_no_row() => Assert.Equal(
        "UPDATE t SET [Sum] = [Sum] + v.c1, [High] = CASE WHEN [High] < v.c2 THEN v.c2 ELSE [High] END "
        + $"FROM @rows AS v JOIN [T] AS t WITH (UPDLOCK, ROWLOCK, FORCESEEK) ON [Key] = v.c0 {InOrder}; "
        + "INSERT INTO [T] ([Key], [Sum], [High]) SELECT v.c0, v.c1, v.c2 FROM @rows AS v "
        + $"WHERE NOT EXISTS (SELECT 1 FROM [T] WITH (UPDLOCK, ROWLOCK, FORCESEEK) WHERE [Key] = v.c0) {InOrder}",
        new SqlServerDialect().Statements.Merge("T", ["Key", "Sum", "High"], ["Key"], ["Sum"], ["High"]));

    /// <summary>A text cut to its column's length would be another text; compared without its collation, it is an error.</summary>
    [Fact]
    public void Rows_are_one_text_that_the_server_reads_as_a_table_of_the_columns_types()
    {
        var statement = new BulkStatement("SELECT 1 FROM @rows AS v", command =>
        [
            new SqlParameter("@p0", SqlDbType.UniqueIdentifier),
            new SqlParameter("@p1", SqlDbType.NVarChar, 100),
            new SqlParameter("@p2", SqlDbType.NVarChar, -1),
            new SqlParameter("@p3", SqlDbType.VarBinary, 32),
        ]);

        Assert.Equal(
            "SELECT 1 FROM (SELECT j.c0 AS c0, CAST(j.c1 AS nvarchar(101)) COLLATE Latin1_General_100_BIN2 AS c1, "
            + "j.c2 COLLATE Latin1_General_100_BIN2 AS c2, CAST(j.c3 AS varbinary(33)) AS c3 FROM OPENJSON(@rows) WITH ("
            + "c0 uniqueidentifier '$[0]', c1 nvarchar(max) '$[1]', c2 nvarchar(max) '$[2]', c3 varbinary(max) '$[3]') AS j) AS v",
            RowSet.CreateText(statement));
    }

    [Fact]
    public void Every_statement_on_every_table_of_the_meter_has_types_that_sets_of_rows_know()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        var dialect = new SqlServerDialect();

        Assert.All(
            [
                TableMap<LedgerEntry>.Get(db, dialect).Insert.Text,
                TableMap<LotDraw>.Get(db, dialect).Insert.Text,
                TableMap<Reservation>.Get(db, dialect).Insert.Text,
                TableMap<UsageRollup>.Get(db, dialect).Insert.Text,
                TableMap<UsageAlert>.Get(db, dialect).Insert.Text,
                TableMap<ApiToken>.Get(db, dialect).Delete.Text,
            ],
            statement => Assert.DoesNotContain(" FROM @rows", RowSet.CreateText(statement), StringComparison.Ordinal));
    }

    [Fact]
    public void Values_are_written_as_the_server_reads_them()
    {
        var step = new Values(
            [Guid.Parse("0d4f2a90-3c06-4b8e-9d43-6d0f5f0f2f11"), true, long.MinValue, 7, new DateOnly(2026, 2, 3), "it's \"ą\" \\", null],
            [Guid.Empty, false, 0L, 0, new DateOnly(1, 1, 1), "", new byte[] { 0, 255 }]);

        var command = RowSet.CreateCommand(step, 0..2);

        Assert.Equal(
            "[[\"0d4f2a90-3c06-4b8e-9d43-6d0f5f0f2f11\",true,-9223372036854775808,7,\"2026-02-03\","
            + "\"it's \\\"ą\\\" \\\\\",null],"
            + "[\"00000000-0000-0000-0000-000000000000\",false,0,0,\"0001-01-01\",\"\",\"AP8=\"]]",
            Assert.Single(command.Parameters.Cast<SqlParameter>()).Value);
        Assert.Equal(
            "[[\"00000000-0000-0000-0000-000000000000\",false,0,0,\"0001-01-01\",\"\",\"AP8=\"]]",
            RowSet.CreateCommand(step, 1..2).Parameters[0].Value);
    }

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
    public void No_statement_can_choose_another_scope()
    {
        var statement = SqlServerSession.GetStatement("*", "it's");

        Assert.Contains("EXEC sp_set_session_context N'reseller', N'*', @read_only = 1;", statement, StringComparison.Ordinal);
        Assert.Contains("EXEC sp_set_session_context N'customer', N'it''s', @read_only = 1;", statement, StringComparison.Ordinal);
    }

    /// <summary>The pool leaves the level as the last transaction had it; set in a batch with parameters, it would be undone.</summary>
    [Fact]
    public void No_isolation_level_reaches_the_next_use_of_a_connection()
    {
        var statement = SqlServerSession.GetStatement("", "");

        Assert.StartsWith("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; ", statement, StringComparison.Ordinal);
        Assert.Equal(["@read_only", "@read_only"], Parameter().Matches(statement).Select(m => m.Value));
    }

    [Fact]
    public void A_broken_connection_is_opened_anew_with_its_tenant_and_no_failure_is_repeated_from_memory()
    {
        var connection = new SqlConnectionStringBuilder(
            new SqlServerDialect().GetConnectionString("Server=none;Connect Retry Count=3", TenantScope.None));

        Assert.Equal((0, PoolBlockingPeriod.NeverBlock), (connection.ConnectRetryCount, connection.PoolBlockingPeriod));
    }

    [Theory]
    [InlineData(-2, 11, true)]
    [InlineData(1205, 13, true)]
    [InlineData(3960, 16, true)]
    [InlineData(4060, 11, true)]
    [InlineData(40613, 17, true)]
    [InlineData(99999, 20, true)]
    [InlineData(2627, 14, false)]
    [InlineData(2628, 16, false)]
    [InlineData(50001, 16, false)]
    public void A_transaction_is_tried_again_after_what_passes_and_after_nothing_else(int number, byte severity, bool isTransient) =>
        Assert.Equal(isTransient, TransientFaults.IsTransient(number, severity));

    [Fact]
    public async Task No_rows_are_no_batch_which_the_driver_refuses()
    {
        await using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");

        var batch = new RowBatch(new PortalDatabase(new SqlServerDialect(), "Server=none;Database=portal"), db);
        batch.Insert<LedgerEntry>([]);
        batch.Read<Customer>(Array.Empty<RowKey>(), isLocking: true, _ => { });
        await batch.RunAsync();
    }

    [Fact]
    public void Many_rows_are_sent_in_statements_that_lock_no_table()
    {
        Assert.Equal([0..500, 500..1_000, 1_000..1_200], SqlServerDialect.Divide(1_200));
        Assert.Equal([0..500], SqlServerDialect.Divide(500));
    }

    /// <summary>The server sorts ids by their last bytes first; all lock in one order, whichever it is.</summary>
    [Fact]
    public async Task Rows_are_locked_in_the_order_of_their_ids_here_and_one_after_another()
    {
        var dialect = new RecordsLocks();
        await using var db = Open(dialect, "Server=none;Database=portal");
        var reseller = ResellerId.New();
        Guid[] ids = [
            new("00000000-0000-0000-0000-000000000002"),
            new("10000000-0000-0000-0000-000000000001"),
            new("00000000-0000-0000-0000-000000000002"),
        ];

        await new PortalDatabase(dialect, "Server=none;Database=portal").LockRowsAsync<Customer>(db, reseller, ids.Reverse(), default);

        Assert.Equal([new RowKey(reseller, ids[0]), new RowKey(reseller, ids[1])], dialect.Locked);
    }

    [Fact]
    public void More_values_than_parameters_are_sent_as_one()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        List<CustomerId> ids = [.. Enumerable.Range(0, 3_000).Select(_ => CustomerId.New())];

        var query = db.Customers.Where(c => ids.Contains(c.Id));

        using var command = query.CreateDbCommand();
        Assert.InRange(command.Parameters.Count, 1, 2_100);
        Assert.Contains("OPENJSON", command.CommandText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot_isolation_state IN (0, 2)", "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")]
    [InlineData("is_read_committed_snapshot_on = 0", "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT")]
    [InlineData("CAST(value AS int) <> 1", "ALTER DATABASE SCOPED CONFIGURATION SET MAXDOP = 1")]
    public void A_setting_of_the_database_is_changed_only_where_it_differs_and_a_refusal_is_explained(string condition, string change)
    {
        var statement = Assert.Single(SqlServerSettings.Statements, s => s.Contains(change, StringComparison.Ordinal));

        Assert.Matches($"^IF EXISTS .*{Regex.Escape(condition)}", statement);
        Assert.Contains($"EXEC(N'{change}')", statement, StringComparison.Ordinal);
        Assert.Contains($"administrator run {change} there, and migrate again", statement, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policys_function_compares_texts_and_no_variants()
    {
        var function = Statements("").Single(s => s.StartsWith("CREATE FUNCTION", StringComparison.Ordinal));

        Assert.Equal(
            ["CAST(SESSION_CONTEXT(N'reseller') AS nvarchar(36))", "CAST(SESSION_CONTEXT(N'customer') AS nvarchar(36))"],
            SessionContext().Matches(function).Select(m => m.Value));
    }

    /// <summary>All of them run in one transaction, so that no statement of the portal runs without a policy.</summary>
    [Fact]
    public void The_policy_is_dropped_before_its_function_and_created_again_after_it()
    {
        var order = Statements("").Where(s => s.Contains("tenant_", StringComparison.Ordinal)).Select(s => s.Split('(')[0]).ToList();

        Assert.Equal(
            [
                "IF EXISTS ", "DROP FUNCTION IF EXISTS portal.tenant_row", "CREATE FUNCTION portal.tenant_row",
                "CREATE SECURITY POLICY portal.tenant_policy\n    ADD FILTER PREDICATE portal.tenant_row",
            ],
            order);
    }

    [Theory]
    [InlineData("HAS_PERMS_BY_NAME(N'dbo.LedgerEntry', N'OBJECT', N'ALTER') = 1")]
    [InlineData("HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CONTROL') = 1")]
    [InlineData("HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'ALTER ANY SECURITY POLICY') = 1")]
    public void A_login_that_could_truncate_the_ledger_or_lift_the_policy_is_an_owner(string right) =>
        Assert.Contains(right, SqlServerAccess.OwnerQuery, StringComparison.Ordinal);

    [Fact]
    public void The_policy_covers_every_table_and_lets_customers_write_only_what_customers_write()
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        var tables = TableAccess.FromModel(db);

        var policy = SqlServerAccess.Statements(tables, "").Single(s => s.StartsWith("CREATE SECURITY POLICY", StringComparison.Ordinal));

        // What the running portal does not write it is granted no write on, so there is nothing to block.
        var written = tables.Where(t => t.Writes != RowWrites.None).ToList();
        Assert.Equal(["ArchivedMonth", "ArchivedRange"], tables.Except(written).Select(t => t.Name));
        Assert.All(written, t => Assert.Contains($"ON [{t.Schema ?? "dbo"}].[{t.Name}] AFTER INSERT", policy, StringComparison.Ordinal));
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

    private static IEnumerable<string> Statements(string user)
    {
        using var db = Open(new SqlServerDialect(), "Server=none;Database=portal");
        return SqlServerAccess.Statements(TableAccess.FromModel(db), user);
    }

    private static PortalDbContext Open(IDatabaseDialect dialect, string connection) =>
        new(PortalDatabase.OptionsFor(dialect, connection), TenantScope.ForReseller(ResellerId.New()));

    [GeneratedRegex("@[a-z_]+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"(CAST\()?SESSION_CONTEXT\(N'[a-z]+'\)( AS [a-z()0-9]+\))?")]
    private static partial Regex SessionContext();

    private sealed class Values(params object?[][] rows) : BulkStep(new BulkStatement("SELECT 1", _ => []), null)
    {
        public override Type? Written => null;

        public override int Count => rows.Length;

        public override void AddValues(int row, IRowValues values) => Array.ForEach(rows[row], values.Add);
    }

    private sealed class RecordsLocks() : ForwardingDialect(new SqlServerDialect())
    {
        public List<RowKey> Locked { get; } = [];

        public override Task RunAsync(PortalDbContext db, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
        {
            Locked.AddRange(steps.SelectMany(BoxedValues.FromRows).Select(row => new RowKey(new ResellerId((Guid)row[0]!), (Guid)row[1]!)));
            return Task.CompletedTask;
        }
    }
}
