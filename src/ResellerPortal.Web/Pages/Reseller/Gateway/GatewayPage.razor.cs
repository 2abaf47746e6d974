using Microsoft.Extensions.Options;
using MudBlazor;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Gateway;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Gateway;

public sealed partial class GatewayPage(
    CurrentActor current,
    UpstreamSettingsService settings,
    NativeUsageRecorder usage,
    IOptions<ConvertApiOptions> options,
    ISnackbar snackbar)
{
    private UpstreamChoiceRow? _choice;
    private IReadOnlyList<string> _regions = [];
    private string? _secret;
    private bool _isRemoved;
    private string _region = "";
    private bool _acceptsQuery;
    private bool _issuesNative;
    private StatisticsPull? _last;
    private string? _refusal;

    private bool MayIssueNative => !_isRemoved && (_choice!.HasOwnSecret || !string.IsNullOrWhiteSpace(_secret));

    protected override async Task OnInitializedAsync()
    {
        _last = await usage.FindLastPullAsync(await current.GetAsync());
        _regions = [.. options.Value.Regions.Keys.Order(StringComparer.OrdinalIgnoreCase)];
        Show(await settings.ReadAsync(await current.GetAsync()));
    }

    private async Task SaveAsync()
    {
        var secret = _isRemoved ? "" : string.IsNullOrWhiteSpace(_secret) ? null : _secret;
        var outcome = await settings.SetAsync(
            await current.GetAsync(), new UpstreamSettingsChange(secret, _region, _acceptsQuery, _issuesNative), _regions);
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            Show(outcome.Value);
            snackbar.Add("Saved. Changes take effect within ten seconds.", Severity.Success);
        }
    }

    private void Show(UpstreamChoiceRow choice)
    {
        (_choice, _region, _acceptsQuery, _issuesNative) = (
            choice,
            _regions.Contains(choice.Region) ? choice.Region : "",
            choice.AcceptsQueryCredentials,
            choice.IssuesNativeTokens);
        (_secret, _isRemoved) = (null, false);
    }
}
