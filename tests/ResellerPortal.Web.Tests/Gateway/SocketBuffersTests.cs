using System.Text;
using Microsoft.AspNetCore.Connections;
using ResellerPortal.Gateway;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public sealed class SocketBuffersTests
{
    private const int BlockSize = 64 * 1024;

    /// <summary>More than the pool keeps.</summary>
    private const int Many = 1500;

    [Fact]
    public async Task The_server_reads_what_callers_send_into_them()
    {
        using var server = PortalServer.Start();
        using var caller = server.WithToken("none");
        var sent = Guid.NewGuid().ToString("N");
        using var answer = await caller.PostAsync("/convert/docx/to/pdf", new StringContent(sent, Encoding.ASCII, "text/plain"));
        var pool = server.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

        // The block is returned shortly after the response is sent.
        Assert.True(SpinWait.SpinUntil(IsInABlock, TimeSpan.FromSeconds(10)));

        bool IsInABlock()
        {
            var blocks = Enumerable.Range(0, 8).Select(_ => pool.Rent()).ToList();
            var isFound = blocks.Exists(block => block.Memory.Span.IndexOf(Encoding.ASCII.GetBytes(sent)) >= 0);
            blocks.ForEach(block => block.Dispose());
            return isFound;
        }
    }

    [Fact]
    public void A_block_is_somebodys_alone_until_it_comes_back()
    {
        var pool = new SocketBuffers();
        var blocks = Enumerable.Range(0, Many).Select(_ => pool.Rent(4096)).ToList();
        foreach (var (number, block) in blocks.Index())
        {
            Assert.Equal(BlockSize, block.Memory.Length);
            BitConverter.TryWriteBytes(block.Memory.Span, number);
        }

        Assert.All(blocks.Index(), numbered => Assert.Equal(numbered.Index, BitConverter.ToInt32(numbered.Item.Memory.Span)));
        blocks.ForEach(block => block.Dispose());
        var again = Enumerable.Range(0, Many).Select(_ => pool.Rent()).ToHashSet();
        Assert.Equal(Many, again.Count);
        Assert.Equal(1024, again.Intersect(blocks).Count());
    }

    [Fact]
    public void None_is_given_that_is_too_small()
    {
        var pool = new SocketBuffers();
        Assert.Equal(BlockSize, pool.MaxBufferSize);
        Assert.Equal(BlockSize, pool.Rent(BlockSize).Memory.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockSize + 1));
    }
}
