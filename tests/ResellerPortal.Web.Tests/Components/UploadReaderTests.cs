using Microsoft.AspNetCore.Components.Forms;
using ResellerPortal.Testing;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Tests.Components;

public sealed class UploadReaderTests
{
    [Fact]
    public async Task Files_are_read_two_at_a_time_and_no_larger_ones_than_allowed()
    {
        using var reader = new UploadReader();
        using var mayEnd = new SemaphoreSlim(0);
        var (started, running, most) = (0, 0, 0);
        var reads = Enumerable.Range(0, 6).Select(_ => reader.ReadAsync(new SmallFile(), 100, (_, _) =>
        {
            lock (mayEnd)
            {
                started++;
                most = Math.Max(most, ++running);
            }

            mayEnd.Wait(CancellationToken.None);
            lock (mayEnd)
            {
                return --running;
            }
        })).ToList();

        for (var i = 0; i < reads.Count; i++)
        {
            await Eventually.TrueAsync(() => Volatile.Read(ref started) >= Math.Min(i + 2, reads.Count));
            mayEnd.Release();
        }

        await Task.WhenAll(reads);
        Assert.Equal(2, most);
        await Assert.ThrowsAsync<InvalidDataException>(() => reader.ReadAsync(new SmallFile(), 99, (_, _) => 0));
    }

    private sealed class SmallFile : IBrowserFile
    {
        public string Name => "a.csv";

        public DateTimeOffset LastModified => default;

        public long Size => 100;

        public string ContentType => "text/csv";

        public Stream OpenReadStream(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default) =>
            new MemoryStream(new byte[Size]);
    }
}
