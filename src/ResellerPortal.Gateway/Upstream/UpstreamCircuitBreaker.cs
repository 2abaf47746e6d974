using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// Protects the portal from an unresponsive upstream: while it fails, requests are rejected at once, and requests that were certainly not
/// sent are retried after a short delay.
/// </summary>
internal sealed class UpstreamCircuitBreaker
{
    private readonly ConcurrentDictionary<string, Circuit> _circuits = new();

    /// <summary>Whether requests to an address are rejected before anything is reserved for them.</summary>
    public bool IsDown(string baseAddress) => GetCircuit(baseAddress).State.CircuitState == CircuitState.Open;

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

    private Circuit GetCircuit(string baseAddress) => _circuits.GetOrAdd(baseAddress, _ => new Circuit());

    private sealed class Circuit
    {
        public Circuit() => Pipeline = new ResiliencePipelineBuilder<UpstreamOutcome>()
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
                    outcome => outcome is UpstreamOutcome.Unreachable or UpstreamOutcome.Lost),
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(15),
                StateProvider = State,
            })
            .Build();

        public CircuitBreakerStateProvider State { get; } = new();

        public ResiliencePipeline<UpstreamOutcome> Pipeline { get; }
    }
}
