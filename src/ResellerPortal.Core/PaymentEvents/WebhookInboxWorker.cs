using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.PaymentEvents;

/// <summary>Retries webhook events that could not be processed at once, and reconciles payments every night.</summary>
public sealed class WebhookInboxWorker(
    WebhookInbox inbox,
    PaymentReconciler reconciler,
    TimeProvider clock,
    ILogger<WebhookInboxWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(20);

    /// <summary>Hour (UTC) from which the nightly reconciliation runs.</summary>
    private const int NightHour = 3;

    protected override bool RunsAtStart => true;

    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var processed = await inbox.RunAsync(cancellationToken);
        if (Clock.GetUtcNow().Hour >= NightHour)
        {
            await reconciler.RunNightlyAsync(cancellationToken);
        }

        return processed;
    }

    /// <summary>Wakes as soon as an event is stored on this node.</summary>
    protected override Task WaitAsync(TimeSpan delay, CancellationToken stoppingToken) => inbox.WaitAsync(delay, stoppingToken);
}
