using Npgsql;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Lets a connection commit without waiting for the server's disk (https://www.postgresql.org/docs/current/wal-async-commit.html), and
/// flushes the log by a commit of a second connection: a synchronous commit flushes everything that was committed before it, and waits
/// for synchronous standbys as the server is set to.
/// </summary>
internal sealed class ServerLog : IDelayedDurability
{
    /// <summary>
    /// Reads and writes by key whatever the statistics of a table that changes all the time say, and plans once. A node that the network
    /// cuts off amid a batch leaves its locks to the others soon.
    /// </summary>
    private const string WriterSettings =
        "SET synchronous_commit = off; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; "
        + "SET idle_in_transaction_session_timeout = '10s'";

    /// <summary>The smallest thing that makes a commit write to the log.</summary>
    private const string Message = "SELECT pg_logical_emit_message(true, 'portal', '')";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _flush;

    private ServerLog(NpgsqlConnection connection)
    {
        _connection = connection;
        _flush = new NpgsqlCommand(Message, connection);
    }

    public bool IsRemote => true;

    /// <param name="writer">Open, and of nobody else until it is closed, which resets it.</param>
    public static async Task<ServerLog> OpenAsync(NpgsqlConnection writer)
    {
        var log = new ServerLog(writer.CloneWith(writer.ConnectionString));
        try
        {
            await log._connection.OpenAsync();
            await log._flush.PrepareAsync();
            await using var settings = new NpgsqlCommand(WriterSettings, writer);
            await settings.ExecuteNonQueryAsync();
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    public Task FlushAsync() => _flush.ExecuteNonQueryAsync();

    public async ValueTask DisposeAsync()
    {
        await _flush.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
