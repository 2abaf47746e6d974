using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.GatewayHosts;

namespace ResellerPortal.Gateway.Hosts;

/// <summary>Asks the system's name servers, or the one that the settings name.</summary>
internal sealed class DnsResolver(IOptions<GatewayOptions> options) : IDnsResolver
{
    private const int DnsPort = 53;

    private readonly Lazy<LookupClient> _client = new(() => Create(options.Value.DnsServer));

    public async Task<IReadOnlyList<string>> ListTextsAsync(string name, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(name, QueryType.TXT, cancellationToken)).OfType<TxtRecord>().Select(record => string.Concat(record.Text))];

    public async Task<ResolvedHost> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var v4 = await QueryAsync(host, QueryType.A, cancellationToken);
        var v6 = await QueryAsync(host, QueryType.AAAA, cancellationToken);
        var records = v4.Concat(v6).ToList();
        return new ResolvedHost(
            [.. records.OfType<CNameRecord>().Select(r => r.CanonicalName.Value.TrimEnd('.').ToLowerInvariant()).Distinct()],
            [.. records.OfType<AddressRecord>().Select(r => r.Address).Distinct()]);
    }

    /// <summary>Whether a text names a server by its address, with or without a port.</summary>
    internal static bool IsServer(string text) => text.Length == 0 || IPEndPoint.TryParse(text, out _);

    private static LookupClient Create(string server)
    {
        var lookup = server.Length == 0
            ? new LookupClientOptions()
            : new LookupClientOptions(IPEndPoint.Parse(server) is { Port: 0 } plain ? new IPEndPoint(plain.Address, DnsPort)
                : IPEndPoint.Parse(server));

        // A person waits for the answer, and what was changed in DNS a moment ago must count.
        (lookup.UseCache, lookup.Timeout, lookup.Retries) = (false, TimeSpan.FromSeconds(3), 1);
        return new LookupClient(lookup);
    }

    private async Task<IReadOnlyList<DnsResourceRecord>> QueryAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(name, type, QueryClass.IN, cancellationToken);
            return answer.Header.ResponseCode is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
                ? answer.Answers
                : throw new DnsUnansweredException(name);
        }
        catch (Exception failure) when (failure is DnsResponseException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            throw new DnsUnansweredException(name, failure);
        }
    }
}
