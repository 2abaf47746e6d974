using System.Diagnostics;

namespace ResellerPortal.Testing;

/// <summary>Waits for conditions instead of times. One generous limit serves a machine that is several times slower or busy.</summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, string what = "the condition") =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <exception cref="TimeoutException">The condition did not hold within the limit.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what = "the condition")
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"Within {Limit} it did not happen: {what}.");
            }

            await Task.Delay(Pause);
        }
    }
}
