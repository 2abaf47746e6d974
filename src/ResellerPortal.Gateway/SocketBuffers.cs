using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ResellerPortal.Gateway;

/// <summary>
/// Gives the web server blocks of 64 KiB instead of its default 4: it reads up to one block per call, so a large upload takes a sixteenth
/// of the calls. An idle connection holds no block.
/// </summary>
internal sealed class SocketBuffers : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Maximum number of kept blocks: 64 MiB.</summary>
    private const int MaxKept = 1024;

    private readonly Lock _gate = new();

    /// <summary>Last in, first out, because the most recently used block is likely in the processor cache.</summary>
    private readonly Stack<Block> _free = new();

    public override int MaxBufferSize => BlockSize;

    /// <summary>Returns one shared pool.</summary>
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
            if (_free.Count < MaxKept)
            {
                _free.Push(block);
            }
        }
    }

    /// <summary>Pinned, because the operating system writes into it.</summary>
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
