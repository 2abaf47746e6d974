using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using ResellerPortal.Gateway;

namespace ResellerPortal.Web.CustomerPages.QuickStart;

public sealed partial class QuickStartPage(NavigationManager navigation, IOptions<GatewayOptions> gateway)
{
    private IReadOnlyList<CodeSample> _samples = [];

    private string Base => (gateway.Value.PublicUrl is { Length: > 0 } publicUrl ? publicUrl : navigation.BaseUri).TrimEnd('/');

    protected override void OnInitialized() => _samples = QuickStartSamples.For(Base);
}
