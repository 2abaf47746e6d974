using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Sandbox;

internal sealed record SandboxFile(string Name, byte[] Content);

/// <summary>What the sandbox reads of a request: multipart form data or JSON parameters.</summary>
internal sealed record SandboxRequest(IReadOnlyList<SandboxFile> Files, bool StoreFile)
{
    /// <exception cref="InvalidDataException">The form is malformed.</exception>
    /// <exception cref="JsonException">The JSON is malformed.</exception>
    /// <exception cref="FormatException">A file is not base64.</exception>
    public static async Task<SandboxRequest> ReadAsync(HttpRequest request)
    {
        var storeInQuery = IsTrue(request.Query["StoreFile"]);
        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync();
            var files = new List<SandboxFile>();
            foreach (var file in form.Files)
            {
                using var content = new MemoryStream((int)file.Length);
                await file.CopyToAsync(content);
                files.Add(new SandboxFile(NameOf(file.FileName), content.ToArray()));
            }

            return new SandboxRequest(files, storeInQuery || IsTrue(form["StoreFile"]));
        }

        if (request.HasJsonContentType())
        {
            using var json = await JsonDocument.ParseAsync(request.Body);
            return ReadParameters(json.RootElement, storeInQuery);
        }

        return new SandboxRequest([], storeInQuery);
    }

    private static SandboxRequest ReadParameters(JsonElement root, bool storeFile)
    {
        var files = new List<SandboxFile>();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Parameters", out var parameters) || parameters.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException("The JSON body holds no array 'Parameters'.");
        }

        foreach (var parameter in parameters.EnumerateArray())
        {
            var name = parameter.TryGetProperty("Name", out var given) ? given.GetString() : null;
            if (parameter.TryGetProperty("FileValue", out var file))
            {
                files.Add(new SandboxFile(NameOf(file.GetProperty("Name").GetString() ?? ""), file.GetProperty("Data").GetBytesFromBase64()));
            }
            else if (string.Equals(name, "StoreFile", StringComparison.OrdinalIgnoreCase) && parameter.TryGetProperty("Value", out var value))
            {
                storeFile |= IsTrue(value.ToString());
            }
        }

        return new SandboxRequest(files, storeFile);
    }

    private static string NameOf(string fileName)
    {
        var name = Path.GetFileName(fileName);
        return name.Length == 0 ? "file" : name;
    }

    private static bool IsTrue(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
