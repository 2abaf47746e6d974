using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using ResellerPortal.Core.Persistence.Copying;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>Copies tables of a SQLite file, row by row with prepared statements.</summary>
public sealed class SqliteCopyDialect : CopyDialect
{
    /// <summary>https://www.sqlite.org/c3ref/c_dbconfig_defensive.html</summary>
    private const int EnableTriggers = 1003;

    private const string InUse =
        "The database file is in use. Stop the portal and every other program that has it open, and finish again.";

    /// <summary>
    /// Alone, the file is locked until it is closed (https://www.sqlite.org/pragma.html#pragma_locking_mode). The triggers that protect
    /// rows from the portal, and those of resellers that are moving, do not concern a copy.
    /// </summary>
    public override async Task<DbConnection> OpenAsync(string connectionString, bool isAlone, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            DefaultTimeout = isAlone ? 1 : 60,
            Mode = SqliteOpenMode.ReadWrite,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        raw.sqlite3_db_config(connection.Handle, EnableTriggers, 0, out _);
        if (isAlone)
        {
            SqliteConnection.ClearAllPools();
            try
            {
                foreach (var statement in (string[])["PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT"])
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = statement;
                    await command.ExecuteScalarAsync(cancellationToken);
                }
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            {
                await connection.DisposeAsync();
                throw new CopyRefusedException(InUse, failure);
            }
        }

        return connection;
    }

    public override async Task<DbTransaction> LockAsync(
        DbConnection connection,
        IReadOnlyList<CopyTable> tables,
        string runtimeConnectionString,
        CancellationToken cancellationToken) => await connection.BeginTransactionAsync(cancellationToken);

    public override IEnumerable<string> GuardStatements(IReadOnlyList<CopyTable> tables)
    {
        foreach (var table in tables.Where(t => t.IsOwned))
        {
            yield return Trigger(table.Name, "INSERT", Marked("NEW"));
            yield return Trigger(table.Name, "UPDATE", $"{Marked("NEW")} OR {Marked("OLD")}");
            yield return Trigger(table.Name, "DELETE", Marked("OLD"));
        }

        yield return Trigger("Reseller", "UPDATE", "OLD.\"MovingSinceUtc\" IS NOT NULL");

        static string Marked(string row) =>
            $"EXISTS (SELECT 1 FROM \"Reseller\" WHERE \"Id\" = {row}.\"ResellerId\" AND \"MovingSinceUtc\" IS NOT NULL)";

        static string Trigger(string table, string verb, string condition) =>
            $"CREATE TRIGGER IF NOT EXISTS \"{table}_moving_{verb.ToLowerInvariant()}\" BEFORE {verb} ON \"{table}\" "
                + $"WHEN {condition} BEGIN SELECT RAISE(ABORT, 'The reseller is being moved to another database'); END;";
    }

    /// <summary>A file has no schemas.</summary>
    public override string Quote(CopyTable table) => Quote(table.Name);

    public override string? WaitStatement(IReadOnlyList<CopyTable> tables) => null;

    public override object Read(DbDataReader reader, int ordinal, CopyValueKind kind) => kind switch
    {
        CopyValueKind.Id => new Guid(reader.GetFieldValue<byte[]>(ordinal), bigEndian: true),
        CopyValueKind.Date => DateOnly.ParseExact(reader.GetString(ordinal), "yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => base.Read(reader, ordinal, kind),
    };

    /// <summary>EF writes bytes in documents as hexadecimal digits on SQLite.</summary>
    public override string ConvertJson(CopyColumn column, string json, bool isStoring) => CopyValues.ConvertTexts(
        json,
        column.JsonBytes,
        text => isStoring ? Convert.ToHexString(Convert.FromBase64String(text)) : Convert.ToBase64String(Convert.FromHexString(text)));

    public override DbParameter CreateParameter(string name, CopyValueKind kind) => new SqliteParameter { ParameterName = name };

    public override object ToParameterValue(object? value) => value switch
    {
        Guid id => id.ToByteArray(bigEndian: true),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => value ?? DBNull.Value,
    };

    public override async Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken cancellationToken)
    {
        await using var command = (SqliteCommand)connection.CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
        command.CommandText =
            $"INSERT INTO {Quote(table)} ({Names(columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => "@c" + i))})";
        foreach (var row in rows)
        {
            Bind(command, "@c", row);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
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
        await using var command = (SqliteCommand)connection.CreateCommand();
        command.Transaction = (SqliteTransaction?)transaction;
        command.CommandText = $"SELECT {Names(columns)} FROM {Quote(table)} WHERE "
            + string.Join(" AND ", table.KeyColumns.Select((c, i) => $"{Quote(c.Name)} = @k{i}"));
        foreach (var key in keys)
        {
            Bind(command, "@k", key);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found(reader);
            }
        }
    }

    private void Bind(SqliteCommand command, string prefix, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = prefix + i });
            }

            command.Parameters[i].Value = ToParameterValue(values[i]);
        }
    }
}
