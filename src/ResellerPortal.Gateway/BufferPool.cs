using System.Buffers;

namespace ResellerPortal.Gateway;

/// <summary>
/// Buffers for what passes through. A busy node has hundreds of a size in use at once, of which the shared pool keeps some
/// sixty; new ones would live just long enough to be costly.
/// </summary>
internal static class BufferPool
{
    /// <summary>Bytes of the largest that are kept here: 64 MiB of all sizes at most.</summary>
    public const int MaxKept = 64 * 1024;

    private static readonly ArrayPool<byte> Kept = ArrayPool<byte>.Create(MaxKept, maxArraysPerBucket: 512);

    public static byte[] Rent(int least) => GetPool(least).Rent(least);

    public static void Return(byte[] buffer) => GetPool(buffer.Length).Return(buffer);

    private static ArrayPool<byte> GetPool(int size) => size <= MaxKept ? Kept : ArrayPool<byte>.Shared;
}
