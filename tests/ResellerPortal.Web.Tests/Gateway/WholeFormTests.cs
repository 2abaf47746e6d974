using System.Buffers;
using System.Runtime.InteropServices;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>A form's buffer is another's only when nobody can be sending it any more.</summary>
public sealed class WholeFormTests
{
    private const int Size = 60_000;

    [Fact]
    public async Task A_buffer_that_was_sent_goes_back_to_the_pool()
    {
        using var upstream = new SlowStream();
        var form = FormOf("sent"u8);
        upstream.Go();
        await form.CopyToAsync(upstream);

        form.Dispose();

        Assert.Equal("sent"u8, upstream.Written.Span);
        Assert.Contains(Rented(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_buffer_that_is_still_being_sent_is_nobody_elses()
    {
        using var upstream = new SlowStream();
        var form = FormOf("being sent"u8);
        var sending = form.CopyToAsync(upstream);

        form.Dispose();

        var others = Rented();
        Assert.DoesNotContain(others, other => ReferenceEquals(other, upstream.Array));
        others.ForEach(other => other.AsSpan().Clear());
        upstream.Go();
        await sending;
        Assert.Equal("being sent"u8, upstream.Written.Span);
        Assert.DoesNotContain(Rented(), other => ReferenceEquals(other, upstream.Array));
    }

    [Fact]
    public async Task A_form_that_is_gone_is_not_sent()
    {
        using var upstream = new SlowStream();
        var form = FormOf("gone"u8);

        form.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => form.CopyToAsync(upstream));
        Assert.Null(upstream.Array);
    }

    private static WholeForm FormOf(ReadOnlySpan<byte> content)
    {
        var form = new WholeForm(Size, "multipart/form-data");
        form.Content.Write(content);
        return form;
    }

    /// <summary>More than the pool keeps for this thread and for all.</summary>
    private static List<byte[]> Rented() => [.. Enumerable.Range(0, 1000).Select(_ => ArrayPool<byte>.Shared.Rent(Size))];

    /// <summary>Takes what it is given only when the test lets it.</summary>
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
