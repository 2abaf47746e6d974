using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Flushes and checkpoints the write-ahead log separately from the busiest writer. Compared with <c>NORMAL</c>, <c>synchronous = FULL</c>
/// adds one log flush per commit (https://www.sqlite.org/pragma.html#pragma_synchronous). Here that flush uses its own file handle and
/// covers everything written to the file before.
/// </summary>
internal sealed class WriteAheadLog : IDelayedDurability
{
    private const int FlushesPerCheckpoint = 32;

    /// <summary>
    /// Log length in pages from which the writer checkpoints itself. Concurrent checkpoints never quite reach the end of the log under
    /// load, so it could not restart.
    /// </summary>
    private const int MaxLogPages = 8000;

    /// <summary>Milliseconds to wait for readers of an older snapshot.</summary>
    private const int RestartTimeoutMilliseconds = 500;

    /// <summary>Logs whose last flush failed, by file, because the writer opens a new connection after an error.</summary>
    private static readonly ConcurrentDictionary<string, bool> FailedFlushes = new();

    private readonly string _file;
    private readonly SafeFileHandle _log;
    private readonly Action<SafeFileHandle> _flush;
    private readonly SqliteConnection _checkpoints;
    private int _flushes;
    private Task _checkpoint = Task.CompletedTask;

    /// <param name="writer">Must stay open as long as this instance: the log file persists while a connection is open.</param>
    /// <param name="flush">Flushes everything written to the file to disk.</param>
    public WriteAheadLog(SqliteConnection writer, Action<SafeFileHandle> flush)
    {
        _flush = flush;
        using var command = writer.CreateCommand();
        command.CommandText = "SELECT file FROM pragma_database_list, sqlite_master WHERE pragma_database_list.name = 'main' LIMIT 1";
        _file = command.ExecuteScalar() + "-wal";
        _log = File.OpenHandle(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _checkpoints = new SqliteConnection(writer.ConnectionString);
        _checkpoints.Open();
        command.CommandText = $"PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = {MaxLogPages}";
        command.ExecuteNonQuery();
    }

    public bool IsRemote => false;

    public Task FlushAsync()
    {
        Flush();
        return Task.CompletedTask;
    }

    internal void Flush()
    {
        if (FailedFlushes.ContainsKey(_file))
        {
            Restart();
        }

        try
        {
            _flush(_log);
            FailedFlushes.TryRemove(_file, out _);
        }
        catch
        {
            FailedFlushes[_file] = true;
            throw;
        }

        if (++_flushes % FlushesPerCheckpoint == 0 && _checkpoint.IsCompleted)
        {
            _checkpoint = Task.Run(Checkpoint);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _checkpoint;
        await _checkpoints.DisposeAsync();
        _log.Dispose();
    }

    /// <summary>
    /// After a failed flush, the operating system may discard the unwritten pages and report the next flush as successful
    /// (https://wiki.postgresql.org/wiki/Fsync_Errors). Therefore the whole log is checkpointed into the database and truncated, because
    /// its content on disk may have gaps.
    /// </summary>
    private void Restart()
    {
        _checkpoint.Wait();
        try
        {
            using var command = _checkpoints.CreateCommand();
            command.CommandText = $"PRAGMA busy_timeout = {RestartTimeoutMilliseconds}; PRAGMA wal_checkpoint(TRUNCATE)";
            using var reader = command.ExecuteReader();
            reader.NextResult();
            if (!reader.Read() || reader.GetInt64(0) != 0)
            {
                throw new IOException("The database's log cannot be restarted while others are reading it.");
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
            // Nothing is lost while the log exists, and the writer will report the same problem.
        }
    }
}
