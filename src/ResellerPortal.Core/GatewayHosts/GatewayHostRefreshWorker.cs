using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>Keeps this node's list of gateway hosts up to date with what other nodes verify and remove.</summary>
public sealed class GatewayHostRefreshWorker(
    GatewayHostDirectory directory,
    TimeProvider clock,
    ILogger<GatewayHostRefreshWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(3);

    protected override bool RunsAtStart => true;

    public override Task<int> RunAsync(CancellationToken cancellationToken = default) => directory.RefreshAsync(cancellationToken);
}
