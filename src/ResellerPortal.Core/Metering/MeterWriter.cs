using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Metering;

/// <summary>The node's only writers of meter commands: one, or as many as the database can use at the same time.</summary>
public sealed class MeterWriter : BackgroundService
{
    private readonly Meter _meter;
    private readonly IReadOnlyList<CommandWriter> _writers;

    public MeterWriter(Meter meter, PortalDatabase database, TimeProvider clock, ILogger<MeterWriter> logger)
    {
        _meter = meter;
        var queues = meter.Divide(database.Dialect.Writers, database.Dialect.CommitsByReseller);
        _writers = [.. queues.Select(queue => new CommandWriter(queue, meter.Terms, database, clock, logger))];
    }

    /// <summary>Commits and completes accepted commands even beyond the host's shutdown timeout, because each commit is short.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _meter.StopAccepting();
        if (ExecuteTask is { } draining)
        {
            await draining;
        }

        await base.StopAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_writers.Select(writer => writer.RunAsync()));
}
