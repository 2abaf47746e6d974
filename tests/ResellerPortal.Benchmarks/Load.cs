using System.Diagnostics;

namespace ResellerPortal.Benchmarks;

/// <summary>Results of a load. Latencies are per command, in milliseconds.</summary>
internal sealed record Measurement(double PerSecond, double P50, double P99)
{
    public override string ToString() => $"{PerSecond,10:N0} a second   p50 {P50,7:N2} ms   p99 {P99,7:N2} ms";
}

/// <summary>Runs a pair of commands repeatedly, with several in flight.</summary>
internal static class Load
{
    /// <summary>The length of the warm-up before a measurement, as a share of it.</summary>
    public const double WarmUpShare = 0.25;

    /// <param name="pair">Runs one pair for a worker number and returns the latency of the slower command in ticks.</param>
    public static async Task<Measurement> RunAsync(int inFlight, double seconds, Func<int, Task<long>> pair)
    {
        var latencies = new List<long>[inFlight];
        var isMeasuring = false;
        var isOver = false;
        var workers = Enumerable.Range(0, inFlight).Select(worker => Task.Run(async () =>
        {
            var mine = latencies[worker] = new List<long>(1024);
            while (!Volatile.Read(ref isOver))
            {
                var latency = await pair(worker);
                if (Volatile.Read(ref isMeasuring))
                {
                    mine.Add(latency);
                }
            }
        })).ToList();

        await Task.Delay(TimeSpan.FromSeconds(seconds * WarmUpShare));
        var clock = Stopwatch.StartNew();
        Volatile.Write(ref isMeasuring, true);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        Volatile.Write(ref isMeasuring, false);
        var elapsed = clock.Elapsed.TotalSeconds;
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(workers);

        var all = latencies.SelectMany(l => l).Order().ToArray();
        return new Measurement(all.Length / elapsed, Percentile(all, 0.50), Percentile(all, 0.99));
    }

    private static double Percentile(long[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)] * 1000.0 / Stopwatch.Frequency;
}
