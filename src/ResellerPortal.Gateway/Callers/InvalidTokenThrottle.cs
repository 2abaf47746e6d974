using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Keeps a flood of wrong tokens from the database, so that good ones are served meanwhile. A network that sent many wrong
/// ones within the last seconds is let look up few more; the rest of its requests are answered 429 at once. Tokens that were
/// good on this node of late keep their way: that decides only who need not wait. Whether a token counts is asked of the
/// database for each request, as ever.
/// </summary>
public sealed class InvalidTokenThrottle(TimeProvider clock)
{
    /// <summary>Wrong tokens of one network within a window before it is held back.</summary>
    public const int PerNetwork = 100;

    /// <summary>Wrong tokens of all networks within a window before all that are not known are held back.</summary>
    public const int Overall = 5_000;

    /// <summary>How many requests a window lets through of what is held back.</summary>
    public const int LetThrough = 100;

    private const int MaxRemembered = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RememberedFor = TimeSpan.FromHours(1);

    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, long> _good = new();
    private NetworkCounters _counts = new(0);

    /// <summary>Whether a request is to be looked at; false for one that is to come again later.</summary>
    internal bool Admits(string credentials, IPAddress? address)
    {
        var counts = Current();
        var wrong = counts.GetNetwork(address);
        return (wrong.Wrong < PerNetwork && counts.Overall < Overall)
            || IsKnown(credentials, RememberedFor)
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
        else if (status < 400 && !IsKnown(credentials, NotedEvery) && _good.Count < MaxRemembered)
        {
            _good[ComputeKey(credentials)] = clock.GetTimestamp();
        }
    }

    private bool IsKnown(string credentials, TimeSpan within) =>
        _good.TryGetValue(ComputeKey(credentials), out var at) && clock.GetElapsedTime(at) < within;

    /// <summary>
    /// 32 bits, keyed anew in each process: the memory holds no secret, and nobody can look for a wrong token that is taken for
    /// a known one. One that is by chance gains no more than a question to the database.
    /// </summary>
    private static int ComputeKey(string credentials) => string.GetHashCode(credentials);

    /// <summary>The window before counts as well, so that a flood is not let in anew every few seconds.</summary>
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
                if (clock.GetElapsedTime(at) >= RememberedFor)
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
