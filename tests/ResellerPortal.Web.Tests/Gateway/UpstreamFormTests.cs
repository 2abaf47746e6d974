using System.Runtime.InteropServices;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Requests;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>The buffer of a form is reused only when it can no longer be in use.</summary>
public sealed class UpstreamFormTests
{
    [Fact]
    public async Task A_buffer_that_was_sent_goes_back_to_the_pool()
    {
        using var upstream = new SlowStream();
        var (form, written) = CreateForm();
        upstream.Go();
        await form.CopyToAsync(upstream);

        form.Dispose();

        Assert.Equal(written, upstream.Written.Span);
        Assert.Contains(Rent(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_buffer_that_is_still_being_sent_is_nobody_elses()
    {
        using var upstream = new SlowStream();
        var (form, written) = CreateForm();
        var sending = form.CopyToAsync(upstream);

        form.Dispose();

        var others = Rent();
        Assert.DoesNotContain(others, other => ReferenceEquals(other, upstream.Array));
        others.ForEach(other => other.AsSpan().Clear());
        upstream.Go();
        await sending;
        Assert.Equal(written, upstream.Written.Span);
        Assert.DoesNotContain(Rent(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_form_that_is_gone_is_not_sent()
    {
        using var upstream = new SlowStream();
        var (form, _) = CreateForm();

        form.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => form.CopyToAsync(upstream));
        Assert.Null(upstream.Array);
    }

    private static (UpstreamForm Form, byte[] Written) CreateForm()
    {
        var head = new FormWriter(BufferPool.MaxKept);
        head.BeginFile(ParameterName.File, "a.docx");
        head.Write([.. Enumerable.Range(0, 50_000).Select(i => (byte)(i % 251))]);
        head.EndFile();
        head.EndForm();
        var written = head.Written.ToArray();
        return (new UpstreamForm(head, rest: null, new ConversionParameters(null!)), written);
    }

    /// <summary>More buffers than the pool keeps of this size.</summary>
    private static List<byte[]> Rent() => [.. Enumerable.Range(0, 600).Select(_ => BufferPool.Rent(BufferPool.MaxKept))];

    /// <summary>A stream that remembers the memory it was given, and waits before it reads it.</summary>
    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _go = new();

        public byte[]? Array { get; private set; }

        public ReadOnlyMemory<byte> Written { get; private set; }

        public void Go() => _go.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Array = MemoryMarshal.TryGetArray(buffer, out var segment) ? segment.Array : null;
            await _go.Task;
            Written = buffer.ToArray();
        }
    }
}
