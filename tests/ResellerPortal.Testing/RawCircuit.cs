using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ResellerPortal.Testing;

/// <summary>
/// A circuit driven by hand, without the portal's script: a WebSocket that speaks the protocol of Blazor's hub and sends whatever a
/// test wants.
/// </summary>
public sealed partial class RawCircuit : IAsyncDisposable
{
    private const int BatchEndLength = 20;

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<string, object?> _answers = new();
    private readonly ConcurrentDictionary<string, string> _texts = new();
    private readonly ConcurrentDictionary<long, string> _clicks = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _receiving = Task.CompletedTask;
    private volatile bool _isClosed;
    private long _dispatcher;
    private long _renderedAt;
    private long _renderings;
    private int _count;

    private RawCircuit()
    {
    }

    /// <summary>Everything the server has sent to be shown.</summary>
    public IReadOnlyCollection<string> Texts => [.. _texts.Keys];

    /// <summary>The ids of handlers of clicks that were rendered and not disposed of.</summary>
    public IReadOnlyCollection<long> Clicks => [.. _clicks.Keys.Order()];

    /// <summary>The ids of handlers of the buttons with a label.</summary>
    public IReadOnlyList<long> FindButtons(string label) => [.. _clicks.Where(c => c.Value == label).Select(c => c.Key).Order()];

    /// <summary>The secret id of the circuit, once it is open.</summary>
    public string? Secret { get; private set; }

    /// <summary>Whether the server has ended the connection, or the circuit with an error.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Connects with the cookies of somebody or of nobody, and opens no circuit yet.</summary>
    /// <exception cref="WebSocketException">The server refuses the connection.</exception>
    public static async Task<RawCircuit> ConnectAsync(Uri server, string cookies)
    {
        var circuit = new RawCircuit();
        circuit._socket.Options.SetRequestHeader("Cookie", cookies);
        await circuit._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/_blazor" }.Uri, CancellationToken.None);
        await circuit._socket.SendAsync(
            "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(),
            WebSocketMessageType.Text,
            endOfMessage: true,
            CancellationToken.None);
        circuit._receiving = circuit.ReceiveAsync();
        return circuit;
    }

    /// <summary>Opens a circuit at an address with the components of a page's markers.</summary>
    /// <param name="html">The page whose markers are sent, which need not be the page at the address.</param>
    public async Task OpenAsync(Uri server, string path, string html)
    {
        Secret = await AskAsync("StartCircuit", server.ToString(), new Uri(server, path).ToString(), "[]", "") as string;
        var operations = Marker().Matches(html).Select(
            (m, i) => $"{{\"type\":\"add\",\"ssrComponentId\":{i + 1},\"marker\":{m.Groups[1].Value}}}");
        await SendAsync("UpdateRootComponents", null, $"{{\"batchId\":1,\"operations\":[{string.Join(',', operations)}]}}", "");
    }

    /// <summary>
    /// Clicks on whatever has a handler's id, and waits until that is done, asks for more in a dialog, or the circuit is over.
    /// </summary>
    /// <param name="opened">The connection that the circuit was opened with; null if it is this one.</param>
    public async Task ClickAsync(long handler, RawCircuit? opened = null)
    {
        _dispatcher = opened?._dispatcher ?? _dispatcher;
        await Eventually.TrueAsync(() => Volatile.Read(ref _dispatcher) != 0 || IsClosed, "the circuit takes events");
        var call = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        await SendAsync(
            "BeginInvokeDotNetFromJS",
            null,
            call,
            null,
            "DispatchEventAsync",
            Volatile.Read(ref _dispatcher),
            $"[{{\"eventHandlerId\":{handler},\"eventName\":\"click\",\"eventFieldInfo\":null}},{{\"type\":\"click\",\"detail\":1}}]");
        await Eventually.TrueAsync(
            () => _answers.ContainsKey("js" + call) || HasSeen("mud-dialog") || IsClosed, $"the click on {handler} is done");
    }

