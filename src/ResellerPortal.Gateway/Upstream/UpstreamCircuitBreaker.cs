using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// Protects the portal from an unresponsive upstream: while it fails, requests are rejected at once, and requests that were certainly not
/// sent are retried after a short delay.
/// </summary>
internal sealed class UpstreamCircuitBreaker(IOptions<GatewayOptions> options)
{
    private readonly ConcurrentDictionary<string, Circuit> _circuits = new();

    /// <summary>Whether requests to an address are rejected before anything is reserved for them.</summary>
    public bool IsDown(string baseAddress) => GetCircuit(baseAddress).IsOpen;

    /// <param name="send">Sends once; failures are part of its outcome, not thrown.</param>
    public async ValueTask<UpstreamOutcome> RunAsync(string baseAddress, Func<ValueTask<Outcome<UpstreamOutcome>>> send)
    {
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            var outcome = await GetCircuit(baseAddress).Pipeline.ExecuteOutcomeAsync(static (_, send) => send(), context, send);
            if (outcome.Exception is BrokenCircuitException)
            {
                return new UpstreamOutcome.Unreachable();
            }

            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Circuit GetCircuit(string baseAddress) =>
        _circuits.GetOrAdd(baseAddress, _ => new Circuit(options.Value.CircuitBreak));

    private sealed class Circuit
    {
        private readonly CircuitBreakerStateProvider _state = new();
        private long _openUntil;

        public Circuit(TimeSpan openFor) => Pipeline = new ResiliencePipelineBuilder<UpstreamOutcome>()
            .AddRetry(new RetryStrategyOptions<UpstreamOutcome>
            {
                // No connection was made, so nothing was sent and nothing can be charged twice.
                ShouldHandle = new PredicateBuilder<UpstreamOutcome>().HandleResult(outcome => outcome is UpstreamOutcome.Unreachable),
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<UpstreamOutcome>
            {
                ShouldHandle = new PredicateBuilder<UpstreamOutcome>().HandleResult(
                    outcome => outcome is UpstreamOutcome.Unreachable or UpstreamOutcome.Lost { IsCallersLimit: false }),
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = openFor,
                StateProvider = _state,
                OnOpened = opened =>
                {
                    Volatile.Write(ref _openUntil, Environment.TickCount64 + (long)opened.BreakDuration.TotalMilliseconds);
                    return default;
                },
            })
            .Build();

        /// <summary>Open until its time is over: after that it stays so until a request is let through to try the upstream.</summary>
        public bool IsOpen => _state.CircuitState == CircuitState.Open && Environment.TickCount64 < Volatile.Read(ref _openUntil);

        public ResiliencePipeline<UpstreamOutcome> Pipeline { get; }
    }
}
