using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>A token that the upstream made.</summary>
public sealed record UpstreamToken(string Secret, DateTimeOffset ValidUntilUtc);

/// <summary>The tokens that a reseller's own account at the upstream keeps.</summary>
public interface IUpstreamTokenClient
{
    /// <summary>The longest life that the upstream gives a token; a little over ten years.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(315_569_520);

    /// <param name="limit">Conversions, from 1 to <see cref="ApiTokenService.MaxUsageLimit"/>.</param>
    /// <param name="life">Whole seconds, from 1 to <see cref="Longest"/>.</param>
    Task<Outcome<UpstreamToken>> CreateAsync(ResellerId reseller, long limit, TimeSpan life, CancellationToken cancellationToken);

    /// <returns>Whether the upstream has no such token any more; false where it could not be told.</returns>
    Task<bool> TryDeleteAsync(ResellerId reseller, string secret, CancellationToken cancellationToken);
}
