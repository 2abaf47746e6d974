using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Flushes and checkpoints the write-ahead log beside the one connection that writes most. What <c>synchronous = FULL</c>
/// adds to <c>NORMAL</c> is one flush of the log after each commit (https://www.sqlite.org/pragma.html#pragma_synchronous);
/// here it goes through a handle of its own, which reaches the disk with all of the file that was written before.
/// </summary>
internal sealed class WriteAheadLog : IDelayedDurability
{
    private const int FlushesPerCheckpoint = 32;

    /// <summary>
    /// Pages. Checkpoints made beside a busy writer never quite reach the log's end, so it could not begin again; from this
    /// length on the writer does what little is left itself.
    /// </summary>
    private const int LongLog = 8000;

    /// <summary>Milliseconds to wait for those who read an older state of the database.</summary>
    private const int BeginAnewPatience = 500;

    /// <summary>Logs whose last flush failed. Known by their files, for after an error the writer opens a new connection.</summary>
    private static readonly ConcurrentDictionary<string, bool> InDoubt = new();

    private readonly string _file;
    private readonly SafeFileHandle _log;
    private readonly Action<SafeFileHandle> _flush;
    private readonly SqliteConnection _checkpoints;
    private int _flushes;
    private Task _checkpoint = Task.CompletedTask;

    /// <param name="writer">Kept open for as long as this is used: the log stays the same file while one connection has read it.</param>
    /// <param name="flush">Puts all that was written to the file on the disk.</param>
    public WriteAheadLog(SqliteConnection writer, Action<SafeFileHandle> flush)
    {
        _flush = flush;
        using var command = writer.CreateCommand();
        command.CommandText = "SELECT file FROM pragma_database_list, sqlite_master WHERE pragma_database_list.name = 'main' LIMIT 1";
        _file = command.ExecuteScalar() + "-wal";
        _log = File.OpenHandle(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _checkpoints = new SqliteConnection(writer.ConnectionString);
        _checkpoints.Open();
        command.CommandText = $"PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = {LongLog}";
        command.ExecuteNonQuery();
    }

    public void Flush()
    {
        if (InDoubt.ContainsKey(_file))
        {
            BeginAnew();
        }

        try
        {
            _flush(_log);
            InDoubt.TryRemove(_file, out _);
        }
        catch
        {
            InDoubt[_file] = true;
            throw;
        }

        if (++_flushes % FlushesPerCheckpoint == 0 && _checkpoint.IsCompleted)
        {
            _checkpoint = Task.Run(Checkpoint);
        }
    }

    public void Dispose()
    {
        _checkpoint.Wait();
        _checkpoints.Dispose();
        _log.Dispose();
    }

    /// <summary>
    /// The system may have given up what a failed flush did not write, and call the next one a success all the same
    /// (https://wiki.postgresql.org/wiki/Fsync_Errors). So all that the log holds is written once more, into the database
    /// itself, and the log is emptied, for what is left of it on the disk may have holes.
    /// </summary>
    private void BeginAnew()
    {
        _checkpoint.Wait();
        try
        {
            using var command = _checkpoints.CreateCommand();
            command.CommandText = $"PRAGMA busy_timeout = {BeginAnewPatience}; PRAGMA wal_checkpoint(TRUNCATE)";
            using var reader = command.ExecuteReader();
            reader.NextResult();
            if (!reader.Read() || reader.GetInt64(0) != 0)
            {
                throw new IOException("The log of the database cannot be begun anew while others read it.");
            }
        }
        catch (SqliteException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    private void Checkpoint()
    {
        try
        {
            using var command = _checkpoints.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // Nothing is lost while the log is there, and the writer meets the same trouble with an answer to give.
        }
    }
}
