namespace ResellerPortal.Documents.Drawing;

/// <summary>
/// A stream in memory whose buffer serves the next document as well: buffers of some hundred kilobytes, made anew for each, would make the
/// garbage collector go through all of memory every few documents.
/// </summary>
internal sealed class ReusableStream : IDisposable
{
    /// <summary>Larger buffers are not kept.</summary>
    private const int MaxKept = 4 * 1024 * 1024;

    [ThreadStatic]
    private static Stack<MemoryStream>? _free;

    private ReusableStream(MemoryStream stream) => Stream = stream;

    public MemoryStream Stream { get; }

    public static ReusableStream Rent(int capacity = 0) =>
        new((_free ??= []).TryPop(out var stream) ? stream : new MemoryStream(capacity));

    public void Dispose()
    {
        if (Stream.Capacity <= MaxKept)
        {
            Stream.SetLength(0);
            (_free ??= []).Push(Stream);
        }
    }
}
