using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The node's one writer of meter commands. It takes what waits, applies it in order of arrival in one transaction and
/// answers after the commit is on the disk; so a lone command commits at once and a crowd shares a commit. Where the
/// database lets the two be apart, the next batch is worked on while the disk takes the one before, and what need not wait
/// for the disk (<see cref="MeterCommand.WaitsForDisk"/>) is answered one commit ahead of it at most.
/// </summary>
public sealed class MeterWriter(Meter meter, PortalDatabase database, TimeProvider clock, ILogger<MeterWriter> logger) : BackgroundService
{
    private const int MaxBatch = 512;

    /// <summary>Waits before a batch is tried again; together the longest that a caller is kept when the database is away.</summary>
    private static readonly TimeSpan[] Patience = [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(2),
    ];

    private static readonly TenantScope Scope = TenantScope.CrossTenants("meter: one writer for all tenants of the node");

    private readonly Lock _gate = new();

    private PortalDbContext? _db;
    private LedgerRowCache? _rows;
    private IDelayedDurability? _delayed;

    /// <summary>Commands that are committed and wait for the disk, and the task that sees to them.</summary>
    private List<MeterCommand> _unflushed = [];
    private Task _flushing = Task.CompletedTask;
    private bool _hasDiskFailed;

    /// <summary>Commits and answers what was accepted, even where the host has used up its time to stop: each commit is short.</summary>
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
                // Behind the work that waits for a thread, which may add to the batch: a commit costs a few almost as much as many.
                await Task.Yield();
            }

            await WriteAsync(batch);
            batch.Clear();
        }

        await CloseAsync();
    }

    /// <returns>False where the batch is full.</returns>
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
            await CommitPatientlyAsync(commands);
        }
        catch (Exception failure) when (failure is DbException or DbUpdateException && !IsTransient(failure) && commands.Count > 1)
        {
            // One command must not fail its neighbours; nothing of the batch was committed.
            await CloseAsync();
            logger.LogWarning(failure, "A batch of {Count} meter commands was rolled back; each is tried alone.", commands.Count);
            foreach (var command in commands)
            {
                await WriteAsync([command]);
            }
        }
        catch (Exception failure)
        {
            await CloseAsync();
            Refuse(commands, failure);
        }
    }

    private async Task CommitPatientlyAsync(IReadOnlyList<MeterCommand> commands)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await CommitAsync(commands, isRepeated: attempt > 0);
                return;
            }
            catch (Exception failure) when (attempt < Patience.Length && IsTransient(failure))
            {
                await CloseAsync();
                logger.LogWarning(
                    "The database is away ({Reason}); {Count} meter commands are tried again.", failure.Message, commands.Count);
                await Task.Delay(Patience[attempt], CancellationToken.None);
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
            Answer(commands);
            return;
        }

        lock (_gate)
        {
            _unflushed.AddRange(commands);
            if (_flushing.IsCompleted)
            {
                _flushing = Task.Run(() => FlushAndAnswer(delayed));
                if (!_hasDiskFailed)
                {
                    Answer(commands.Where(command => !command.WaitsForDisk));
                }
            }
        }
    }

    /// <summary>One flush for all that is committed when it begins.</summary>
    private void FlushAndAnswer(IDelayedDurability delayed)
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
                Answer(commands);
            }
            catch (Exception failure)
            {
                _hasDiskFailed = true;
                Refuse(commands, failure);
            }
        }
    }

    private static void Answer(IEnumerable<MeterCommand> commands)
    {
        foreach (var command in commands)
        {
            command.Complete();
        }
    }

    private void Refuse(IReadOnlyCollection<MeterCommand> commands, Exception failure)
    {
        logger.LogError(failure, "{Count} meter commands could not be committed.", commands.Count);
        foreach (var command in commands)
        {
            command.Fail(new MeterUnavailableException("The ledger cannot be written at the moment. Try again in a few seconds.", failure));
        }
    }

    /// <summary>One connection for as long as it works: opening and preparing anew would cost as much as a small batch itself.</summary>
    private async Task<PortalDbContext> OpenAsync()
    {
        var db = database.Open(Scope);
        await db.Database.OpenConnectionAsync();
        _delayed = database.Dialect.DelayDurability(db);
        _rows = new LedgerRowCache(database, db);
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
