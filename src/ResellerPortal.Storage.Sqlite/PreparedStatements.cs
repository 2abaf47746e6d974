using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Statements prepared once for an open connection and run again and again. SQLite is in this process, so preparing a small
/// statement, finding its parameters by name and reading through the driver cost more than running it; these bind and read
/// by position through the driver's own native layer.
/// </summary>
internal static class PreparedStatements
{
    private static readonly ConditionalWeakTable<DbConnection, Statements> Known = [];

    public static void Execute(PortalDbContext db, ManyStatement statement, IReadOnlyList<object?[]> rows)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var native = Known.GetOrCreateValue(connection).Of(connection, statement);
        foreach (var values in rows)
        {
            BindAll(native, values);
            var result = raw.sqlite3_step(native);
            raw.sqlite3_reset(native);
            ThrowUnlessDone(result, connection);
        }
    }

    public static void Query(PortalDbContext db, ManyStatement statement, IReadOnlyList<object?[]> rows, Action<DbDataReader> found)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var native = Known.GetOrCreateValue(connection).Of(connection, statement);
        using var row = new NativeRow(native);
        foreach (var values in rows)
        {
            BindAll(native, values);
            int result;
            try
            {
                while ((result = raw.sqlite3_step(native)) == raw.SQLITE_ROW)
                {
                    found(row);
                }
            }
            finally
            {
                raw.sqlite3_reset(native);
            }

            ThrowUnlessDone(result, connection);
        }
    }

    private static void BindAll(sqlite3_stmt statement, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Bind(statement, i + 1, values[i]);
        }
    }

    private static void ThrowUnlessDone(int result, SqliteConnection connection)
    {
        if (result != raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_errcode(connection.Handle), connection.Handle!);
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
        private readonly Dictionary<ManyStatement, sqlite3_stmt> _prepared = [];

        public sqlite3_stmt Of(SqliteConnection connection, ManyStatement statement)
        {
            if (!_prepared.TryGetValue(statement, out var native))
            {
                var result = raw.sqlite3_prepare_v3(connection.Handle, statement.Text, raw.SQLITE_PREPARE_PERSISTENT, out native);
                SqliteException.ThrowExceptionForRC(result, connection.Handle!);
                _prepared.Add(statement, native);
            }

            return native;
        }
    }
}
