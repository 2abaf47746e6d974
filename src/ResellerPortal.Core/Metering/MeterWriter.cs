using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The node's only writer of meter commands. It applies queued commands in order of arrival in one transaction and completes them once
/// the commit is on disk, so a single command commits at once and concurrent ones share a commit. If the database separates commit from
/// flush, the next batch runs while the previous one is flushed, and commands that do not wait for the disk
/// (<see cref="MeterCommand.WaitsForDisk"/>) complete at most one commit ahead of it.
/// </summary>
public sealed class MeterWriter(Meter meter, PortalDatabase database, TimeProvider clock, ILogger<MeterWriter> logger) : BackgroundService
{
    private const int MaxBatch = 512;

    /// <summary>
    /// Delays between attempts to commit a batch; their sum is the longest time a caller waits while the database is unavailable.
    /// </summary>
    private static readonly TimeSpan[] RetryDelays = [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(2),
    ];

    private static readonly TenantScope Scope = TenantScope.CrossTenants("meter: one writer for all tenants of the node");

    private readonly Lock _gate = new();

    private PortalDbContext? _db;
    private LedgerRowCache? _rows;
    private IDelayedDurability? _delayed;

    /// <summary>Committed commands that await the flush, and the running flush task.</summary>
    private List<MeterCommand> _unflushed = [];
    private Task _flushing = Task.CompletedTask;
    private bool _hasDiskFailed;

    /// <summary>Commits and completes accepted commands even beyond the host's shutdown timeout, because each commit is short.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        meter.StopAccepting();
        if (ExecuteTask is { } draining)
        {
            await draining;
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<MeterCommand>(MaxBatch);
        while (await meter.WaitAsync())
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
        while (batch.Count < MaxBatch && meter.TryRead(out var command))
        {
            if (command.TryTake())
            {
                batch.Add(command);
            }
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
                await CommitAsync(commands, isRepeated: attempt > 0);
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

    private async Task CommitAsync(IReadOnlyList<MeterCommand> commands, bool isRepeated)
    {
        var db = _db ??= await OpenAsync();
        await using (var transaction = await database.Dialect.BeginAsync(db))
        {
            _rows!.Begin();
            var batch = await MeterBatch.LoadAsync(_rows, commands, clock.GetUtcNow(), isRepeated);
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
                _flushing = Task.Run(() => FlushAndComplete(delayed));
                if (!_hasDiskFailed)
                {
                    Complete(commands.Where(command => !command.WaitsForDisk));
                }
            }
        }
    }

    /// <summary>Flushes everything committed so far in one operation, then completes the commands.</summary>
    private void FlushAndComplete(IDelayedDurability delayed)
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
                delayed.Flush();
                _hasDiskFailed = false;
                Complete(commands);
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
        logger.LogError(failure, "{Count} meter commands could not be committed.", commands.Count);
        foreach (var command in commands)
        {
            command.Fail(new MeterUnavailableException("The ledger cannot be written at the moment. Try again in a few seconds.", failure));
        }
    }

    /// <summary>Keeps one connection open, because opening and preparing a new one would cost as much as a small batch.</summary>
    private async Task<PortalDbContext> OpenAsync()
    {
        var db = database.Open(Scope);
        await db.Database.OpenConnectionAsync();
        _delayed = database.Dialect.DelayDurability(db);
        _rows = new LedgerRowCache(database, db, meter.Terms);
        return db;
    }

    private async Task CloseAsync()
    {
        if (_db is { } db)
        {
            await _flushing;
            _delayed?.Dispose();
            (_db, _delayed, _rows) = (null, null, null);
            await db.DisposeAsync();
        }
    }

    private bool IsTransient(Exception failure) =>
        (failure as DbException ?? failure.InnerException as DbException) is { } reason && database.Dialect.IsTransient(reason);
}
