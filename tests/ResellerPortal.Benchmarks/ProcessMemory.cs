using System.Diagnostics;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace ResellerPortal.Benchmarks;

/// <param name="HeapBytes">What a full collection left of the managed heap, without the gaps between objects.</param>
/// <param name="WorkingSetBytes">What the process occupies, which the runtime gives back late.</param>
internal sealed record ProcessMemory(long HeapBytes, long WorkingSetBytes)
{
    private const int Collections = 3;

    /// <summary>Asks the runtime of another process for full collections, the later ones for what finalizers let go.</summary>
    public static async Task<ProcessMemory> MeasureAsync(Process process)
    {
        var heap = 0L;
        for (var collection = 0; collection < Collections; collection++)
        {
            heap = await CollectAsync(process.Id);
        }

        process.Refresh();
        return new ProcessMemory(heap, process.WorkingSet64);
    }

    /// <summary>A session with this keyword begins with a full, blocking collection, whose result is one of its events.</summary>
    private static async Task<long> CollectAsync(int process)
    {
        const ClrTraceEventParser.Keywords Keywords = ClrTraceEventParser.Keywords.GC | ClrTraceEventParser.Keywords.GCHeapCollect;
        using var session = await new DiagnosticsClient(process).StartEventPipeSessionAsync(
            [new EventPipeProvider(ClrTraceEventParser.ProviderName, EventLevel.Informational, (long)Keywords)],
            requestRundown: false,
            circularBufferMB: 16,
            CancellationToken.None);
        var collected = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(() =>
        {
            using var source = new EventPipeEventSource(session.EventStream);
            var isFull = false;
            source.Clr.GCStart += start => isFull |= start.Depth == 2;
            source.Clr.GCHeapStats += stats => _ = isFull && collected.TrySetResult(stats.TotalPromoted);
            source.Process();
        });
        var heap = await collected.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await session.StopAsync(CancellationToken.None);
        await reading;
        return heap;
    }
}
