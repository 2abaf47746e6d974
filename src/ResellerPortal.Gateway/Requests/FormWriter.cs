using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ResellerPortal.Gateway.Requests;

/// <summary>Writes parts of a multipart form into a buffer from the pool. Names, file names and headers are the gateway's own.</summary>
internal sealed class FormWriter(int capacity) : IDisposable
{
    /// <summary>Short, so that rewritten parts are seldom longer than the caller's.</summary>
    private const int BoundaryLength = 16;

    private const string BoundaryCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";

    private const int MaxFileName = 200;

    private const string PaddingHeader = "X-Padding: ";

    private byte[] _buffer = BufferPool.Rent(capacity);
    private int _length;

    /// <summary>Random, so that no content can contain it.</summary>
    public string Boundary { get; } = RandomNumberGenerator.GetString(BoundaryCharacters, BoundaryLength);

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>
    /// Bytes by which the headers of the next part are lengthened, so that a form whose length was announced has it in the end.
    /// </summary>
    public int Padding { get; set; }

    public void Clear() => _length = 0;

    public void WriteText(ParameterName name, string value)
    {
        WriteHeaders($"name=\"{name.Text}\"");
        WriteLine(value);
    }

    /// <summary>
    /// Begins a file; its content and <see cref="EndFile"/> follow. The upstream takes its format from the name, so no type is sent.
    /// </summary>
    public void BeginFile(ParameterName name, string fileName) =>
        WriteHeaders($"name=\"{name.Text}\"; filename=\"{ToFileName(fileName)}\"");

    public void EndFile() => Write("\r\n"u8);

    public void EndForm() => WriteLine($"--{Boundary}--");

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>The last part of a path, without characters that have a meaning in headers.</summary>
    public static string ToFileName(string sent)
    {
        var name = new StringBuilder(sent.Length);
        foreach (var rune in sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
            {
                continue;
            }

            name.Append(rune.Value switch { '"' => "'", ';' => ",", _ => rune.ToString() });
        }

        // The end holds the extension, which tells the format.
        var whole = name.ToString().Trim();
        return whole.Length == 0 ? "file" : whole.Length <= MaxFileName ? whole : whole[^MaxFileName..];
    }

    public void Dispose()
    {
        BufferPool.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void WriteHeaders(string disposition)
    {
        WriteLine($"--{Boundary}\r\nContent-Disposition: form-data; {disposition}");
        if (Padding - PaddingHeader.Length - 2 is > 0 and var more)
        {
            WriteLine(PaddingHeader + new string('x', more));
            Padding = 0;
        }

        WriteLine("");
    }

    private void WriteLine(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length) + 2);
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        "\r\n"u8.CopyTo(_buffer.AsSpan(_length));
        _length += 2;
    }

    private void Reserve(int count)
    {
        if (_length + count > _buffer.Length)
        {
            var larger = BufferPool.Rent(Math.Max(2 * _buffer.Length, _length + count));
            Written.Span.CopyTo(larger);
            BufferPool.Return(_buffer);
            _buffer = larger;
        }
    }
}
