using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>The history of a reseller, or for the operator of all, with its filters in the address.</summary>
public sealed partial class HistoryView(CurrentActor current, HistoryQueries history, NavigationManager navigation)
{
    private static readonly (string Prefix, string Words)[] Acts =
    [
        ("lots.", "Lots: expired, corrected"),
        ("tokens.", "Tokens: issued, revoked, expired"),
        ("ledger.", "Ledger: corrections, exports"),
        ("usage.", "Imports of usage"),
        ("prices.", "Prices"),
        ("invoices.", "Invoices"),
        ("payments.", "Payments"),
        ("members.", "Members and sign-ins"),
        ("customers.", "Customers, and looks at their pages"),
        ("privacy.", "Personal data"),
        ("exports.", "Downloads"),
    ];

    private MudTable<HistoryRow>? _table;
    private bool _mayExport;
    private bool _isOperator;

    [SupplyParameterFromQuery]
    private string? Act { get; set; }

    [SupplyParameterFromQuery]
    private string? Words { get; set; }

    [SupplyParameterFromQuery]
    private string? From { get; set; }

    [SupplyParameterFromQuery]
    private string? To { get; set; }

    /// <summary>The filter that an address names; a day that is none counts as no day.</summary>
    internal static HistoryFilter ReadFilter(string? act, string? words, string? from, string? to) =>
        new(act, words, ReadDay(from), ReadDay(to));

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        (_mayExport, _isOperator) = (actor.May(HistoryQueries.ExportPermission(actor)), actor.Scope.CrossesTenants);
    }

    private async Task<TableData<HistoryRow>> LoadAsync(TableState state, CancellationToken cancellationToken)
    {
        var page = await history.PageAsync(
            await current.GetAsync(), ReadFilter(Act, Words, From, To), state.Page * state.PageSize, state.PageSize, cancellationToken);
        return new TableData<HistoryRow> { Items = page.Rows, TotalItems = page.TotalCount };
    }

    private async Task SetAsync(string name, string? value)
    {
        value = string.IsNullOrEmpty(value) ? null : value;
        (Act, Words, From, To) = name switch
        {
            "act" =>
            (value, Words, From, To),
            "words" =>
                (Act, value, From, To),
            "from" => (Act, Words, value, To),
            _ => (Act, Words, From, value)
        };
        navigation.NavigateTo(navigation.GetUriWithQueryParameter(name, value), replace: true);
        await _table!.ReloadServerData();
    }

    private string Export(string format) =>
        navigation.GetUriWithQueryParameters(
            new Uri(navigation.Uri).AbsolutePath + "." + format,
            new Dictionary<string, object?> { ["act"] = Act, ["words"] = Words, ["from"] = From, ["to"] = To });

    private static DateOnly? ReadDay(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
