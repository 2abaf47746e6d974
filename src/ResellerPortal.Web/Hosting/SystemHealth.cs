using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Web.Hosting;

public enum HealthState
{
    /// <summary>Not configured, or not used yet.</summary>
    Off,
    Good,
    Warning,
    Bad,
}

/// <summary>A part of the system and how it does.</summary>
/// <param name="Label">The state in a word or two.</param>
/// <param name="AtUtc">The instant that <paramref name="AtLabel"/> names; null if there is none.</param>
public sealed record HealthRow(
    string Part,
    HealthState State,
    string Label,
    string Detail,
    string? AtLabel = null,
    DateTimeOffset? AtUtc = null);

/// <summary>A background worker of this node and its last run.</summary>
public sealed record WorkerHealth(string Name, HealthState State, string Label, TimeSpan Interval, WorkerStatus Last);

/// <summary>The state of this node and of what it depends on.</summary>
/// <param name="FailedEvents">The newest payment events that are not retried any more.</param>
public sealed record SystemHealth(
    IReadOnlyList<HealthRow> Parts,
    IReadOnlyList<WorkerHealth> Workers,
    IReadOnlyList<WebhookEvent> FailedEvents,
    int UndeliveredEmails);
