using System.Runtime.InteropServices;
using ResellerPortal.Gateway;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Hundreds of concurrent conversions reuse pooled buffers instead of allocating new ones.</summary>
public sealed class BufferPoolTests
{
    /// <summary>The default concurrency of two resellers.</summary>
    private const int Many = 512;

    [Fact]
    public async Task The_heads_of_hundreds_of_answers_at_once_are_read_into_the_same_buffers_again()
    {
        var first = await ReadManyAsync();
        var second = await ReadManyAsync();

        Assert.Equal(Many, first.Count);

        // Requests of other tests may use a few.
        Assert.True(first.Intersect(second).Count() > Many / 2);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(BufferPool.MaxKept)]
    [InlineData(BufferPool.MaxKept + 1)]
    [InlineData(1_000_000)]
    public void One_of_any_size_can_be_had_and_given_back(int least)
    {
        var buffer = BufferPool.Rent(least);

        Assert.InRange(buffer.Length, least, 2 * least);
        BufferPool.Return(buffer);
    }

    private static async Task<List<byte[]>> ReadManyAsync()
    {
        var heads = new List<ResponseHead>();
        for (var i = 0; i < Many; i++)
        {
            heads.Add(
                await ResponseHead.ReadAsync(new MemoryStream("""{"ConversionCost":1,"Files":[]}"""u8.ToArray()), length: null, default));
        }

        var buffers = heads.ConvertAll(head => MemoryMarshal.TryGetArray(head.Bytes, out var held) ? held.Array! : []);
        heads.ForEach(head => head.Dispose());
        return [.. buffers.Distinct()];
    }
}
