using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ResellerPortal.Gateway.Callers;

/// <summary>The caller's token, from the bearer header or, for older clients, the query string.</summary>
internal sealed record Credentials(string Value, bool IsFromQuery)
{
    private const string Bearer = "Bearer ";

    private static readonly string[] QueryNames = ["Secret", "Token", "auth"];

    /// <summary>Whether the value looks like a signed token (JWT).</summary>
    public bool IsSigned => Value.StartsWith("eyJ", StringComparison.Ordinal) && Value.Count(c => c == '.') == 2;

    /// <returns>Null if the request has none.</returns>
    public static Credentials? Find(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return header[Bearer.Length..].Trim() is { Length: > 0 } bearer ? new Credentials(bearer, IsFromQuery: false) : null;
        }

        return QueryNames.Select(name => request.Query[name].ToString()).FirstOrDefault(value => value.Length > 0) is { } inQuery
            ? new Credentials(inQuery, IsFromQuery: true)
            : null;
    }

    public static bool IsName(string parameter) => QueryNames.Contains(parameter, StringComparer.OrdinalIgnoreCase);

    /// <summary>The query parameters without credentials, for forwarding upstream.</summary>
    public static IEnumerable<KeyValuePair<string, string>> QueryWithout(HttpRequest request) => request.Query
        .Where(pair => !IsName(pair.Key))
        .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? ""));

    /// <summary>Builds a query string with its question mark; empty if there are no values.</summary>
    public static string BuildQuery(IReadOnlyCollection<KeyValuePair<string, string>> values) =>
        values.Count == 0
            ? ""
            : QueryHelpers.AddQueryString("", values.Select(pair => KeyValuePair.Create(pair.Key, new StringValues(pair.Value))));
}
