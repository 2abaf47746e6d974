using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Applies the commands of one queue in order of arrival in one transaction and completes them once the commit is on disk, so a single
/// command commits at once and concurrent ones share a commit. If the database separates commit from flush, the next batch runs while the
/// previous one is flushed. Commands that do not wait for this machine's disk (<see cref="MeterCommand.WaitsForDisk"/>) complete at most
/// one commit ahead of it.
/// </summary>
internal sealed class CommandWriter(MeterQueue queue, MeterTerms terms, PortalDatabase database, TimeProvider clock, ILogger logger)
{
    private const int MaxBatch = 512;

    /// <summary>
    /// Delays between attempts to commit a batch; their sum is the longest time a caller waits while the database is unavailable.
    /// </summary>
    private static readonly TimeSpan[] RetryDelays = [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(2),
    ];

    private static readonly TenantScope Scope = TenantScope.CrossTenants("meter: the node's writers for all tenants");

    private readonly Lock _gate = new();

    private PortalDbContext? _db;
    private LedgerRowCache? _rows;
    private IDelayedDurability? _delayed;

    /// <summary>Committed commands that await the flush, and the running flush task.</summary>
    private List<MeterCommand> _unflushed = [];
    private Task _flushing = Task.CompletedTask;
    private bool _hasDiskFailed;

    /// <summary>Whether the connection for flushes failed, so that the writer needs new ones.</summary>
    private volatile bool _isFlushLost;

    /// <summary>Writes until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        var batch = new List<MeterCommand>(MaxBatch);
        while (await queue.WaitAsync())
        {
            for (var known = 0; FillBatch(batch) && batch.Count > known + 1; known = batch.Count)
            {
                // Yields to work queued for a thread, which may add commands: a commit of many costs little more than one of a few.
                await Task.Yield();
            }

            await WriteAsync(batch);
            batch.Clear();
        }

        await CloseAsync();
    }

    /// <returns>False if the batch is full.</returns>
    private bool FillBatch(List<MeterCommand> batch)
    {
        while (batch.Count < MaxBatch && queue.TryTake(isNewBatch: batch.Count == 0, out var command))
        {
            batch.Add(command);
        }

        return batch.Count < MaxBatch;
    }

    private async Task WriteAsync(IReadOnlyList<MeterCommand> commands)
    {
        if (commands.Count == 0)
        {
            return;
        }

        try
        {
            await CommitWithRetriesAsync(commands);
        }
        catch (Exception failure) when (failure is DbException or DbUpdateException && !IsTransient(failure) && commands.Count > 1)
        {
            // One failing command must not affect the others; nothing of the batch was committed.
            await CloseAsync();
            logger.LogWarning(failure, "A batch of {Count} meter commands was rolled back; retrying each separately.", commands.Count);
            foreach (var command in commands)
            {
                await WriteAsync([command]);
            }
        }
        catch (Exception failure)
        {
            await CloseAsync();
            Fail(commands, failure);
        }
    }

    private async Task CommitWithRetriesAsync(IReadOnlyList<MeterCommand> commands)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await CommitAsync(commands);
                return;
            }
            catch (Exception failure) when (attempt < RetryDelays.Length && IsTransient(failure))
            {
                await CloseAsync();
                logger.LogWarning(
                    "The database is unavailable ({Reason}); retrying {Count} meter commands.", failure.Message, commands.Count);
                await Task.Delay(RetryDelays[attempt], CancellationToken.None);
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<MeterCommand> commands)
    {
        if (_isFlushLost)
        {
            await CloseAsync();
        }

        var db = _db ??= await OpenAsync();
        await using (var transaction = await database.Dialect.BeginAsync(db))
        {
            _rows!.Begin();
            var batch = await MeterBatch.LoadAsync(_rows, commands, clock.GetUtcNow());
            foreach (var command in commands)
            {
                command.Apply(batch);
            }

            await batch.WriteAsync();
            await transaction.CommitAsync();
        }

        if (_delayed is not { } delayed)
        {
            Complete(commands);
            return;
        }

        lock (_gate)
        {
            _unflushed.AddRange(commands);
            if (_flushing.IsCompleted)
            {
                _flushing = Task.Run(() => FlushAndCompleteAsync(delayed));
                if (!_hasDiskFailed && !delayed.IsRemote)
                {
                    Complete(commands.Where(command => !command.WaitsForDisk));
                }
            }
        }
    }

    /// <summary>Flushes everything committed so far in one operation, then completes the commands.</summary>
    private async Task FlushAndCompleteAsync(IDelayedDurability delayed)
    {
        while (true)
        {
            List<MeterCommand> commands;
            lock (_gate)
            {
                if (_unflushed.Count == 0)
                {
                    _flushing = Task.CompletedTask;
                    return;
                }

                (commands, _unflushed) = (_unflushed, []);
            }

            try
            {
                await delayed.FlushAsync();
                _hasDiskFailed = false;
                Complete(commands);
            }
            catch (Exception failure) when (delayed.IsRemote)
            {
                _isFlushLost = true;
                logger.LogWarning("The server's log could not be flushed ({Reason}); {Count} meter commands are repeated.",
                    failure.Message, commands.Count);
                Fail([.. commands.Where(command => !command.TryReturn() || !queue.TryAdd(command))], failure);
            }
            catch (Exception failure)
            {
                _hasDiskFailed = true;
                Fail(commands, failure);
            }
        }
    }

    private static void Complete(IEnumerable<MeterCommand> commands)
    {
        foreach (var command in commands)
        {
            command.Complete();
        }
    }

    private void Fail(IReadOnlyCollection<MeterCommand> commands, Exception failure)
    {
        if (commands.Count > 0)
        {
            logger.LogError(failure, "{Count} meter commands could not be committed.", commands.Count);
        }

        foreach (var command in commands)
        {
            command.Fail(new MeterUnavailableException("The ledger cannot be written at the moment. Try again in a few seconds.", failure));
        }
    }

    /// <summary>Keeps one connection open, because opening and preparing a new one would cost as much as a small batch.</summary>
    private async Task<PortalDbContext> OpenAsync()
    {
        var db = database.Open(Scope);
        try
        {
            await db.Database.OpenConnectionAsync();
            _delayed = await database.Dialect.DelayDurabilityAsync(db);
            _rows = new LedgerRowCache(database, db, terms);
            return db;
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_db is { } db)
        {
            await _flushing;
            if (_delayed is { } delayed)
            {
                await delayed.DisposeAsync();
            }

            (_db, _delayed, _rows, _isFlushLost) = (null, null, null, false);
            await db.DisposeAsync();
        }
    }

    private bool IsTransient(Exception failure) =>
        (failure as DbException ?? failure.InnerException as DbException) is { } reason && database.Dialect.IsTransient(reason);
}
