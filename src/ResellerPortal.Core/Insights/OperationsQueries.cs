using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Insights;

/// <summary>What waits in the database's queues, of all tenants.</summary>
/// <param name="OldestEmailUtc">When the oldest waiting email was queued; null if none waits.</param>
/// <param name="RetryingEmails">Waiting emails that the mail server did not accept so far.</param>
/// <param name="FailedEmails">Emails of the last 30 days that were given up.</param>
/// <param name="FailedEvents">Payment events that are not retried any more, newest first, at most ten.</param>
public sealed record OperationsSummary(
    int WaitingEmails,
    DateTimeOffset? OldestEmailUtc,
    int RetryingEmails,
    int FailedEmails,
    int PendingEvents,
    int FailedEventCount,
    IReadOnlyList<WebhookEvent> FailedEvents);

public sealed class OperationsQueries(PortalDatabase database, TimeProvider clock)
{
    private const int Shown = 10;

    private static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    public async Task<OperationsSummary> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        var since = clock.GetUtcNow() - Reach;
        await using var db = database.Open(actor.Scope);
        var waiting = db.OutboxEmails.Where(e => e.NextAttemptAtUtc != null);
        var failed = db.WebhookEvents.AsNoTracking().Where(e => e.State == WebhookEventState.Failed);
        var events = await failed.OrderByDescending(e => e.ReceivedAtUtc).Take(Shown).ToListAsync(cancellationToken);
        return new OperationsSummary(
            await waiting.CountAsync(cancellationToken),
            await waiting
                .OrderBy(e => e.QueuedAtUtc)
                .Select(e => (DateTimeOffset?)e.QueuedAtUtc)
                .FirstOrDefaultAsync(cancellationToken),
            await waiting.CountAsync(e => e.Error != null, cancellationToken),
            await db.OutboxEmails.CountAsync(
                e => e.SentAtUtc == null && e.NextAttemptAtUtc == null && e.Error != null && e.QueuedAtUtc > since, cancellationToken),
            await db.WebhookEvents.CountAsync(e => e.NextAttemptAtUtc != null, cancellationToken),
            events.Count < Shown ? events.Count : await failed.CountAsync(cancellationToken),
            events);
    }
}
