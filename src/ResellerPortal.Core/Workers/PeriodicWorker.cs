using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResellerPortal.Core.Workers;

/// <summary>
/// Background work repeated at an interval. Each failure is logged, and the retry delay doubles with each consecutive failure. The host
/// can stop the worker at any time without waiting for the interval.
/// </summary>
public abstract class PeriodicWorker(TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>The longest delay after repeated failures, unless the interval itself is longer.</summary>
    public static readonly TimeSpan MaxBackOff = TimeSpan.FromMinutes(15);

    private volatile WorkerStatus _status = WorkerStatus.NeverRan;

    protected TimeProvider Clock { get; } = clock;

    protected ILogger Logger { get; } = logger;

    /// <summary>The last run: when it began, how long it took, and what it did or why it failed.</summary>
    public WorkerStatus Status => _status;

    /// <summary>The time between two runs, before jitter.</summary>
    public abstract TimeSpan Interval { get; }

    /// <summary>Whether the first run happens at start instead of after one interval.</summary>
    protected virtual bool RunsAtStart => false;

    /// <summary>Runs once. Safe to call concurrently with the loop and on several nodes at once.</summary>
    /// <returns>How many items were processed.</returns>
    public abstract Task<int> RunAsync(CancellationToken cancellationToken = default);

    /// <summary>How long to wait before the next run, before jitter.</summary>
    /// <param name="failures">Number of consecutive failed runs.</param>
    public static TimeSpan GetDelay(TimeSpan interval, int failures)
    {
        var longest = interval > MaxBackOff ? interval : MaxBackOff;
        var delay = failures == 0 ? interval : TimeSpan.FromTicks(interval.Ticks * (1L << (Math.Min(failures, 20) - 1)));
        return delay < longest ? delay : longest;
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (!RunsAtStart)
            {
                await WaitAsync(AddJitter(Interval), stoppingToken);
            }

            while (true)
            {
                await WaitAsync(await RunAndReportAsync(stoppingToken), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; an interrupted run is completed after the next start.
        }
    }

    /// <summary>Waits for the next run; override it if the worker can be woken earlier.</summary>
    protected virtual Task WaitAsync(TimeSpan delay, CancellationToken stoppingToken) => Task.Delay(delay, Clock, stoppingToken);

    /// <summary>Adds up to a tenth at random, so that nodes do not run in lockstep.</summary>
    private static TimeSpan AddJitter(TimeSpan delay) => delay + TimeSpan.FromTicks(Random.Shared.NextInt64((delay.Ticks / 10) + 1));

    /// <returns>How long to wait before the next run.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "One failed run must not end the worker.")]
    private async Task<TimeSpan> RunAndReportAsync(CancellationToken stoppingToken)
    {
        var started = Clock.GetUtcNow();
        var stopwatch = Clock.GetTimestamp();
        try
        {
            var processed = await RunAsync(stoppingToken);
            _status = new WorkerStatus(started, Clock.GetElapsedTime(stopwatch), processed, Failures: 0, Error: null);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            var failures = _status.Failures + 1;
            _status = new WorkerStatus(started, Clock.GetElapsedTime(stopwatch), Processed: 0, failures, failure.Message);
            Logger.LogError(
                failure,
                "{Worker} failed {Failures} times in a row; retrying in {Delay}.",
                GetType().Name,
                failures,
                GetDelay(Interval, failures));
        }

        return AddJitter(GetDelay(Interval, _status.Failures));
    }
}

/// <summary>The result of a worker's last run.</summary>
/// <param name="StartedAtUtc">Null if it has not run yet.</param>
/// <param name="Processed">Number of items processed; 0 if the run failed.</param>
/// <param name="Failures">Number of consecutive failed runs, including this one.</param>
/// <param name="Error">Null if the run succeeded.</param>
public sealed record WorkerStatus(DateTimeOffset? StartedAtUtc, TimeSpan Duration, int Processed, int Failures, string? Error)
{
    public static WorkerStatus NeverRan { get; } = new(null, TimeSpan.Zero, 0, 0, null);
}

public static class WorkerRegistration
{
    /// <summary>Registers a worker as a hosted service and by its type, and includes it in the status list.</summary>
    public static IServiceCollection AddPeriodicWorker<TWorker>(this IServiceCollection services)
        where TWorker : PeriodicWorker
    {
        services.AddSingleton<TWorker>();
        services.AddSingleton<PeriodicWorker>(provider => provider.GetRequiredService<TWorker>());
        return services.AddHostedService(provider => provider.GetRequiredService<TWorker>());
    }
}
