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
    private const int MaxBatch = 256;

    private static readonly TenantScope Scope = TenantScope.CrossTenants("meter: one writer for all tenants of the node");

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
        while (await meter.Commands.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MaxBatch && meter.Commands.TryRead(out var command))
            {
                batch.Add(command);
            }

            await WriteAsync(batch);
            batch.Clear();
        }
    }

    private async Task WriteAsync(IReadOnlyList<MeterCommand> commands)
    {
        try
        {
            await CommitAsync(commands);
        }
        catch (Exception failure) when (failure is DbException or DbUpdateException && commands.Count > 1)
        {
            // One command must not fail its neighbours; nothing of the batch was committed.
            logger.LogWarning(failure, "A batch of {Count} meter commands was rolled back; each is tried alone.", commands.Count);
            foreach (var command in commands)
            {
                await WriteAsync([command]);
            }
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "A meter command could not be committed.");
            foreach (var command in commands)
            {
                command.Fail(new MeterUnavailableException("The ledger cannot be written at the moment. Try again in a few seconds.", failure));
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<MeterCommand> commands)
    {
        await using var db = database.Open(Scope);
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            var batch = await MeterBatch.LoadAsync(database, db, commands, clock.GetUtcNow());
            foreach (var command in commands)
            {
                command.Apply(batch);
            }

            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        foreach (var command in commands)
        {
            command.Complete();
        }
    }
}
