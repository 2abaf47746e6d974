using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// Protects the portal from an unresponsive upstream: while it fails, requests are rejected at once, and requests that were certainly not
/// sent are retried after a short delay. Connections that cannot be made count for everybody; answers that are lost count for the customer
/// whose requests they were, since what it sends may be the reason.
/// </summary>
internal sealed class UpstreamCircuitBreaker(IOptions<GatewayOptions> options, TimeProvider clock) : IUpstreamStatusReader
{
    private const int MaxCustomers = 10_000;

    private readonly ConcurrentDictionary<string, Circuit> _addresses = new();
    private readonly ConcurrentDictionary<(string, CustomerId), Circuit> _customers = new();

    /// <summary>Whether a customer's requests to an address are rejected before anything is reserved for them.</summary>
    public bool IsDown(string baseAddress, CustomerId customer) =>
        GetCircuit(baseAddress).IsOpen || GetCircuit(baseAddress, customer).IsOpen;

    public IReadOnlyList<UpstreamStatus> List() =>
    [
        .. _addresses.OrderBy(a => a.Key, StringComparer.Ordinal).Select(address => new UpstreamStatus(
            address.Key,
            address.Value.IsOpen,
            _customers.Count(c => c.Key.Item1 == address.Key && c.Value.IsOpen),
            address.Value.LastFailure)),
    ];

    /// <param name="send">Sends once; failures are part of its outcome, not thrown.</param>
    public async ValueTask<UpstreamOutcome> RunAsync(
        string baseAddress,
        CustomerId customer,
        Func<ValueTask<Outcome<UpstreamOutcome>>> send)
    {
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            var circuit = GetCircuit(baseAddress);
            var outcome = await circuit.Pipeline.ExecuteOutcomeAsync(
                static (context, state) => state.Own.ExecuteOutcomeAsync(static (_, send) => send(), context, state.Send),
                context,
                (Own: GetCircuit(baseAddress, customer).Pipeline, Send: send));
            if (outcome.Exception is BrokenCircuitException)
            {
                return new UpstreamOutcome.Unreachable();
            }

            outcome.ThrowIfException();
            if (FindReason(outcome.Result!) is { } reason)
            {
                circuit.LastFailure = new UpstreamFailure(clock.GetUtcNow(), reason);
            }

            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <returns>Null if the outcome says nothing against the upstream.</returns>
    private static string? FindReason(UpstreamOutcome outcome) => outcome switch
    {
        UpstreamOutcome.Unreachable => "no connection",
        UpstreamOutcome.Lost { IsCallersLimit: false } => "no readable answer in time",
        UpstreamOutcome.AccountRefused => "the account's secret was refused",
        _ => null,
    };

    private Circuit GetCircuit(string baseAddress) => _addresses.GetOrAdd(
        baseAddress,
        _ => new Circuit(
            options.Value.CircuitBreak,
            outcome => outcome is UpstreamOutcome.Unreachable,

            // No connection was made, so nothing was sent and nothing can be charged twice.
            pipeline => pipeline.AddRetry(new RetryStrategyOptions<UpstreamOutcome>
            {
                ShouldHandle = new PredicateBuilder<UpstreamOutcome>().HandleResult(outcome => outcome is UpstreamOutcome.Unreachable),
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
            })));

    private Circuit GetCircuit(string baseAddress, CustomerId customer)
    {
        if (_customers.Count > MaxCustomers)
        {
            _customers.Clear();
        }

        return _customers.GetOrAdd(
            (baseAddress, customer),
            _ => new Circuit(
                options.Value.CircuitBreak,
                outcome => outcome is UpstreamOutcome.Lost { IsCallersLimit: false },
                pipeline => pipeline));
    }

    private sealed class Circuit
    {
        private readonly CircuitBreakerStateProvider _state = new();
        private long _openUntil;
        private volatile UpstreamFailure? _lastFailure;

        public Circuit(
            TimeSpan openFor,
            Func<UpstreamOutcome, bool> isFailure,
            Func<ResiliencePipelineBuilder<UpstreamOutcome>, ResiliencePipelineBuilder<UpstreamOutcome>> begin) =>
            Pipeline = begin(new ResiliencePipelineBuilder<UpstreamOutcome>())
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<UpstreamOutcome>
                {
                    ShouldHandle = new PredicateBuilder<UpstreamOutcome>().HandleResult(isFailure),
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

        /// <summary>Null if none failed since this node started.</summary>
        public UpstreamFailure? LastFailure
        {
            get => _lastFailure;
            set => _lastFailure = value;
        }
    }
}
