using System.Collections.Concurrent;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Remembers whose a token is, which never changes, so that a request can be checked before anything is reserved. Whether the token may be
/// used is decided by the database at each use.
/// </summary>
internal sealed class TokenOwnerCache(TokenAuthenticator authenticator)
{
    private const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<UInt128, TokenOwner> _known = new();

    /// <param name="secretHash">SHA-256 of the token's secret.</param>
    /// <returns>Null if there is no such token.</returns>
    public async ValueTask<TokenOwner?> FindAsync(byte[] secretHash, CancellationToken cancellationToken)
    {
        var key = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(secretHash);
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (await authenticator.FindOwnerAsync(secretHash, cancellationToken) is not { } owner)
        {
            return null;
        }

        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        return _known[key] = new TokenOwner(owner.Reseller, owner.Customer);
    }
}
