using System.Text.Encodings.Web;
using System.Text.Json;

namespace ResellerPortal.Gateway;

/// <summary>JSON options of ConvertAPI's protocol, which writes property names unchanged in PascalCase.</summary>
internal static class WireJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = null,
    };
}
