using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResellerPortal.Core.PaymentEvents;

/// <summary>Follows up events that could not be followed up at once, and compares the books at night.</summary>
public sealed class WebhookInboxWorker(
    WebhookInbox inbox,
    PaymentReconciler reconciler,
    TimeProvider clock,
    ILogger<WebhookInboxWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    /// <summary>The hour, UTC, from which a night's comparison is made.</summary>
    private const int NightHour = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await inbox.WaitAsync(Pause, stoppingToken);
            try
            {
                await inbox.RunAsync(stoppingToken);
                if (clock.GetUtcNow().Hour >= NightHour)
                {
                    await reconciler.RunNightlyAsync(stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                logger.LogError(failure, "Payment providers' events could not be followed up; it is tried again in {Pause}.", Pause);
            }
        }
    }
}
