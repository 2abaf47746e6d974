using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ResellerPortal.Gateway;

/// <summary>Where callers put their token: the bearer header, or for older clients the query.</summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";

    private static readonly string[] QueryNames = ["Secret", "Token", "auth"];

    /// <returns>Null where the request carries none.</returns>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return NullIfEmpty(header[Bearer.Length..].Trim());
        }

        return QueryNames.Select(name => NullIfEmpty(request.Query[name].ToString())).FirstOrDefault(value => value is not null);
    }

    /// <summary>The query without credentials, as it may be passed upstream.</summary>
    public static QueryString WithoutCredentials(HttpRequest request) => new(QueryHelpers.AddQueryString(
        "",
        request.Query
            .Where(pair => !QueryNames.Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, new StringValues(value)))));

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;
}
