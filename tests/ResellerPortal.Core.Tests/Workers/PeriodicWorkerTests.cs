using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Tests.Workers;

public sealed class PeriodicWorkerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(60, 0, 60)]
    [InlineData(60, 1, 60)]
    [InlineData(60, 2, 120)]
    [InlineData(60, 4, 480)]
    [InlineData(60, 5, 900)]
    [InlineData(60, 1_000, 900)]
    [InlineData(21_600, 3, 21_600)]
    public void The_delay_doubles_with_each_failure_up_to_a_quarter_of_an_hour(int interval, int failures, int delay) =>
        Assert.Equal(TimeSpan.FromSeconds(delay), PeriodicWorker.GetDelay(TimeSpan.FromSeconds(interval), failures));

    [Fact]
    public async Task A_worker_runs_after_each_interval_and_reports_what_it_did()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-28T12:00:00Z", null));
        using var worker = new CountingWorker(clock, new RecordingLogger());
        Assert.Equal(WorkerStatus.NeverRan, worker.Status);

        await worker.StartAsync(default);
        await RunAsync(clock, worker, 1);

        await ForAsync(() => worker.Status.StartedAtUtc is not null);
        Assert.True(worker.Status.StartedAtUtc >= DateTimeOffset.Parse("2026-11-28T12:01:00Z", null));
        Assert.Equal((1, 0, null), (worker.Status.Processed, worker.Status.Failures, worker.Status.Error));

        await RunAsync(clock, worker, 2);
        await ForAsync(() => worker.Status.Processed == 2);
        await worker.StopAsync(default);
    }

    [Fact]
    public async Task A_failure_is_logged_once_and_the_worker_goes_on()
    {
        var clock = new FakeTimeProvider();
        var logger = new RecordingLogger();
        using var worker = new CountingWorker(clock, logger) { FailsUntil = 2 };

        await worker.StartAsync(default);
        await RunAsync(clock, worker, 1);
        await ForAsync(() => worker.Status.Failures == 1);
        Assert.Equal(("The disk is full.", 0), (worker.Status.Error, worker.Status.Processed));
        await RunAsync(clock, worker, 2);
        await ForAsync(() => worker.Status.Failures == 2);
        Assert.Equal(2, logger.Errors.Count);
        Assert.Contains("CountingWorker failed 2 times in a row; retrying in 00:02:00.", logger.Errors[1], StringComparison.Ordinal);

        await RunAsync(clock, worker, 3);
        await ForAsync(() => worker.Status is { Failures: 0, Error: null, Processed: 3 });
        Assert.Equal(2, logger.Errors.Count);
        await worker.StopAsync(default);
    }

    [Fact]
    public async Task Stopping_waits_for_no_interval()
    {
        using var worker = new CountingWorker(TimeProvider.System, new RecordingLogger());
        await worker.StartAsync(default);

        await worker.StopAsync(default).WaitAsync(Limit);

        Assert.True(worker.ExecuteTask!.IsCompleted);
        Assert.Equal(0, worker.Runs);
    }

    [Fact]
    public async Task A_registered_worker_is_started_once_and_listed()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddSingleton<ILogger, RecordingLogger>();
        await using var provider = services.AddPeriodicWorker<CountingWorker>().BuildServiceProvider();

        var worker = provider.GetRequiredService<CountingWorker>();
        Assert.Same(worker, Assert.Single(provider.GetServices<PeriodicWorker>()));
        Assert.Same(worker, Assert.Single(provider.GetServices<IHostedService>()));
    }

    /// <summary>Moves the clock on until the worker has run that often.</summary>
    private static Task RunAsync(FakeTimeProvider clock, CountingWorker worker, int runs) => ForAsync(() =>
    {
        if (worker.Runs < runs)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        return worker.Runs >= runs;
    });

    private static async Task ForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    private sealed class CountingWorker(TimeProvider clock, ILogger logger) : PeriodicWorker(clock, logger)
    {
        private int _runs;

        public int FailsUntil { get; init; }

        public int Runs => Volatile.Read(ref _runs);

        public override TimeSpan Interval => TimeSpan.FromMinutes(1);

        public override Task<int> RunAsync(CancellationToken cancellationToken = default) =>
            Interlocked.Increment(ref _runs) is var run && run <= FailsUntil
                ? throw new IOException("The disk is full.")
                : Task.FromResult(run);
    }

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                Errors.Add(formatter(state, exception));
            }
        }
    }
}
