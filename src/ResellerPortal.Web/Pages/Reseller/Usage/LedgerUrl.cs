using Microsoft.AspNetCore.WebUtilities;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Usage;

/// <summary>
/// The ledger filter in the URL, so that a view can be shared and the export uses the same filter. Dates are inclusive and in
/// the reseller's time zone; invalid values are ignored.
/// </summary>
public sealed record LedgerUrl(
    string? From,
    string? To,
    string? Customer,
    string? Environment,
    string? Converter,
    string? Token = null,
    string? Request = null)
{
    public static LedgerUrl None { get; } = new(null, null, null, null, null);

    public LedgerFilter ToFilter() => new(
        Day(From),
        Day(To),
        Guid.TryParse(Customer, out var customer) ? new CustomerId(customer) : null,
        NullIfEmpty(Environment),
        NullIfEmpty(Converter),
        Guid.TryParse(Token, out var token) ? token : null,
        Guid.TryParse(Request, out var request) ? request : null);

    public string ToQuery() => QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["from"] = From,
        ["to"] = To,
        ["customer"] = Customer,
        ["environment"] = Environment,
        ["converter"] = Converter,
        ["token"] = Token,
        ["request"] = Request,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    private static DateOnly? Day(string? text) =>
        DayText.TryRead(text, out var day) && day.Year is > 2000 and < 2200 ? day : null;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
