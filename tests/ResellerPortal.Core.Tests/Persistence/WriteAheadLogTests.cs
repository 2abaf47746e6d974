using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using ResellerPortal.Storage.Sqlite;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>After a failed flush, a later successful one does not prove that the earlier data was written.</summary>
public sealed class WriteAheadLogTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-test-");
    private readonly SqliteConnection _writer;
    private WriteAheadLog _log;
    private bool _isBroken;

    public WriteAheadLogTests()
    {
        _writer = Open($"{_folder}/portal.db");
        Execute(_writer, "PRAGMA journal_mode = WAL");
        Execute(_writer, "CREATE TABLE Row (Id INTEGER PRIMARY KEY)");
        _log = new WriteAheadLog(_writer, FlushUnlessBroken);
    }

    [Fact]
    public void What_a_failed_flush_left_in_doubt_is_written_into_the_database_before_it_is_called_durable()
    {
        Add();
        _log.Flush();
        Assert.NotEqual(0, LogLength);
        AddAndFailToFlush();
        Add();

        _log.Flush();

        Assert.Equal(0, LogLength);
        Assert.Equal(3, RowsWithoutLog());
    }

    [Fact]
    public void It_stays_in_doubt_while_somebody_reads_an_older_state()
    {
        using var reader = Open($"{_folder}/portal.db");
        Execute(reader, "BEGIN");
        Assert.Equal(0, Rows(reader));
        AddAndFailToFlush();

        Assert.Throws<IOException>(_log.Flush);

        Execute(reader, "COMMIT");
        _log.Flush();
        Assert.Equal(1, RowsWithoutLog());
    }

    [Fact]
    public void It_stays_in_doubt_while_the_disk_fails()
    {
        _isBroken = true;
        Add();
        Assert.Throws<IOException>(_log.Flush);
        Assert.Throws<IOException>(_log.Flush);
        Add();
        _isBroken = false;

        _log.Flush();

        Assert.Equal(2, RowsWithoutLog());
    }

    [Fact]
    public async Task It_stays_in_doubt_when_the_writer_is_opened_anew()
    {
        AddAndFailToFlush();
        await _log.DisposeAsync();
        _log = new WriteAheadLog(_writer, FlushUnlessBroken);

        _log.Flush();

        Assert.Equal(0, LogLength);
        Assert.Equal(1, RowsWithoutLog());
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _writer.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private long LogLength => new FileInfo($"{_folder}/portal.db-wal").Length;

    private void FlushUnlessBroken(SafeFileHandle file)
    {
        if (_isBroken)
        {
            throw new IOException("Input/output error");
        }

        RandomAccess.FlushToDisk(file);
    }

    private void AddAndFailToFlush()
    {
        _isBroken = true;
        Add();
        Assert.Throws<IOException>(_log.Flush);
        _isBroken = false;
    }

    private void Add() => Execute(_writer, "INSERT INTO Row DEFAULT VALUES");

    /// <summary>Simulates a power cut that loses the whole log.</summary>
    private long RowsWithoutLog()
    {
        File.Copy($"{_folder}/portal.db", $"{_folder}/copy.db");
        using var copy = Open($"{_folder}/copy.db");
        return Rows(copy);
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private static long Rows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM Row";
        return (long)command.ExecuteScalar()!;
    }
}
