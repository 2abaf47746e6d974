using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ResellerPortal.Gateway;

/// <summary>JSON options of ConvertAPI's protocol, which writes property names unchanged in PascalCase.</summary>
internal static class WireJson
{
    /// <summary>
    /// Readers differ in which of two values with one name they take, so a check could be passed with one and the other used.
    /// </summary>
    public static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false };

    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = null,
    };

    /// <summary>Checks that every name and text of a caller's JSON can be read, since the parser does so only when one is needed.</summary>
    /// <exception cref="JsonException">It is not valid JSON, or a text is not valid Unicode, such as half a surrogate pair.</exception>
    public static void CheckTexts(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException("The text is not valid UTF-8.");
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader is { ValueIsEscaped: true, TokenType: JsonTokenType.String or JsonTokenType.PropertyName })
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException invalid)
        {
            throw new JsonException(invalid.Message, invalid);
        }
    }
}
