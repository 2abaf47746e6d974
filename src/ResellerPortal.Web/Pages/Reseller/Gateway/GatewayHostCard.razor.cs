using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Gateway;

/// <summary>The reseller's own host name for the gateway: what to set in DNS, and what was found there.</summary>
public sealed partial class GatewayHostCard(
    CurrentActor current,
    GatewayHostService hosts,
    PortalAddress portal,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private GatewayHost? _host;
    private bool _isLoaded;
    private bool _isChecking;
    private string _hostName = "";
    private string? _refusal;

    private string StatusText => _host!.Status switch
    {
        GatewayHostStatus.Pending => "Pending verification",
        GatewayHostStatus.Verified => "Verified",
        _ => "Action required",
    };

    private string Tone => _host!.Status switch
    {
        GatewayHostStatus.Pending => "warn",
        GatewayHostStatus.Verified => "good",
        _ => "bad",
    };

    protected override async Task OnInitializedAsync()
    {
        _host = await hosts.FindAsync(await current.GetAsync());
        _isLoaded = true;
    }

    private async Task SetAsync() => Show(await hosts.SetAsync(await current.GetAsync(), _hostName));

    private async Task CheckAsync()
    {
        _isChecking = true;
        try
        {
            var wasPending = _host!.Status == GatewayHostStatus.Pending;
            Show(await hosts.CheckAsync(await current.GetAsync()));
            if (wasPending && _host is { Status: GatewayHostStatus.Verified })
            {
                snackbar.Add("Host name verified. It is in use within seconds.", Severity.Success);
            }
        }
        finally
        {
            _isChecking = false;
        }
    }

    private async Task RemoveAsync()
    {
        var text = _host!.VerifiedAtUtc is null
            ? $"{_host.HostName} is not verified yet. You can add it again later."
            : $"Customers can no longer use {GatewayBaseUrl.FromHost(_host.HostName)}. Their tokens keep working at the portal's address.";
        if (await dialogs.ConfirmAsync("Remove the host name?", text, "Remove host name"))
        {
            var outcome = await hosts.RemoveAsync(await current.GetAsync());
            (_host, _hostName, _refusal) = (null, "", outcome.Refusal?.Message);
        }
    }

    private void Show(Outcome<GatewayHost> outcome)
    {
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            _host = outcome.Value;
        }
    }
}
