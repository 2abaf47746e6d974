using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The node's one writer of meter commands. It takes what waits, applies it in order of arrival in one transaction and
/// answers after the commit; so a lone command commits at once and a crowd shares a commit.
/// </summary>
public sealed class MeterWriter(Meter meter, PortalDatabase database, TimeProvider clock, ILogger<MeterWriter> logger) : BackgroundService
{
    private const int MaxBatch = 512;

    /// <summary>Waits before a batch is tried again; together the longest that a caller is kept when the database is away.</summary>
    private static readonly TimeSpan[] Patience = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(2)];

    private static readonly TenantScope Scope = TenantScope.CrossTenants("meter: one writer for all tenants of the node");

    private PortalDbContext? _db;

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
            while (batch.Count < MaxBatch && meter.TryRead(out var command))
            {
                if (command.TryTake())
                {
                    batch.Add(command);
                }
            }

            await WriteAsync(batch);
            batch.Clear();
        }

        await CloseAsync();
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
        catch (Exception failure) when (failure is DbException or DbUpdateException && !IsPassing(failure) && commands.Count > 1)
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
            logger.LogError(failure, "{Count} meter commands could not be committed.", commands.Count);
            foreach (var command in commands)
            {
                command.Fail(new MeterUnavailableException("The ledger cannot be written at the moment. Try again in a few seconds.", failure));
            }
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
            catch (Exception failure) when (attempt < Patience.Length && IsPassing(failure))
            {
                await CloseAsync();
                logger.LogWarning("The database is away ({Reason}); {Count} meter commands are tried again.", failure.Message, commands.Count);
                await Task.Delay(Patience[attempt], CancellationToken.None);
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<MeterCommand> commands, bool isRepeated)
    {
        var db = _db ??= await OpenAsync();
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            var batch = await MeterBatch.LoadAsync(database, db, commands, clock.GetUtcNow(), isRepeated);
            foreach (var command in commands)
            {
                command.Apply(batch);
            }

            await batch.WriteAsync();
            await transaction.CommitAsync();
        }

        foreach (var command in commands)
        {
            command.Complete();
        }
    }

    /// <summary>One connection for as long as it works: opening and preparing anew would cost as much as a small batch itself.</summary>
    private async Task<PortalDbContext> OpenAsync()
    {
        var db = database.Open(Scope);
        await db.Database.OpenConnectionAsync();
        return db;
    }

    private async Task CloseAsync()
    {
        if (_db is { } db)
        {
            _db = null;
            await db.DisposeAsync();
        }
    }

    private bool IsPassing(Exception failure) => (failure as DbException ?? failure.InnerException as DbException) is { } reason && database.Dialect.IsPassing(reason);
}
