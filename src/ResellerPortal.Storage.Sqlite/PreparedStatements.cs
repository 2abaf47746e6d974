using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Statements prepared once per open connection and reused. SQLite runs in-process, so preparing a small statement, looking up parameters
/// by name and reading through the driver cost more than running it; these bind and read by position through the driver's native layer.
/// </summary>
internal static class PreparedStatements
{
    private static readonly ConditionalWeakTable<DbConnection, Statements> Known = [];

    public static void Execute<TRow>(
        PortalDbContext db,
        BulkStatement statement,
        IReadOnlyCollection<TRow> rows,
        Action<TRow, IRowValues> values)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var prepared = Known.GetOrCreateValue(connection).Get(connection, statement);
        foreach (var row in rows)
        {
            prepared.BeginRow();
            values(row, prepared);
            var result = raw.sqlite3_step(prepared.Native);
            raw.sqlite3_reset(prepared.Native);
            ThrowUnlessDone(result, connection);
        }
    }

    public static void Query(PortalDbContext db, BulkStatement statement, IReadOnlyList<object?[]> rows, Action<DbDataReader> found)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var prepared = Known.GetOrCreateValue(connection).Get(connection, statement);
        using var row = new RawRow(prepared.Native);
        foreach (var values in rows)
        {
            prepared.BeginRow();
            Array.ForEach(values, prepared.Add);
            int result;
            try
            {
                while ((result = raw.sqlite3_step(prepared.Native)) == raw.SQLITE_ROW)
                {
                    found(row);
                }
            }
            finally
            {
                raw.sqlite3_reset(prepared.Native);
            }

            ThrowUnlessDone(result, connection);
        }
    }

    private static void ThrowUnlessDone(int result, SqliteConnection connection)
    {
        if (result != raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_errcode(connection.Handle), connection.Handle!);
        }
    }

    /// <summary>The prepared statements of one open connection.</summary>
    private sealed class Statements
    {
        private readonly Dictionary<BulkStatement, PreparedStatement> _prepared = new(ReferenceEqualityComparer.Instance);

        public PreparedStatement Get(SqliteConnection connection, BulkStatement statement)
        {
            if (!_prepared.TryGetValue(statement, out var prepared))
            {
                var result = raw.sqlite3_prepare_v3(connection.Handle, statement.Text, raw.SQLITE_PREPARE_PERSISTENT, out var native);
                SqliteException.ThrowExceptionForRC(result, connection.Handle!);
                _prepared.Add(statement, prepared = new PreparedStatement(native));
            }

            return prepared;
        }
    }
}
