using System.Buffers;

namespace ResellerPortal.Gateway;

/// <summary>
/// Buffers for relayed content. A busy node uses hundreds of one size at once, of which the shared pool keeps about sixty; allocating the
/// rest would be expensive.
/// </summary>
internal static class BufferPool
{
    /// <summary>Size in bytes of the largest buffers pooled here: 64 MiB of all sizes at most.</summary>
    public const int MaxKept = 64 * 1024;

    private static readonly ArrayPool<byte> Kept = ArrayPool<byte>.Create(MaxKept, maxArraysPerBucket: 512);

    public static byte[] Rent(int least) => GetPool(least).Rent(least);

    public static void Return(byte[] buffer) => GetPool(buffer.Length).Return(buffer);

    private static ArrayPool<byte> GetPool(int size) => size <= MaxKept ? Kept : ArrayPool<byte>.Shared;
}
