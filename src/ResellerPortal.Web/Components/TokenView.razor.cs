using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Everything about one token, on the reseller's and the customer's pages.</summary>
public sealed partial class TokenView(
    CurrentActor current,
    TokenDetailQueries queries,
    TokenQueries tokenQueries,
    ApiTokenService tokens,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private TokenDetail? _detail;
    private IReadOnlyList<string> _hours = [];
    private long? _maxLimit;
    private bool _isMissing;
    private bool _isCustomer;
    private bool _mayRotate;
    private bool _mayRevoke;

    [Parameter, EditorRequired]
    public Guid TokenId { get; set; }

    /// <summary>The token's customer; null for the member's own.</summary>
    [Parameter]
    public Guid? Customer { get; set; }

    private string BackAddress => _isCustomer ? "/my/tokens" : $"/reseller/customers/{Customer}";

    private string BackText => _isCustomer ? "All tokens" : _detail?.CustomerName ?? "Customer";

    private string LedgerAddress => _isCustomer ? "/my/ledger" : $"/reseller/ledger?customer={Customer}&token={TokenId}";

    private string Purpose => (_detail!.Token.IsMaster ? "Master token" : _detail.Token.IsNative ? "Token at ConvertAPI" : "API token")
        + (_isCustomer ? "" : $" of {_detail.CustomerName}");

    private string ZoneText => _isCustomer ? "your provider's time zone" : "your time zone";

    private string? LimitText => _detail!.Token.UsageLimit is { } limit
        ? $"of {NumberText.Conversions(limit)}{(_detail.Token.LimitPeriod == LimitPeriod.Month ? " per month" : "")}"
        : null;

    private bool MayEdit => _mayRotate
        && _detail!.Token is { HasEnded: false, IsIssuedByMaster: false } token
        && (!_isCustomer || token.IsSelfService);

    protected override Task OnParametersSetAsync() => LoadAsync();

    private static string Percent(long used, long limit) =>
        Math.Clamp(100m * used / limit, 0, 100).ToString("0.#", CultureInfo.InvariantCulture);

    private async Task LoadAsync()
    {
        var actor = await current.GetAsync();
        _isCustomer = actor.Scope.Customer is not null;
        (_mayRotate, _mayRevoke) = _isCustomer
            ? (actor.May(Permission.MyTokensManage), actor.May(Permission.MyTokensManage))
            : (actor.May(Permission.TokensIssue), actor.May(Permission.TokensRevoke));
        var customer = actor.Scope.Customer ?? (Customer is { } id ? new CustomerId(id) : default);
        _detail = await queries.FindAsync(actor, customer, TokenId);
        _isMissing = _detail is null;
        _maxLimit = _isCustomer ? (await tokenQueries.GetAllowanceAsync(actor)).MaxLimit : null;
        _hours =
        [
            .. (_detail?.Hours ?? []).Select(hour => TimeZoneInfo.ConvertTime(hour.StartsAtUtc, _detail!.Zone).ToString(
                "ddd HH:mm", CultureInfo.InvariantCulture)),
        ];
    }

    private Task EditAsync() => ReloadAsync(dialogs.EditTokenAsync(_detail!.Token, !_isCustomer, _maxLimit, snackbar));

    private Task RotateAsync() => ReloadAsync(dialogs.RotateTokenAsync(_detail!.Token));

    private Task ReportLeakAsync() => ReloadAsync(dialogs.ReportTokenLeakAsync(_detail!.Token, _mayRotate));

    private async Task RevokeAsync()
    {
        if (await dialogs.ConfirmRevocationAsync(_detail!.Token))
        {
            snackbar.AddRevoked(await tokens.RevokeAsync(await current.GetAsync(), TokenId));
            await LoadAsync();
        }
    }

    private async Task ReloadAsync(Task<bool> change)
    {
        if (await change)
        {
            await LoadAsync();
        }
    }
}
