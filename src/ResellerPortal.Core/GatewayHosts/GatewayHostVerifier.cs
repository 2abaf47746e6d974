using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>Checks whether DNS proves that a host name is a reseller's and leads to this portal.</summary>
public sealed class GatewayHostVerifier(IDnsResolver dns, PortalAddress portal)
{
    /// <summary>The state of both records.</summary>
    public async Task<(DnsRecordState Text, DnsRecordState Address)> VerifyAsync(GatewayHost host, CancellationToken cancellationToken) =>
        (await CheckTextAsync(host, cancellationToken), await CheckAddressAsync(host.HostName, cancellationToken));

    private async Task<DnsRecordState> CheckTextAsync(GatewayHost host, CancellationToken cancellationToken)
    {
        try
        {
            var texts = await dns.ListTextsAsync(host.TextRecordName, cancellationToken);
            return texts.Any(text => text.Trim() == host.VerificationValue) ? DnsRecordState.Correct
                : texts.Count > 0 ? DnsRecordState.Different
                : DnsRecordState.Missing;
        }
        catch (DnsUnansweredException)
        {
            return DnsRecordState.Unanswered;
        }
    }

    /// <summary>A CNAME to the portal's host counts, or addresses that are all the portal's: clients may use any of them.</summary>
    private async Task<DnsRecordState> CheckAddressAsync(string hostName, CancellationToken cancellationToken)
    {
        try
        {
            var resolved = await dns.ResolveAsync(hostName, cancellationToken);
            if (resolved.Addresses.Count == 0)
            {
                return resolved.CanonicalNames.Count > 0 ? DnsRecordState.Different : DnsRecordState.Missing;
            }

            if (resolved.CanonicalNames.Contains(portal.Host, StringComparer.OrdinalIgnoreCase))
            {
                return DnsRecordState.Correct;
            }

            var own = (await dns.ResolveAsync(portal.Host, cancellationToken)).Addresses;
            return resolved.Addresses.All(own.Contains) ? DnsRecordState.Correct : DnsRecordState.Different;
        }
        catch (DnsUnansweredException)
        {
            return DnsRecordState.Unanswered;
        }
    }
}
