using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Sandbox;

internal sealed record SandboxFile(string Name, byte[] Content);

/// <summary>A sandbox request: a multipart or URL-encoded form, JSON parameters, the query string or raw content.</summary>
/// <param name="References">Ids of stored files, and URLs to download.</param>
internal sealed record SandboxRequest(IReadOnlyList<SandboxFile> Files, IReadOnlyList<string> References, bool StoreFile)
{
    /// <exception cref="InvalidDataException">The form is malformed.</exception>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    /// <exception cref="FormatException">A file is not base64.</exception>
    public static async Task<SandboxRequest> ReadAsync(HttpRequest request)
    {
        var storeInQuery = IsTrue(request.Query["StoreFile"]);
        var references = request.Query.Where(pair => IsFileParameter(pair.Key)).Select(pair => pair.Value.ToString()).ToList();
        if (request.Headers.ContentDisposition.Count > 0)
        {
            return new SandboxRequest([await ReadRawAsync(request)], references, storeInQuery);
        }

        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync();
            var files = new List<SandboxFile>();
            foreach (var file in form.Files)
            {
                using var content = new MemoryStream((int)file.Length);
                await file.CopyToAsync(content);
                files.Add(new SandboxFile(GetName(file.FileName), content.ToArray()));
            }

            references.AddRange(form.Where(pair => IsFileParameter(pair.Key)).Select(pair => pair.Value.ToString()));
            return new SandboxRequest(files, references, storeInQuery || IsTrue(form["StoreFile"]));
        }

        if (request.HasJsonContentType())
        {
            using var json = await JsonDocument.ParseAsync(request.Body);
            return ReadParameters(json.RootElement, references, storeInQuery);
        }

        return new SandboxRequest([], references, storeInQuery);
    }

    /// <summary>A file sent as the whole body, named by its Content-Disposition.</summary>
    public static async Task<SandboxFile> ReadRawAsync(HttpRequest request)
    {
        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content);
        var named = System.Net.Http.Headers.ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition, out var disposition);
        return new SandboxFile(
            GetName(named ? disposition!.FileNameStar ?? disposition.FileName?.Trim('"') ?? "" : request.Query["filename"].ToString()),
            content.ToArray());
    }

    private static SandboxRequest ReadParameters(JsonElement root, List<string> references, bool storeFile)
    {
        var files = new List<SandboxFile>();
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("Parameters", out var parameters)
            || parameters.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("The JSON body has no array 'Parameters'.");
        }

        foreach (var parameter in parameters.EnumerateArray())
        {
            var name = parameter.TryGetProperty("Name", out var given) ? given.GetString() : null;
            if (parameter.TryGetProperty("FileValue", out var single))
            {
                Take(single);
            }
            else if (parameter.TryGetProperty("FileValues", out var several) && several.ValueKind == JsonValueKind.Array)
            {
                foreach (var file in several.EnumerateArray())
                {
                    Take(file);
                }
            }
            else if (name is not null && IsFileParameter(name) && parameter.TryGetProperty("Value", out var reference))
            {
                references.Add(reference.ToString());
            }
            else if (string.Equals(name, "StoreFile", StringComparison.OrdinalIgnoreCase)
                && parameter.TryGetProperty("Value", out var value))
            {
                storeFile |= IsTrue(value.ToString());
            }
        }

        return new SandboxRequest(files, references, storeFile);

        void Take(JsonElement file)
        {
            if (file.TryGetProperty("Id", out var id) || file.TryGetProperty("Url", out id))
            {
                references.Add(id.ToString());
            }
            else
            {
                files.Add(
                    new SandboxFile(GetName(file.GetProperty("Name").GetString() ?? ""), file.GetProperty("Data").GetBytesFromBase64()));
            }
        }
    }

    private static bool IsFileParameter(string name) =>
        name.Equals("File", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Files", StringComparison.OrdinalIgnoreCase);

    public static string GetName(string fileName)
    {
        var name = Path.GetFileName(fileName);
        return name.Length == 0 ? "file" : name;
    }

    private static bool IsTrue(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
