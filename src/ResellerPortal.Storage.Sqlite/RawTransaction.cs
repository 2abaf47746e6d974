using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>A write transaction using prepared statements, because the driver's usual overhead costs as much as a small commit.</summary>
internal sealed class RawTransaction : IRowTransaction
{
    private static readonly BulkStatement BeginStatement = new("BEGIN IMMEDIATE", _ => []);
    private static readonly BulkStatement CommitStatement = new("COMMIT", _ => []);
    private static readonly BulkStatement RollbackStatement = new("ROLLBACK", _ => []);

    private readonly PortalDbContext _db;

    private RawTransaction(PortalDbContext db) => _db = db;

    public static RawTransaction Begin(PortalDbContext db)
    {
        try
        {
            Run(db, BeginStatement);
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == raw.SQLITE_BUSY)
        {
            // Another writer holds the lock: retry through the driver, which waits up to its timeout.
            using var begin = db.Database.GetDbConnection().CreateCommand();
            begin.CommandText = BeginStatement.Text;
            begin.ExecuteNonQuery();
        }

        return new RawTransaction(db);
    }

    public Task CommitAsync()
    {
        Run(_db, CommitStatement);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        // SQLite rolls back automatically when a disk is full or fails.
        if (raw.sqlite3_get_autocommit(((SqliteConnection)_db.Database.GetDbConnection()).Handle) == 0)
        {
            Run(_db, RollbackStatement);
        }

        return ValueTask.CompletedTask;
    }

    private static void Run(PortalDbContext db, BulkStatement statement) => PreparedStatements.Query(db, statement, _ => { });
}
