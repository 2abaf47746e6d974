namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// The beginning of a response, read to determine its kind: everything if it is short or refers to files, otherwise enough to decide. Its
/// buffer is returned to the pool on disposal.
/// </summary>
internal sealed class ResponseHead : IDisposable
{
    public static readonly ResponseHead None = new([], isPooled: false);

    private const int FirstRead = 8 * 1024;

    /// <summary>Minimum number of bytes read.</summary>
    private const int Size = 256 * 1024;

    /// <summary>Maximum number of bytes of a response that refers to files instead of containing them.</summary>
    private const int MaxSize = 16 << 20;

    private readonly bool _isPooled;
    private byte[] _buffer;
    private int _length;

    private ResponseHead(byte[] buffer, bool isPooled) => (_buffer, _isPooled) = (buffer, isPooled);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Whether it contains the whole response.</summary>
    public bool IsWhole { get; private set; }

    public static async ValueTask<ResponseHead> ReadAsync(Stream answer, long? length, CancellationToken cancellationToken)
    {
        var head = new ResponseHead(BufferPool.Rent(length is { } known and < Size ? (int)known + 1 : FirstRead), isPooled: true);
        try
        {
            while (head._length < Size || (head._length < MaxSize && head.Bytes.Span.IndexOf("\"FileData\""u8) < 0))
            {
                var read = await answer.ReadAsync(head.GetFreeSpace(), cancellationToken);
                head._length += read;
                if (read == 0)
                {
                    head.IsWhole = true;
                    break;
                }
            }

            return head;
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_isPooled && _buffer.Length > 0)
        {
            BufferPool.Return(_buffer);
            (_buffer, _length) = ([], 0);
        }
    }

    private Memory<byte> GetFreeSpace()
    {
        if (_length == _buffer.Length)
        {
            var larger = BufferPool.Rent(2 * _length);
            Bytes.CopyTo(larger);
            BufferPool.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }
}
