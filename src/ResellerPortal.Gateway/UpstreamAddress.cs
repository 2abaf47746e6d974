using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ResellerPortal.Gateway.Sandbox;

namespace ResellerPortal.Gateway;

/// <summary>Where the upstream is and how we sign in there: the configured service, or the sandbox on this very server.</summary>
public sealed class UpstreamAddress(IOptions<ConvertApiOptions> options, IServer server)
{
    private static readonly string[] AnyHost = ["0.0.0.0", "[::]", "*", "+"];

    private readonly string _sandboxSecret = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public string Secret => options.Value.IsSandbox ? _sandboxSecret : options.Value.Secret;

    public string Of(string path) => (options.Value.IsSandbox ? SandboxBase() : options.Value.BaseUrl.TrimEnd('/')) + path;

    private string SandboxBase()
    {
        var bound = BindingAddress.Parse(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        var host = AnyHost.Contains(bound.Host) ? "127.0.0.1" : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{SandboxUpstream.Path}";
    }
}
