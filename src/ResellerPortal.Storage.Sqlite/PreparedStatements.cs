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

    public static void Run(PortalDbContext db, BulkStep step)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var prepared = Known.GetOrCreateValue(connection).Get(connection, step.Statement);
        using var found = step.Found is null ? null : new RawRow(prepared.Native);
        for (var row = 0; row < step.Count; row++)
        {
            prepared.BeginRow();
            step.AddValues(row, prepared);
            Run(connection, prepared, found, step.Found);
        }
    }

    /// <summary>Runs a query without parameters.</summary>
    public static void Query(PortalDbContext db, BulkStatement statement, Action<DbDataReader> found)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var prepared = Known.GetOrCreateValue(connection).Get(connection, statement);
        using var row = new RawRow(prepared.Native);
        Run(connection, prepared, row, found);
    }

    private static void Run(SqliteConnection connection, PreparedStatement prepared, RawRow? row, Action<DbDataReader>? found)
    {
        int result;
        try
        {
            while ((result = raw.sqlite3_step(prepared.Native)) == raw.SQLITE_ROW)
            {
                found!(row!);
            }
        }
        finally
        {
            raw.sqlite3_reset(prepared.Native);
        }

        ThrowUnlessDone(result, connection);
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
