using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Countries;

namespace ResellerPortal.Web.Components;

/// <summary>A country by its code, chosen by its name or typed as people write it.</summary>
public sealed partial class CountryField
{
    [Parameter, EditorRequired]
    public string Value { get; set; } = "";

    [Parameter]
    public EventCallback<string> ValueChanged { get; set; }

    private static Task<IEnumerable<string>> SearchAsync(string? text, CancellationToken cancellationToken)
    {
        var meant = Country.Find(text);
        return Task.FromResult(Country.All
            .Where(country => string.IsNullOrEmpty(text) || country == meant || country.IsNamedLike(text))
            .OrderByDescending(country => country == meant)
            .ThenBy(country => country.Name, StringComparer.Ordinal)
            .Select(country => country.Code));
    }
}
