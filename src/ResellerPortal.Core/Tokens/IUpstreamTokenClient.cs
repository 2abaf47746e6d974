using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>A token created by the upstream.</summary>
public sealed record UpstreamToken(string Secret, DateTimeOffset ValidUntilUtc);

/// <summary>Manages the tokens of a reseller's own upstream account.</summary>
public interface IUpstreamTokenClient
{
    /// <summary>The upstream's maximum token lifetime; slightly over ten years.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(315_569_520);

    /// <param name="limit">Conversions, from 1 to <see cref="ApiTokenService.MaxUsageLimit"/>.</param>
    /// <param name="life">Whole seconds, from 1 to <see cref="Longest"/>.</param>
    Task<Outcome<UpstreamToken>> CreateAsync(ResellerId reseller, long limit, TimeSpan life, CancellationToken cancellationToken);

    /// <returns>Whether the token no longer exists at the upstream; false if the upstream is unreachable.</returns>
    Task<bool> TryDeleteAsync(ResellerId reseller, string secret, CancellationToken cancellationToken);
}