    /// <summary>Goes to another address within the circuit, and waits until the page there is at rest.</summary>
    /// <returns>How long it took until the last of what it shows had come.</returns>
    public async Task<TimeSpan> NavigateAsync(Uri address)
    {
        var (started, before) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref _renderings));
        await SendAsync("OnLocationChanged", null, address.ToString(), null, false);
        await Eventually.TrueAsync(() => Interlocked.Read(ref _renderings) > before || IsClosed, $"{address} is shown");
        await RestAsync();
        return Stopwatch.GetElapsedTime(started, Volatile.Read(ref _renderedAt));
    }

    /// <summary>Calls a method of the hub and waits for what it returns; null if the connection ends instead.</summary>
    public async Task<object?> AskAsync(string method, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        await SendAsync(method, id, arguments);
        await Eventually.TrueAsync(() => _answers.ContainsKey(id) || IsClosed, $"{method} answers");
        return _answers.GetValueOrDefault(id);
    }

    /// <summary>Waits until the server has sent a text.</summary>
    public Task SeesAsync(string text) => Eventually.TrueAsync(
        () => IsClosed || _texts.Keys.Any(t => t.Contains(text, StringComparison.Ordinal)), $"the circuit shows {text}");

    /// <summary>Waits until the page is at rest, since every rendering gives its handlers new ids.</summary>
    public Task RestAsync() => Eventually.TrueAsync(
        () => IsClosed || Stopwatch.GetElapsedTime(Volatile.Read(ref _renderedAt)) > TimeSpan.FromMilliseconds(500), "the page is at rest");

    public bool HasSeen(string text) => _texts.Keys.Any(t => t.Contains(text, StringComparison.Ordinal));

    /// <summary>Drops the connection without saying so.</summary>
    public async Task LeaveAsync()
    {
        await _ending.CancelAsync();
        _socket.Abort();
        await _receiving;
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _socket.Dispose();
        _ending.Dispose();
        _sending.Dispose();
    }

    public async Task SendAsync(string method, string? id, params object?[] arguments)
    {
        using var message = new MemoryStream();
        PackValue.Write(message, (object?[])[1, new Dictionary<string, string>(), id, method, arguments, Array.Empty<object?>()]);
        using var frame = new MemoryStream();
        for (var left = (int)message.Length; ; left >>= 7)
        {
            frame.WriteByte((byte)(left > 127 ? (left & 127) | 128 : left));
            if (left <= 127)
            {
                break;
            }
        }

        message.WriteTo(frame);
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(frame.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, _ending.Token);
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _isClosed = true;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Reads what the server sends as one stream: messages of the WebSocket and of the hub need not have the same ends.</summary>
    private async Task ReceiveAsync()
    {
        var (buffer, waiting, isGreeted) = (new byte[64 * 1024], new List<byte>(), false);
        try
        {
            while (await _socket.ReceiveAsync(buffer, _ending.Token) is { MessageType: not WebSocketMessageType.Close } part)
            {
                waiting.AddRange(buffer.AsSpan(0, part.Count));
                if (!isGreeted && waiting.IndexOf(0x1e) is >= 0 and var end)
                {
                    isGreeted = true;
                    waiting.RemoveRange(0, end + 1);
                }

                while (isGreeted && TakeFrame(waiting) is { } frame)
                {
                    var at = 0;
                    await TakeAsync((object?[])PackValue.Read(frame, ref at)!);
                }
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is over.
        }
        finally
        {
            _isClosed = true;
        }
    }

    /// <returns>Null if the next frame is not complete.</returns>
    private static byte[]? TakeFrame(List<byte> waiting)
    {
        var (length, at) = (0, 0);
        do
        {
            if (at == waiting.Count)
            {
                return null;
            }

            length |= (waiting[at] & 127) << (7 * at);
        }
        while ((waiting[at++] & 128) != 0);

        if (waiting.Count < at + length)
        {
            return null;
        }

        var frame = waiting.GetRange(at, length).ToArray();
        waiting.RemoveRange(0, at + length);
        return frame;
    }

    private async Task TakeAsync(object?[] message)
    {
        switch (message)
        {
            case [3L, _, string id, 3L, var result]:
                _answers[id] = result;
                break;
            case [3L, _, string id, ..]:
                _answers[id] = null;
                break;
            case [7L, ..]:
                _isClosed = true;
                break;
            case [1L, _, _, "JS.Error", ..]:
                _isClosed = true;
                break;
            case [1L, _, _, "JS.RenderBatch", object?[] { Length: 2 } batch, ..]:
                ReadBatch((byte[])batch[1]!);
                Volatile.Write(ref _renderedAt, Stopwatch.GetTimestamp());
                Interlocked.Increment(ref _renderings);
                await SendAsync("OnRenderCompleted", null, (long)batch[0]!, null);
                break;
            case [1L, _, _, "JS.EndInvokeDotNet", object?[] { Length: > 0 } ended, ..]:
                _answers["js" + ended[0]] = ended;
                break;
            case [1L, _, _, "JS.BeginInvokeJS", object?[] { Length: > 2 } call, ..]:
                _texts[call[2] as string ?? ""] = "";
                if (call[1] as string == "Blazor._internal.attachWebRendererInterop")
                {
                    Volatile.Write(
                        ref _dispatcher, long.Parse(Reference().Match((string)call[2]!).Groups[1].Value, CultureInfo.InvariantCulture));
                }

                if (call[0] is long and not 0)
                {
                    var answer = call[1] as string == "portalTheme.isDark" ? "false" : "null";
                    await SendAsync("EndInvokeJSFromDotNet", null, (long)call[0]!, true, $"[{call[0]},true,{answer}]");
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Reads the texts of a batch and the handlers of its frames (the end of a batch says where its parts are).</summary>
    private void ReadBatch(byte[] batch)
    {
        // A batch that the server sends once more after a reconnection may have lost its content.
        if (batch.Length < BatchEndLength)
        {
            return;
        }

        var (frames, disposed, table) = (Number(batch.Length - 16), Number(batch.Length - 8), Number(batch.Length - 4));
        var texts = new List<string>();
        for (var at = table; at < batch.Length - BatchEndLength; at += 4)
        {
            texts.Add(Text(Number(at)));
        }

        foreach (var text in texts)
        {
            _texts[text] = "";
        }

        const int FrameLength = 20;
        const int TextFrame = 2;
        const int AttributeFrame = 3;
        var last = 0L;
        for (var (i, count) = (0, Number(frames)); i < count; i++)
        {
            var at = frames + 4 + (i * FrameLength);
            if (Number(at) == AttributeFrame
                && BinaryPrimitives.ReadInt64LittleEndian(batch.AsSpan(at + 12)) is > 0 and var handler
                && texts[Number(at + 4)] == "onclick")
            {
                _clicks[last = handler] = "";
            }
            else if (Number(at) == TextFrame && last != 0 && texts[Number(at + 4)].Trim() is { Length: > 0 } label)
            {
                // The label of a button follows its handler.
                _clicks[last] = label;
                last = 0;
            }
        }

        for (var (i, count) = (0, Number(disposed)); i < count; i++)
        {
            _clicks.TryRemove(BinaryPrimitives.ReadInt64LittleEndian(batch.AsSpan(disposed + 4 + (i * 8))), out _);
        }

        int Number(int at) => BinaryPrimitives.ReadInt32LittleEndian(batch.AsSpan(at));

        string Text(int at)
        {
            var (length, shift) = (0, 0);
            do
            {
                length |= (batch[at] & 127) << shift;
                shift += 7;
            }
            while ((batch[at++] & 128) != 0);

            return Encoding.UTF8.GetString(batch, at, length);
        }
    }

    [GeneratedRegex("<!--Blazor:({\"type\":\"server\".+?})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("\"__dotNetObject\":(\\d+)")]
    private static partial Regex Reference();
}
