using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.CustomerPages.QuickStart;

public sealed partial class QuickStartPage(CurrentActor current, GatewayBaseUrl baseUrl)
{
    private string _base = "";
    private IReadOnlyList<CodeSample> _samples = [];

    protected override async Task OnInitializedAsync()
    {
        _base = baseUrl.GetUrl((await current.GetAsync()).Reseller);
        _samples = QuickStartSamples.For(_base);
    }
}
