using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Callers;

/// <summary>The caller's token, from the bearer header or, for older clients, the query string.</summary>
internal sealed record Credentials(string Value, bool IsFromQuery)
{
    private const string Bearer = "Bearer ";

    private static readonly string[] QueryNames = ["Secret", "Token", "auth"];

    /// <summary>What old programs sent beside a token.</summary>
    private const string ApiKeyName = "apikey";

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

    /// <summary>The query parameters without credentials, for forwarding upstream.</summary>
    public static IEnumerable<KeyValuePair<string, string>> QueryWithout(HttpRequest request) => request.Query
        .Where(pair => !QueryNames.Append(ApiKeyName).Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
        .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? ""));
}
