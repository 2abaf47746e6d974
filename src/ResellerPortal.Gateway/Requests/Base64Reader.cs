using System.Buffers;
using System.Buffers.Text;

namespace ResellerPortal.Gateway.Requests;

/// <summary>Decodes base64 (RFC 4648, section 4; line breaks are allowed) piece by piece.</summary>
/// <param name="read">Reads the next bytes of the text into a buffer; 0 at its end.</param>
internal sealed class Base64Reader(Func<Memory<byte>, CancellationToken, ValueTask<int>> read)
{
    private const int PieceSize = 64 * 1024;

    private readonly byte[] _text = new byte[PieceSize];
    private readonly byte[] _decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(PieceSize)];
    private int _held;
    private bool _isAtEnd;

    /// <returns>The next piece, valid until the next call; empty at the end.</returns>
    /// <exception cref="FormatException">The text is not base64.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isAtEnd)
        {
            var count = await read(_text.AsMemory(_held), cancellationToken);
            _isAtEnd = count == 0;
            _held += count;
            var status = Base64.DecodeFromUtf8(_text.AsSpan(0, _held), _decoded, out var consumed, out var written, _isAtEnd);

            // Padding is valid at the end alone, so it is read again with what follows.
            if (status != OperationStatus.Done && (_isAtEnd || (consumed == 0 && _held == _text.Length)))
            {
                throw new FormatException();
            }

            _text.AsSpan(consumed, _held - consumed).CopyTo(_text);
            _held -= consumed;
            if (written > 0)
            {
                return _decoded.AsMemory(0, written);
            }
        }

        return default;
    }
}
