using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>The formats in which converted files can be answered.</summary>
internal static class ResponseFormat
{
    private const string File = "application/octet-stream";

    private const string Files = "multipart/mixed";

    /// <summary>The format that the caller prefers, as the upstream is told it; null for JSON.</summary>
    public static string? Negotiate(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (!accept.ToString().Contains(File, StringComparison.OrdinalIgnoreCase)
            && !accept.ToString().Contains("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return MediaTypeHeaderValue.TryParseList(accept, out var types)
            ? types.OrderByDescending(type => type.Quality ?? 1).Select(Find).FirstOrDefault(found => found is not null) switch
            {
                File => File,
                Files => Files,
                _ => null,
            }
            : null;
    }

    private static string? Find(MediaTypeHeaderValue type) =>
        type.MediaType.Equals(File, StringComparison.OrdinalIgnoreCase) ? File
        : type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) ? Files
        : type.MatchesAllTypes || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            || type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) ? "application/json"
        : null;
}
