using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Workers;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Upstream;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Hosting;

/// <summary>
/// Reads how this node and what it depends on do, from the sources of /readyz and of the workers themselves. Nodes do not report to each
/// other, so it knows this one only.
/// </summary>
public sealed partial class SystemHealthReader(
    DatabaseStatusReader databases,
    OperationsQueries operations,
    Meter meter,
    IUpstreamStatusReader upstream,
    IOptions<ConvertApiOptions> upstreamOptions,
    IMailer mailer,
    IOnlineGateway payments,
    IEnumerable<PeriodicWorker> workers,
    TimeProvider clock)
{
    /// <summary>Errors may hold whole answers of other servers.</summary>
    private const int MaxError = 200;

    private const int CommitLength = 7;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    /// <summary>A worker that has not ended a run for so long beyond its interval is late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Reads the parts in memory even while the database is away.</summary>
    public async Task<SystemHealth> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        var database = await databases.ReadAsync(cancellationToken);
        var queues = database.IsReady ? await operations.ReadAsync(actor, cancellationToken) : null;
        return new SystemHealth(
            [
                DescribeNode(),
                DescribeMeter(),
                Describe(database),
                .. DescribeUpstream(),
                .. queues is null ? Array.Empty<HealthRow>() : [DescribeMail(queues), DescribeEvents(queues)],
            ],
            [.. workers.Select(Describe).OrderByDescending(w => w.State).ThenBy(w => w.Name, StringComparer.Ordinal)],
            queues?.FailedEvents ?? [],
            queues is null ? 0 : queues.FailedEmails + queues.RetryingEmails);
    }

    private static HealthRow DescribeNode()
    {
        using var process = Process.GetCurrentProcess();
        return new HealthRow(
            "This node",
            HealthState.Good,
            "Running",
            $"{Environment.MachineName}, version {ReadVersion()}. Other nodes are not listed",
            "Started",
            new DateTimeOffset(process.StartTime).ToUniversalTime());
    }

    /// <summary>"1.4.0 (7e41e74)".</summary>
    private static string ReadVersion()
    {
        var text = typeof(SystemHealthReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string[] parts = text?.Split('+') ?? ["unknown"];
        return parts is [var number, { Length: > CommitLength } commit] ? $"{number} ({commit[..CommitLength]})" : parts[0];
    }

    private static HealthRow Describe(DatabaseStatus database) => database switch
    {
        { IsReachable: false } => new HealthRow("Database", HealthState.Bad, "Unreachable", database.Provider),
        { PendingMigrations: > 0 } => new HealthRow(
            "Database",
            HealthState.Bad,
            "Outdated",
            $"{database.Provider}, {NumberText.Count(database.PendingMigrations, "migration")} pending. Run 'migrate'"),
        _ => new HealthRow(
            "Database",
            database.Latency > Slow ? HealthState.Warning : HealthState.Good,
            database.Latency > Slow ? "Slow" : "Operational",
            $"{database.Provider}, {NumberText.Count(database.AppliedMigrations, "migration")}, answered in {Duration(database.Latency)}"),
    };

    private HealthRow DescribeMeter()
    {
        var (waiting, capacity) = (meter.Waiting, meter.Capacity);
        var (state, label) =
            waiting >= capacity ? (HealthState.Bad, "Full")
            : waiting >= capacity / 2 ? (HealthState.Warning, "Busy")
            : (HealthState.Good, "Operational");
        return new HealthRow(
            "Meter queue", state, label, $"{NumberText.Conversions(waiting)} of {NumberText.Conversions(capacity)} requests waiting");
    }

    private IEnumerable<HealthRow> DescribeUpstream()
    {
        var isSandbox = upstreamOptions.Value.IsSandbox;
        var known = upstream.List();
        if (known.Count == 0)
        {
            var unused = isSandbox ? "Sandbox" : "Not used yet";
            return [new HealthRow("Upstream", HealthState.Off, unused, "No requests since this node started")];
        }

        return known.Select(address =>
        {
            var (state, label) = address switch
            {
                { IsDown: true } => (HealthState.Bad, "Unreachable"),
                { RejectedCustomers: > 0 } => (HealthState.Warning, "Degraded"),
                _ => (HealthState.Good, isSandbox ? "Sandbox" : "Operational"),
            };
            var host = Uri.TryCreate(address.BaseAddress, UriKind.Absolute, out var uri) ? uri.Authority : address.BaseAddress;
            var detail = address switch
            {
                { IsDown: true } => $"{host}. Requests are rejected until it can be reached",
                { RejectedCustomers: > 0 } =>
                    $"{host}. Requests of {NumberText.Count(address.RejectedCustomers, "customer")} are rejected because theirs failed",
                _ => host,
            };
            return address.LastFailure is { } failure
                ? new HealthRow("Upstream", state, label, detail, $"Last failure ({failure.Reason})", failure.AtUtc)
                : new HealthRow("Upstream", state, label, detail);
        });
    }

    private HealthRow DescribeMail(OperationsSummary queues)
    {
        var undelivered = queues.FailedEmails + queues.RetryingEmails;
        var (state, label) = (mailer.IsConfigured, undelivered) switch
        {
            (false, _) => (HealthState.Off, "Not configured"),
            (_, > 0) => (HealthState.Warning, "Undelivered"),
            _ => (HealthState.Good, "Operational"),
        };
        return new HealthRow(
            "Email",
            state,
            label,
            $"{NumberText.Conversions(queues.WaitingEmails)} queued, {NumberText.Conversions(undelivered)} undelivered",
            queues.OldestEmailUtc is null ? null : "Oldest queued",
            queues.OldestEmailUtc);
    }

    private HealthRow DescribeEvents(OperationsSummary queues)
    {
        var (state, label) = (payments.IsConfigured, queues.FailedEventCount) switch
        {
            (_, > 0) => (HealthState.Bad, "Failed events"),
            (false, _) => (HealthState.Off, "Not configured"),
            _ => (HealthState.Good, "Operational"),
        };
        return new HealthRow(
            "Webhooks",
            state,
            label,
            $"{NumberText.Conversions(queues.PendingEvents)} pending, {NumberText.Conversions(queues.FailedEventCount)} failed");
    }

    private WorkerHealth Describe(PeriodicWorker worker)
    {
        var (last, interval) = (worker.Status, worker.Interval);
        var due = last.StartedAtUtc + last.Duration + PeriodicWorker.GetDelay(interval, last.Failures) * 1.1 + Patience;
        var (state, label) = last switch
        {
            { StartedAtUtc: null } => (HealthState.Off, "Not run yet"),
            { Failures: > 0 } => (HealthState.Bad, "Failing"),
            _ when due < clock.GetUtcNow() => (HealthState.Warning, "Late"),
            _ => (HealthState.Good, "Operational"),
        };
        return new WorkerHealth(
            GetName(worker.GetType()),
            state,
            label,
            interval,
            last.Error is { Length: > MaxError } error ? last with { Error = error[..MaxError] + "…" } : last);
    }

    /// <summary>"AuditSealingWorker" is "Audit sealing".</summary>
    private static string GetName(Type worker)
    {
        var words = WordRegex().Replace(worker.Name.Replace("Worker", "", StringComparison.Ordinal), " $0").Trim();
        return words[..1] + words[1..].ToLowerInvariant();
    }

    /// <summary>"3 ms", "1.2 s", "4 min".</summary>
    internal static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        { TotalMinutes: < 1 } => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 2 } => time.TotalMinutes.ToString("0", CultureInfo.InvariantCulture) + " min",
        _ => time.TotalHours.ToString("0", CultureInfo.InvariantCulture) + " h",
    };

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordRegex();
}
