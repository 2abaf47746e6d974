using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ResellerPortal.Gateway;

/// <summary>
/// Gives the web server blocks of 64 KiB where its own has 4: it reads from a connection as much as a block holds, so a large
/// file comes in with a sixteenth of the calls. A connection on which nothing comes or goes has none.
/// </summary>
internal sealed class SocketBuffers : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Blocks that are kept: 64 MiB at most, once so many were in use.</summary>
    private const int MostKept = 1024;

    private readonly Lock _gate = new();

    /// <summary>The one given back last goes out first, for the processor still has it at hand.</summary>
    private readonly Stack<Block> _free = new();

    public override int MaxBufferSize => BlockSize;

    /// <summary>One pool for all that asks.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_gate)
        {
            if (_free.TryPop(out var block))
            {
                return block;
            }
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        lock (_gate)
        {
            if (_free.Count < MostKept)
            {
                _free.Push(block);
            }
        }
    }

    /// <summary>Does not move, as the system writes into it.</summary>
    private sealed class Block : IMemoryOwner<byte>
    {
        private readonly SocketBuffers _pool;

        public Block(SocketBuffers pool)
        {
            _pool = pool;
            var bytes = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
            Memory = MemoryMarshal.CreateFromPinnedArray(bytes, 0, bytes.Length);
        }

        public Memory<byte> Memory { get; }

        public void Dispose() => _pool.Return(this);
    }
}
