using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>The event history of a reseller, or of all resellers for the operator, with its filters in the URL.</summary>
public sealed partial class HistoryView(CurrentActor current, HistoryQueries history, NavigationManager navigation)
{
    private static readonly (string Prefix, string Label)[] Events =
    [
        ("lots.", "Credit lots: expired, adjusted"),
        ("tokens.", "Tokens: issued, revoked, expired"),
        ("ledger.", "Ledger: corrections, exports"),
        ("usage.", "Usage imports"),
        ("prices.", "Prices"),
        ("invoices.", "Invoices"),
        ("payments.", "Payments"),
        ("members.", "Members and sign-ins"),
        ("customers.", "Customers and support sessions"),
        ("privacy.", "Personal data"),
        ("exports.", "Downloads"),
    ];

    private MudTable<HistoryRow>? _table;
    private bool _mayExport;
    private bool _isOperator;

    /// <summary>Only events of this customer.</summary>
    [Parameter]
    public CustomerId? Customer { get; set; }

    [SupplyParameterFromQuery(Name = "event")]
    private string? Action { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery]
    private string? From { get; set; }

    [SupplyParameterFromQuery]
    private string? To { get; set; }

    /// <summary>Reads the filter from a query string; an invalid date is ignored.</summary>
    internal static HistoryFilter ReadFilter(string? action, string? search, string? from, string? to) =>
        new(action, search, ReadDay(from), ReadDay(to));

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        (_mayExport, _isOperator) =
            (Customer is null && actor.May(HistoryQueries.ExportPermission(actor)), actor.Scope.CrossesTenants);
    }

    private async Task<TableData<HistoryRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await history.ReadPageAsync(
            await current.GetAsync(),
            ReadFilter(Action, Search, From, To) with { Customer = Customer },
            state.Page * state.PageSize,
            state.PageSize,
            cancellationToken);
        return new TableData<HistoryRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task SetAsync(string name, string? value)
    {
        value = string.IsNullOrEmpty(value) ? null : value;
        (Action, Search, From, To) = name switch
        {
            "event" => (value, Search, From, To),
            "q" => (Action, value, From, To),
            "from" => (Action, Search, value, To),
            _ => (Action, Search, From, value),
        };
        navigation.NavigateTo(navigation.GetUriWithQueryParameter(name, value), replace: true);
        await _table!.ReloadServerData();
    }

    private string Export(string format) =>
        navigation.GetUriWithQueryParameters(
            new Uri(navigation.Uri).AbsolutePath + "." + format,
            new Dictionary<string, object?> { ["event"] = Action, ["q"] = Search, ["from"] = From, ["to"] = To });

    private static DateOnly? ReadDay(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
