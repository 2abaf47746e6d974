using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Statements prepared once for an open connection and run again and again. SQLite is in this process, so preparing a small
/// statement and finding its parameters by name would cost more than running it; writes therefore bind by position through
/// the driver's own native layer.
/// </summary>
internal static class PreparedStatements
{
    private static readonly ConditionalWeakTable<DbConnection, Statements> Known = [];

    public static void Execute(PortalDbContext db, ManyStatement statement, IReadOnlyList<object?[]> rows)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var native = Known.GetOrCreateValue(connection).Write(connection, statement);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Bind(native, i + 1, row[i]);
            }

            var result = raw.sqlite3_step(native);
            raw.sqlite3_reset(native);
            if (result != raw.SQLITE_DONE)
            {
                SqliteException.ThrowExceptionForRC(raw.sqlite3_errcode(connection.Handle), connection.Handle!);
            }
        }
    }

    public static void Query(PortalDbContext db, ManyStatement statement, IReadOnlyList<object?[]> rows, Action<DbDataReader> found)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var (command, parameters) = Known.GetOrCreateValue(connection).Read(connection, statement);
        command.Transaction = (SqliteTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                parameters[i].Value = row[i] ?? DBNull.Value;
            }

            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found(reader);
            }
        }
    }

    private static void Bind(sqlite3_stmt statement, int position, object? value)
    {
        _ = value switch
        {
            null => raw.sqlite3_bind_null(statement, position),
            long number => raw.sqlite3_bind_int64(statement, position, number),
            int number => raw.sqlite3_bind_int64(statement, position, number),
            bool flag => raw.sqlite3_bind_int64(statement, position, flag ? 1 : 0),
            byte[] bytes => raw.sqlite3_bind_blob(statement, position, bytes),
            string text => raw.sqlite3_bind_text(statement, position, text),
            DateOnly day => raw.sqlite3_bind_text(statement, position, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            _ => throw new NotSupportedException($"A {value.GetType().Name} is not among the types that the ledger's tables hold."),
        };
    }

    /// <summary>Of one open connection.</summary>
    private sealed class Statements
    {
        private readonly Dictionary<ManyStatement, sqlite3_stmt> _writes = [];
        private readonly Dictionary<ManyStatement, (SqliteCommand, DbParameter[])> _reads = [];

        public sqlite3_stmt Write(SqliteConnection connection, ManyStatement statement)
        {
            if (!_writes.TryGetValue(statement, out var native))
            {
                var result = raw.sqlite3_prepare_v3(connection.Handle, statement.Text, raw.SQLITE_PREPARE_PERSISTENT, out native);
                SqliteException.ThrowExceptionForRC(result, connection.Handle!);
                _writes.Add(statement, native);
            }

            return native;
        }

        public (SqliteCommand Command, DbParameter[] Parameters) Read(SqliteConnection connection, ManyStatement statement)
        {
            if (!_reads.TryGetValue(statement, out var read))
            {
                var command = connection.CreateCommand();
                command.CommandText = statement.Text;
                read = (command, statement.Parameters(command));
                _reads.Add(statement, read);
            }

            return read;
        }
    }
}
