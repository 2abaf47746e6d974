using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Shields the database from floods of invalid tokens, so that valid ones are still served. A network that recently sent many invalid
/// tokens is allowed only a few more lookups; its other requests receive 429 at once. Tokens recently valid on this node bypass the
/// throttle, but not the check: every token is still verified against the database.
/// </summary>
public sealed class InvalidTokenThrottle(TimeProvider clock)
{
    /// <summary>Invalid tokens from one network within a window before it is throttled.</summary>
    public const int PerNetwork = 100;

    /// <summary>Invalid tokens from all networks within a window before every unknown token is throttled.</summary>
    public const int Overall = 5_000;

    /// <summary>Number of throttled requests still admitted per window.</summary>
    public const int LetThrough = 100;

    private const int MaxKnown = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    private static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, long> _good = new();
    private NetworkCounters _counts = new(0);

    /// <summary>Whether to process the request; if false, the caller must retry later.</summary>
    internal bool Admits(string credentials, IPAddress? address)
    {
        var counts = Current();
        var wrong = counts.GetNetwork(address);
        return (wrong.Wrong < PerNetwork && counts.Overall < Overall)
            || IsKnown(credentials, KnownFor)
            || Interlocked.Increment(ref wrong.LetThrough) <= LetThrough;
    }

    internal void Record(string credentials, IPAddress? address, int status)
    {
        if (status == StatusCodes.Status401Unauthorized)
        {
            var counts = Current();
            Interlocked.Increment(ref counts.GetNetwork(address).Wrong);
            Interlocked.Increment(ref counts.Overall);
        }
        else if (status < 400 && !IsKnown(credentials, RefreshEvery) && _good.Count < MaxKnown)
        {
            _good[ComputeKey(credentials)] = clock.GetTimestamp();
        }
    }

    private bool IsKnown(string credentials, TimeSpan within) =>
        _good.TryGetValue(ComputeKey(credentials), out var at) && clock.GetElapsedTime(at) < within;

    /// <summary>
    /// A 32-bit hash with a key per process, so that no secret is kept and nobody can construct a colliding token. An accidental
    /// collision only gains a database lookup.
    /// </summary>
    private static int ComputeKey(string credentials) => string.GetHashCode(credentials);

    /// <summary>Counts of the previous window carry over in part, so that a flood is not readmitted every few seconds.</summary>
    private NetworkCounters Current()
    {
        var number = clock.GetTimestamp() / (clock.TimestampFrequency * (long)Window.TotalSeconds);
        var counts = Volatile.Read(ref _counts);
        if (counts.Number == number)
        {
            return counts;
        }

        var next = new NetworkCounters(number);
        if (counts.Number == number - 1)
        {
            next.TakeOver(counts);
        }

        if (Interlocked.CompareExchange(ref _counts, next, counts) == counts)
        {
            foreach (var (key, at) in _good)
            {
                if (clock.GetElapsedTime(at) >= KnownFor)
                {
                    _good.TryRemove(key, out _);
                }
            }
        }

        return Volatile.Read(ref _counts);
    }

    private sealed class Network
    {
        public int Wrong;
        public int LetThrough;
    }

    private sealed class NetworkCounters(long number)
    {
        private readonly ConcurrentDictionary<IPAddress, Network> _networks = new();

        public int Overall;

        public long Number { get; } = number;

        public Network GetNetwork(IPAddress? address) => _networks.GetOrAdd(CallerNetwork.FromAddress(address), _ => new Network());

        public void TakeOver(NetworkCounters former)
        {
            Overall = former.Overall / 2;
            foreach (var (address, network) in former._networks.Where(n => n.Value.Wrong >= PerNetwork))
            {
                _networks[address] = new Network { Wrong = Math.Max(network.Wrong / 2, network.LetThrough > LetThrough ? PerNetwork : 0) };
            }
        }
    }
}
