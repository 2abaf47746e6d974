namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// The form that is sent upstream: what was read before, followed by the rest of the caller's body, which is read, checked and rewritten
/// while it is sent.
/// </summary>
internal sealed class UpstreamForm : CallerContent
{
    /// <summary>
    /// Bytes by which parts behind the first file may grow when they are rewritten, for small and for large forms. The form is announced
    /// with a length, because a chunked request makes the upstream copy the whole body; blanks fill what is missing behind the last
    /// boundary. Servers in .NET accept at most 16 KiB there, so parts that shrink are padded one by one.
    /// </summary>
    private const int LeastGrowth = 4 * 1024;

    private const int MostGrowth = 12 * 1024;

    private const int MaxPaddingOfPart = 4 * 1024;

    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)' ', LeastGrowth)];

    private readonly FormWriter _head;
    private readonly ICallerForm? _rest;
    private readonly ConversionParameters _parameters;
    private readonly long _length;
    private readonly long _growth;
    private long _sent;

    /// <param name="head">What was read so far; it ends within a file if there is a rest.</param>
    /// <param name="rest">The rest of the caller's body; null if everything was read.</param>
    public UpstreamForm(FormWriter head, ICallerForm? rest, ConversionParameters parameters)
    {
        (_head, _rest, _parameters) = (head, rest, parameters);
        var left = rest?.BytesLeft;
        _growth = Math.Clamp((left ?? 0) / 4, LeastGrowth, MostGrowth);
        _length = rest is null ? head.Written.Length : left is { } known ? head.Written.Length + known + _growth : 0;
        if (_length > 0)
        {
            Headers.ContentLength = _length;
        }

        Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary=\"{head.Boundary}\"");
    }

    /// <summary>Called before a further file is sent, with the number of files so far; throws if it may not be.</summary>
    public Func<int, ValueTask>? BeforeFile { get; set; }

    /// <summary>Called when all parameters are known; returns fields to append.</summary>
    public Func<ValueTask<IReadOnlyList<KeyValuePair<string, string>>>>? AtEnd { get; set; }

    /// <summary>Whether all of it was read before it is sent.</summary>
    public bool IsWhole => _rest is null;

    /// <summary>Bytes that were sent so far.</summary>
    public long Sent => _sent;

    protected override async Task WriteAsync(Stream upstream, CancellationToken cancellationToken)
    {
        await SendAsync(_head.Written, upstream, cancellationToken);
        if (_rest is { } rest)
        {
            await CopyFileAsync(rest, upstream, cancellationToken);
            await WriteRestAsync(rest, upstream, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return _length > 0;
    }

    protected override void Release()
    {
        _head.Dispose();
        _rest?.Dispose();
    }

    private async Task CopyFileAsync(ICallerForm rest, Stream upstream, CancellationToken cancellationToken)
    {
        while (await FromCallerAsync(rest.ReadContentAsync(cancellationToken), cancellationToken) is { IsEmpty: false } piece)
        {
            await SendAsync(piece, upstream, cancellationToken);
        }

        _head.Clear();
        _head.EndFile();
    }

    private async Task WriteRestAsync(ICallerForm rest, Stream upstream, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length > 0)
            {
                var tooShort = _length - _sent - _head.Written.Length - rest.BytesLeft!.Value - _growth;
                _head.Padding = (int)Math.Clamp(tooShort, 0, MaxPaddingOfPart);
            }

            if (await FromCallerAsync(rest.ReadNextAsync(cancellationToken), cancellationToken) is not { } parameter)
            {
                break;
            }

            var files = _parameters.Files;
            var isFile = await FromCallerAsync(_parameters.AddAsync(parameter, rest, _head, cancellationToken), cancellationToken);
            if (_parameters.Files > files && BeforeFile is { } before)
            {
                await FromCallerAsync(RunAsync(() => before(_parameters.Files)), cancellationToken);
            }

            await SendAsync(_head.Written, upstream, cancellationToken);
            _head.Clear();
            if (isFile)
            {
                await CopyFileAsync(rest, upstream, cancellationToken);
            }
        }

        if (AtEnd is { } atEnd)
        {
            foreach (var (name, value) in await FromCallerAsync(atEnd(), cancellationToken))
            {
                _head.WriteText(ParameterName.Parse(name), value);
            }
        }

        _head.EndForm();
        await SendAsync(_head.Written, upstream, cancellationToken);
        while (_length > 0 && _length - _sent is > 0 and var missing)
        {
            await SendAsync(Padding.AsMemory(0, (int)Math.Min(missing, Padding.Length)), upstream, cancellationToken);
        }
    }

    private static async ValueTask<bool> RunAsync(Func<ValueTask> work)
    {
        await work();
        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, Stream upstream, CancellationToken cancellationToken)
    {
        if (_length > 0 && _sent + bytes.Length > _length)
        {
            await FromCallerAsync(
                ValueTask.FromException<bool>(new Callers.CallerErrorException(GatewayError.TextAfterFiles)), cancellationToken);
        }

        _sent += bytes.Length;
        await upstream.WriteAsync(bytes, cancellationToken);
    }
}
