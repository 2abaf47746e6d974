using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Usage;

/// <summary>The ledger of all customers, or of one, with its filters in the URL.</summary>
public sealed partial class LedgerView(
    CurrentActor current,
    LedgerQueries ledger,
    CustomerQueries customers,
    NavigationManager navigation,
    IDialogService dialogs)
{
    private MudTable<LedgerRow>? _table;
    private LedgerUrl _url = LedgerUrl.None;
    private IReadOnlyList<(CustomerId Id, string Name)> _customers = [];
    private IReadOnlyList<string> _converters = [];
    private IReadOnlyList<string> _environments = [];
    private bool _isUnsorted;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private DateOnly? _keptSince;
    private bool _mayExport;
    private bool _mayCorrect;

    /// <summary>Null for all customers, which can then be filtered.</summary>
    [Parameter]
    public CustomerId? OnlyCustomer { get; set; }

    [SupplyParameterFromQuery]
    private string? From { get; set; }

    [SupplyParameterFromQuery]
    private string? To { get; set; }

    [SupplyParameterFromQuery]
    private string? Customer { get; set; }

    [SupplyParameterFromQuery]
    private string? Environment { get; set; }

    [SupplyParameterFromQuery]
    private string? Converter { get; set; }

    [SupplyParameterFromQuery]
    private string? Token { get; set; }

    [SupplyParameterFromQuery]
    private string? Request { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var url = new LedgerUrl(From, To, OnlyCustomer?.ToString() ?? Customer, Environment, Converter, Token, Request);
        if (_url == url)
        {
            return;
        }

        _url = url;
        if (_table is not null)
        {
            await _table.ReloadServerData();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        _mayExport = actor.May(Permission.LedgerExport);
        _mayCorrect = actor.May(Permission.LedgerCorrect);
        _zone = await customers.GetTimeZoneAsync(actor);
        _customers = await customers.ListNamesAsync(actor);
        (_converters, _environments) = await ledger.ReadFilterChoicesAsync(actor);
    }

    private async Task<TableData<LedgerRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var sort = Enum.TryParse<LedgerSort>(state.SortLabel, out var known) ? known : LedgerSort.Occurred;
        var page = await ledger.ReadPageAsync(
            await current.GetAsync(),
            _url.ToFilter(),
            sort,
            state.SortDirection != SortDirection.Ascending,
            state.Page * state.PageSize,
            state.PageSize,
            cancellationToken);
        _isUnsorted = page.Sort != sort;
        _keptSince = page.KeptSince;
        StateHasChanged();
        return new TableData<LedgerRow> { Items = page.Rows, TotalItems = (int)Math.Min(int.MaxValue, page.TotalCount) };
    }

    private async Task FilterAsync(LedgerUrl url)
    {
        _url = url;
        var shown = OnlyCustomer is null ? url : url with { Customer = null };
        navigation.NavigateTo(new Uri(navigation.Uri).AbsolutePath + shown.ToQuery(), replace: true);
        await _table!.ReloadServerData();
    }

    private async Task CorrectAsync(LedgerRow row)
    {
        if ((await dialogs.ActAsync(new DialogParameters<CorrectionDialog> { { d => d.Row, row } })).IsDone)
        {
            await _table!.ReloadServerData();
        }
    }
}
