using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace ResellerPortal.EndToEnd.Tests.Pages;

/// <summary>What a page fetches, as it goes over the wire: compressed, with headers, and frames of its WebSocket apart.</summary>
internal sealed class PageTraffic : IAsyncDisposable
{
    private readonly ICDPSession _session;
    private long _bytes;
    private long _frameBytes;

    private PageTraffic(ICDPSession session) => _session = session;

    public int Kilobytes => (int)((_bytes + 999) / 1000);

    public int FrameKilobytes => (int)((_frameBytes + 999) / 1000);

    public static async Task<PageTraffic> StartAsync(IPage page)
    {
        var traffic = new PageTraffic(await page.Context.NewCDPSessionAsync(page));
        traffic._session.Event("Network.loadingFinished").OnEvent += (_, data) =>
            traffic._bytes += (long)data!.Value.GetProperty("encodedDataLength").GetDouble();
        traffic._session.Event("Network.webSocketFrameReceived").OnEvent += (_, data) =>
            traffic._frameBytes += Measure(data!.Value.GetProperty("response"));
        await traffic._session.SendAsync("Network.enable");
        return traffic;
    }

    public void Reset() => (_bytes, _frameBytes) = (0, 0);

    public async ValueTask DisposeAsync() => await _session.DetachAsync();

    /// <summary>Binary frames are reported in base64.</summary>
    private static int Measure(JsonElement frame)
    {
        var payload = frame.GetProperty("payloadData").GetString()!;
        return frame.GetProperty("opcode").GetInt32() == 1 ? Encoding.UTF8.GetByteCount(payload) : payload.Length / 4 * 3;
    }
}
