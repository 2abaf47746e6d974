namespace ResellerPortal.Gateway.Requests;

/// <summary>A request whose body is one file.</summary>
/// <param name="length">The body's length in bytes; null if unknown.</param>
internal sealed class RawForm(Stream body, string fileName, bool isWhole, long? length) : ICallerForm
{
    private const int PieceSize = 64 * 1024;

    private byte[] _piece = BufferPool.Rent(PieceSize);
    private long _read;
    private bool _isNamed;

    public bool IsWhole => isWhole;

    public int? FilesLeft => 0;

    public long? BytesLeft => length - _read;

    public ValueTask<CallerParameter?> ReadNextAsync(CancellationToken cancellationToken)
    {
        CallerParameter? file = _isNamed ? null : new CallerParameter(ParameterName.File, null, fileName);
        _isNamed = true;
        return ValueTask.FromResult(file);
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        var read = await body.ReadAsync(_piece, cancellationToken);
        _read += read;
        return _piece.AsMemory(0, read);
    }

    public void Dispose()
    {
        BufferPool.Return(_piece);
        _piece = [];
    }
}
