using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Analytics;

/// <summary>Exports each day of the ledger once it is final, and days that were missed. Does nothing unless a folder is set.</summary>
public sealed class AnalyticsExportWorker(
    RecordedDayExporter exporter,
    AnalyticsOptions settings,
    TimeProvider clock,
    ILogger<AnalyticsExportWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override bool RunsAtStart => true;

    /// <returns>The number of files written.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default) =>
        settings.Folder is null ? 0 : await exporter.ExportMissingAsync(cancellationToken) ?? 0;
}
