using System.Runtime.InteropServices;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>The buffer of a form is reused only when it can no longer be in use.</summary>
public sealed class BufferedFormContentTests
{
    private static readonly byte[] Form = [.. Enumerable.Range(0, 60_000).Select(i => (byte)(i % 251))];

    [Fact]
    public async Task A_buffer_that_was_sent_goes_back_to_the_pool()
    {
        using var upstream = new SlowStream();
        var form = await FormAsync(Form);
        upstream.Go();
        await form.CopyToAsync(upstream);

        form.Dispose();

        Assert.Equal(Form, upstream.Written.Span);
        Assert.Contains(Rented(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_buffer_that_is_still_being_sent_is_nobody_elses()
    {
        using var upstream = new SlowStream();
        var form = await FormAsync(Form);
        var sending = form.CopyToAsync(upstream);

        form.Dispose();

        var others = Rented();
        Assert.DoesNotContain(others, other => ReferenceEquals(other, upstream.Array));
        others.ForEach(other => other.AsSpan().Clear());
        upstream.Go();
        await sending;
        Assert.Equal(Form, upstream.Written.Span);
        Assert.DoesNotContain(Rented(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_form_that_is_gone_is_not_sent()
    {
        using var upstream = new SlowStream();
        var form = await FormAsync(Form);

        form.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => form.CopyToAsync(upstream));
        Assert.Null(upstream.Array);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(59_999)]
    public async Task What_is_changed_from_some_byte_on_is_sent_as_it_was_written(int unchanged)
    {
        using var upstream = new SlowStream();
        byte[] changed = [.. Form[..unchanged], .. "changed"u8, .. Form];
        using var form = await FormAsync(Form[..unchanged], "changed"u8.ToArray(), Form);
        upstream.Go();

        await form.CopyToAsync(upstream);

        Assert.Equal(changed.Length, form.Headers.ContentLength);
        Assert.Equal(changed, upstream.Written.Span);
    }

    [Fact]
    public async Task An_omitted_tail_is_not_sent()
    {
        using var upstream = new SlowStream();
        using var form = await FormAsync(Form[..100], Form[100..200]);
        upstream.Go();

        await form.CopyToAsync(upstream);

        Assert.Equal(Form[..200], upstream.Written.Span);
    }

    private static async Task<BufferedFormContent> FormAsync(params byte[][] written)
    {
        var form = await BufferedFormContent.ReadAsync(new MemoryStream(Form), Form.Length, "multipart/form-data", default);
        foreach (var bytes in written)
        {
            await form.WriteAsync(bytes, default);
        }

        return form;
    }

    /// <summary>More than the pool keeps.</summary>
    private static List<byte[]> Rented() => [.. Enumerable.Range(0, 1000).Select(_ => BufferPool.Rent(Form.Length))];

    /// <summary>Accepts data only when the test allows it.</summary>
    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _going = new();

        public byte[]? Array { get; private set; }

        public ReadOnlyMemory<byte> Written => GetBuffer().AsMemory(0, (int)Length);

        public void Go() => _going.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Array = MemoryMarshal.TryGetArray(buffer, out var segment) ? segment.Array : null;
            await _going.Task;
            Write(buffer.Span);
        }
    }
}
