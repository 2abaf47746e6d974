using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// The history's hash chain, version 1. Numbers are big-endian, a missing id is 16 zero bytes, and texts are UTF-8 prefixed by their
/// length in bytes (four bytes; −1 if missing).
/// <code>
/// Commitment = SHA-256( salt(16) ‖ actor name ‖ subject ‖ changes )
/// Hash = SHA-256( previous hash(32) ‖ 0x01 ‖ sequence(8) ‖ id(16) ‖ chain(16) ‖ customer(16) ‖ user(16) ‖ at(8, µs since 1970) ‖ action ‖
/// commitment(32) )
/// </code>
/// The first entry's previous hash is 32 zero bytes. The network address is excluded because it is only kept for a limited time.
/// </summary>
public static class AuditHash
{
    private const byte Version = 1;

    public static byte[] Start => new byte[32];

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);

    public static byte[] ComputeCommitment(AuditEntry entry, byte[] salt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt);
        Append(hash, entry.ActorName);
        Append(hash, entry.Subject);
        Append(hash, entry.Changes);
        return hash.GetHashAndReset();
    }

    public static byte[] Compute(AuditEntry entry, long sequence, byte[] commitment, byte[] previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData([Version]);
        Append(hash, sequence);
        Append(hash, entry.Id);
        Append(hash, entry.Chain);
        Append(hash, entry.CustomerId?.Value ?? Guid.Empty);
        Append(hash, entry.UserId ?? Guid.Empty);
        Append(hash, UtcMicroseconds.From(entry.AtUtc));
        Append(hash, entry.Action);
        hash.AppendData(commitment);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
