using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.PaymentEvents;

/// <summary>An event with a verified signature.</summary>
/// <inheritdoc cref="WebhookEvent"/>
public sealed record IncomingWebhook(
    Merchant Merchant,
    string EventId,
    string Kind,
    string ObjectId,
    DateTimeOffset CreatedAtUtc,
    string Payload);

public sealed record WebhookEventList(IReadOnlyList<WebhookEvent> Rows, int TotalCount);

/// <summary>Stores payment provider events, and retries each until it is handled.</summary>
public sealed class WebhookInbox(
    PortalDatabase database,
    PaymentEventDispatcher dispatcher,
    PaymentAccountService accounts,
    TimeProvider clock,
    ILogger<WebhookInbox> logger)
{
    /// <summary>Delays between attempts; after the last one the event fails.</summary>
    private static readonly TimeSpan[] RetryDelays =
        [
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(30),
            TimeSpan.FromHours(2),
            TimeSpan.FromHours(6),
            TimeSpan.FromHours(12),
            TimeSpan.FromHours(24),
        ];

    /// <summary>After this time another node treats an event as abandoned.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("payment provider events for all tenants");

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Returns when an event was stored on this node, or after some time.</summary>
    internal async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(atMost);
        try
        {
            await _wake.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to poll again.
        }
    }

    /// <summary>Stores an event durably. Receiving the same event again changes nothing.</summary>
    /// <returns>Its id, and whether it is new.</returns>
    public async Task<(Guid Id, bool IsNew)> ReceiveAsync(IncomingWebhook incoming, CancellationToken cancellationToken)
    {
        var owner = await accounts.FindOwnerAsync(incoming.Merchant, cancellationToken);
        await using var db = database.Open(AllTenants);
        if (await FindAsync(db, incoming, cancellationToken) is { } earlier)
        {
            return (earlier.Id, false);
        }

        var now = clock.GetUtcNow();
        var stored = new WebhookEvent
        {
            ResellerId = owner,
            Merchant = incoming.Merchant,
            EventId = incoming.EventId,
            Kind = incoming.Kind,
            ObjectId = incoming.ObjectId,
            Payload = incoming.Payload,
            CreatedAtUtc = incoming.CreatedAtUtc,
            ReceivedAtUtc = now,
            NextAttemptAtUtc = now,
        };
        db.WebhookEvents.Add(stored);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            _wake.Writer.TryWrite(true);
            return (stored.Id, true);
        }
        catch (DbUpdateException)
        {
            // It was delivered twice concurrently, and the other delivery won.
            db.ChangeTracker.Clear();
            return await FindAsync(db, incoming, cancellationToken) is { } first
                ? (first.Id, false)
                : throw new InvalidOperationException($"Event {incoming.EventId} could not be stored.");
        }
    }

    /// <summary>Handles pending events. Several nodes may do so; each event is leased by one at a time.</summary>
    /// <returns>The number of handled events.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        List<Guid> due;
        var now = clock.GetUtcNow();
        await using (var db = database.Open(AllTenants))
        {
            due = await db.WebhookEvents
                .Where(e => e.NextAttemptAtUtc <= now)
                .OrderBy(e => e.NextAttemptAtUtc)
                .ThenBy(e => e.Id)
                .Select(e => e.Id)
                .Take(200)
                .ToListAsync(cancellationToken);
        }

        var handled = 0;
        foreach (var id in due)
        {
            handled += await HandleAsync(id, cancellationToken) ? 1 : 0;
        }

        return handled;
    }

    /// <summary>Handles one event if it is due and no other node holds it.</summary>
    /// <returns>Whether it is done.</returns>
    public async Task<bool> HandleAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var mine = db.WebhookEvents.Where(e => e.Id == id);
        var now = clock.GetUtcNow();
        var waiting = await mine.AsNoTracking().SingleAsync(cancellationToken);
        if (waiting.NextAttemptAtUtc is not { } due || due > now
            || await mine.Where(e => e.NextAttemptAtUtc == due).ExecuteUpdateAsync(
                set => set.SetProperty(e => e.NextAttemptAtUtc, now + Lease), cancellationToken) == 0)
        {
            return false;
        }

        var attempts = waiting.Attempts + 1;
        try
        {
            var note = await dispatcher.DispatchAsync(waiting.Merchant, waiting.Kind, waiting.ObjectId, cancellationToken);
            await EndAsync(note is null ? WebhookEventState.Ignored : WebhookEventState.Processed, null, note ?? "not relevant");
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            logger.LogWarning(
                failure is PaymentProviderException ? null : failure,
                "Event {Event} ({Kind}) failed, attempt {Attempt}: {Reason}",
                waiting.EventId,
                waiting.Kind,
                attempts,
                failure.Message);
            var isOver = attempts > RetryDelays.Length;
            await EndAsync(
                isOver ? WebhookEventState.Failed : WebhookEventState.Pending,
                isOver ? null : clock.GetUtcNow() + RetryDelays[attempts - 1],
                failure.Message.Truncate(500));
            return false;
        }

        Task<int> EndAsync(WebhookEventState state, DateTimeOffset? next, string note)
        {
            var handledAtUtc = state is WebhookEventState.Processed or WebhookEventState.Ignored
                ? clock.GetUtcNow()
                : (DateTimeOffset?)null;
            return mine.ExecuteUpdateAsync(
                set => set
                    .SetProperty(e => e.State, state)
                    .SetProperty(e => e.Attempts, attempts)
                    .SetProperty(e => e.NextAttemptAtUtc, next)
                    .SetProperty(e => e.Note, note)
                    .SetProperty(e => e.ProcessedAtUtc, handledAtUtc),
                CancellationToken.None);
        }
    }

    /// <summary>Lists events of one state, or all, newest first.</summary>
    public async Task<WebhookEventList> ReadPageAsync(
        Actor actor,
        WebhookEventState? state,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        await using var db = database.Open(actor.Scope);
        var events = db.WebhookEvents.AsNoTracking().Where(e => state == null || e.State == state);
        return new WebhookEventList(
            await events
                .OrderByDescending(e => e.ReceivedAtUtc)
                .ThenByDescending(e => e.Id)
                .Skip(skip)
                .Take(take)
                .ToListAsync(cancellationToken), await events.CountAsync(cancellationToken));
    }

    /// <summary>
    /// Handles an event again, whatever its state.
    /// Refused: no such event.
    /// </summary>
    public async Task<Outcome<WebhookEvent>> ReplayAsync(Actor actor, Guid id, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRepair);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        if (await db.WebhookEvents.SingleOrDefaultAsync(e => e.Id == id, cancellationToken) is not { } stored)
        {
            return Refusal.NotFound("event");
        }

        (stored.State, stored.NextAttemptAtUtc, stored.Attempts) = (WebhookEventState.Pending, now, 0);
        db.Audit(actor, now, Permission.PaymentsRepair, $"replayed {stored.Kind} {stored.EventId}", stored.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await HandleAsync(id, cancellationToken);
        await db.Entry(stored).ReloadAsync(cancellationToken);
        return stored;
    }

    private static Task<WebhookEvent?> FindAsync(PortalDbContext db, IncomingWebhook incoming, CancellationToken cancellationToken) =>
        db.WebhookEvents.AsNoTracking()
            .SingleOrDefaultAsync(e => e.Merchant == incoming.Merchant && e.EventId == incoming.EventId, cancellationToken);
}
