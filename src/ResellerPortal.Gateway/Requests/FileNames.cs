using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>The names that requests give to files sent as their whole body.</summary>
internal static class FileNames
{
    /// <summary>The name in the request's Content-Disposition header; null without one, empty if it names none.</summary>
    /// <exception cref="Callers.CallerErrorException">The header cannot be read.</exception>
    public static string? FindInHeader(HttpRequest request)
    {
        if (request.Headers.ContentDisposition.Count == 0)
        {
            return null;
        }

        return ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
            ? disposition.FileNameStar.Length > 0
                ? disposition.FileNameStar.ToString()
                : HeaderUtilities.UnescapeAsQuotedString(disposition.FileName).ToString()
            : throw new Callers.CallerErrorException(GatewayError.DispositionMissing);
    }

    /// <summary>The name in the query; null if there is none.</summary>
    /// <exception cref="Callers.CallerErrorException">There are several.</exception>
    public static string? FindInQuery(HttpRequest request)
    {
        var names = request.Query["filename"];
        return names.Count > 1 ? throw new Callers.CallerErrorException(GatewayError.SentTwice("filename"))
            : names.ToString() is { Length: > 0 } name ? name
            : null;
    }
}
