using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using ResellerPortal.Core.Persistence.Copying;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>Copies tables of SQL Server with its bulk protocol, as their owner in the scope of all tenants.</summary>
public sealed class SqlServerCopyDialect : CopyDialect
{
    /// <summary>A command takes 2,100 parameters at most.</summary>
    private const int MaxParameters = 2_000;

    protected override string LimitBefore => "TOP (@rows) ";

    protected override string LimitAfter => "";

    public override async Task<DbConnection> OpenAsync(string connectionString, bool isAlone, CancellationToken cancellationToken)
    {
        var builder = new SqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            ApplicationName = "Reseller Portal, copy",
            ConnectRetryCount = 0,
        };
        var connection = new SqlConnection(builder.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new SqlCommand(SqlServerSession.GetStatement("*", ""), connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    public override async Task<DbTransaction> LockAsync(
        DbConnection connection,
        IReadOnlyList<CopyTable> tables,
        string runtimeConnectionString,
        CancellationToken cancellationToken)
    {
        await using (var query = new SqlCommand(ConnectedQuery, (SqlConnection)connection))
        {
            query.Parameters.AddWithValue("@user", new SqlConnectionStringBuilder(runtimeConnectionString).UserID);
            SqlConnection.ClearAllPools();
            await CheckDisconnectedAsync(async () => (int)(await query.ExecuteScalarAsync(cancellationToken))!, cancellationToken);
        }

        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using var command = new SqlCommand(WaitStatement(tables), (SqlConnection)connection, (SqlTransaction)transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (SqlException failure) when (failure.Number == LockTimeout)
        {
            throw new CopyRefusedException("Another program is writing to the database. Stop it, and finish again.", failure);
        }

        return transaction;
    }

    /// <summary>Triggers, which apply to the running portal alone; the model says that each of these tables has one.</summary>
    public override IEnumerable<string> GuardStatements(IReadOnlyList<CopyTable> tables)
    {
        foreach (var table in tables.Where(t => t.IsOwned))
        {
            yield return Guard(table.Name, "INSERT, UPDATE, DELETE", """
                EXISTS (SELECT 1 FROM dbo.[Reseller] r WHERE r.[MovingSinceUtc] IS NOT NULL
                    AND (r.[Id] IN (SELECT [ResellerId] FROM inserted) OR r.[Id] IN (SELECT [ResellerId] FROM deleted)))
                """);
        }

        yield return Guard("Reseller", "UPDATE", "EXISTS (SELECT 1 FROM deleted WHERE [MovingSinceUtc] IS NOT NULL)");

        static string Guard(string table, string verbs, string condition) => $"""
            CREATE OR ALTER TRIGGER dbo.[{GetGuardName(table)}] ON dbo.[{table}] AFTER {verbs} AS
            BEGIN
                SET NOCOUNT ON;
                IF IS_ROLEMEMBER('{SqlServerAccess.Role}') = 1 AND {condition}
                    THROW 50003, 'The reseller is being moved to another database', 1;
            END
            """;
    }

    public override string WaitStatement(IReadOnlyList<CopyTable> tables) =>
        "SET LOCK_TIMEOUT 10000; " + string.Join(' ', tables.Select(t => $"SELECT TOP (0) 1 FROM {Quote(t)} WITH (TABLOCKX, HOLDLOCK);"));

    public override DbParameter CreateParameter(string name, CopyValueKind kind) => new SqlParameter
    {
        ParameterName = name,
        SqlDbType = kind switch
        {
            CopyValueKind.Boolean => SqlDbType.Bit,
            CopyValueKind.Int32 => SqlDbType.Int,
            CopyValueKind.Int64 => SqlDbType.BigInt,
            CopyValueKind.Id => SqlDbType.UniqueIdentifier,
            CopyValueKind.Date => SqlDbType.Date,
            CopyValueKind.Bytes => SqlDbType.VarBinary,
            _ => SqlDbType.NVarChar,
        },
    };

    public override string Quote(string name) => $"[{name}]";

    /// <summary>In the server's own order of ids; it knows no comparison of several columns at once.</summary>
    public override string After(CopyTable table)
    {
        var key = table.KeyColumns;
        return $"({string.Join(" OR ", key.Select((_, i) => $"({string.Join(" AND ", First(i))})"))})";

        IEnumerable<string> First(int last) => key.Take(last + 1).Select((c, i) => $"{Quote(c.Name)} {(i == last ? '>' : '=')} @k{i}");
    }

    public override async Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken cancellationToken)
    {
        using var bulk = new SqlBulkCopy(
            (SqlConnection)connection,
            SqlBulkCopyOptions.KeepIdentity | SqlBulkCopyOptions.KeepNulls | SqlBulkCopyOptions.CheckConstraints,
            (SqlTransaction)transaction);
        using var data = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        foreach (var column in columns)
        {
            data.Columns.Add(column.Name, GetType(column.Kind));
            bulk.ColumnMappings.Add(column.Name, column.Name);
        }

        foreach (var row in rows)
        {
            data.Rows.Add(Array.ConvertAll(row, ToRowValue));
        }

        (bulk.DestinationTableName, bulk.BulkCopyTimeout) = (Quote(table), 0);
        await bulk.WriteToServerAsync(data, cancellationToken);
    }

    public override async Task FindAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> keys,
        Action<DbDataReader> found,
        CancellationToken cancellationToken)
    {
        foreach (var part in keys.Chunk(MaxParameters / table.Key.Length))
        {
            await using var command = new SqlCommand(
                FindStatement(table, columns, part.Length), (SqlConnection)connection, (SqlTransaction?)transaction);
            for (var row = 0; row < part.Length; row++)
            {
                for (var i = 0; i < table.Key.Length; i++)
                {
                    var parameter = CreateParameter($"@r{row}_{i}", table.KeyColumns[i].Kind);
                    parameter.Value = ToParameterValue(part[row][i]);
                    command.Parameters.Add(parameter);
                }
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found(reader);
            }
        }
    }

    /// <summary>The trigger that refuses writes to rows of resellers that are moving.</summary>
    internal static string GetGuardName(string table) => $"{table}_moving";

    internal string FindStatement(CopyTable table, IReadOnlyList<CopyColumn> columns, int rows)
    {
        var key = table.KeyColumns;
        var values = Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", key.Select((_, i) => $"@r{row}_{i}"))})");
        return $"SELECT {string.Join(", ", columns.Select(c => "t." + Quote(c.Name)))} FROM (VALUES {string.Join(", ", values)}) "
            + $"AS k({string.Join(", ", key.Select((_, i) => "k" + i))}) JOIN {Quote(table)} t "
            + $"ON {string.Join(" AND ", key.Select((c, i) => $"t.{Quote(c.Name)} = k.k{i}"))}";
    }

    /// <summary>The portal's sessions. Seeing those of others takes VIEW SERVER STATE, without which the locks alone decide.</summary>
    private const string ConnectedQuery = """
        SELECT COUNT(*) FROM sys.dm_exec_sessions
        WHERE database_id = DB_ID() AND session_id <> @@SPID AND @user <> N'' AND login_name = @user
        """;

    private const int LockTimeout = 1222;

    private static object ToRowValue(object? value) => value is DateOnly day ? day.ToDateTime(default) : value ?? DBNull.Value;

    private static Type GetType(CopyValueKind kind) => kind switch
    {
        CopyValueKind.Boolean => typeof(bool),
        CopyValueKind.Int32 => typeof(int),
        CopyValueKind.Int64 => typeof(long),
        CopyValueKind.Id => typeof(Guid),
        CopyValueKind.Date => typeof(DateTime),
        CopyValueKind.Bytes => typeof(byte[]),
        _ => typeof(string),
    };
}
