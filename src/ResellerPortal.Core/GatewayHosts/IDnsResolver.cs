using System.Net;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>Where a host name leads to.</summary>
/// <param name="CanonicalNames">The names that its CNAME records lead through, in lower case.</param>
public sealed record ResolvedHost(IReadOnlyList<string> CanonicalNames, IReadOnlyList<IPAddress> Addresses);

/// <summary>Asks DNS for records, without a cache of its own.</summary>
public interface IDnsResolver
{
    /// <summary>The values of a name's TXT records; empty if there are none.</summary>
    /// <exception cref="DnsUnansweredException">The name servers did not answer.</exception>
    Task<IReadOnlyList<string>> ListTextsAsync(string name, CancellationToken cancellationToken);

    /// <exception cref="DnsUnansweredException">The name servers did not answer.</exception>
    Task<ResolvedHost> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>The name servers did not answer, or not in a way that says whether a record exists.</summary>
public sealed class DnsUnansweredException(string name, Exception? inner = null)
    : Exception($"The name servers did not answer for {name}.", inner);
