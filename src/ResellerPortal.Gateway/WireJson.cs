using System.Text.Encodings.Web;
using System.Text.Json;

namespace ResellerPortal.Gateway;

/// <summary>ConvertAPI writes property names as they are, in PascalCase.</summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = null,
    };
}
