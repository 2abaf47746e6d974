using System.Text.Json;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Requests;

/// <summary>
/// ConvertAPI's JSON: {"Parameters": [{"Name", "Value"}, {"Name", "FileValue": {"Name", "Data"} or {"Id"} or {"Url"}}, {"Name",
/// "FileValues": […]}]}. Names of properties may be written in any case. Files are returned after all other parameters.
/// </summary>
internal sealed class JsonForm : ICallerForm
{
    private readonly SpooledJson _json;
    private readonly List<CallerParameter> _texts = [];
    private readonly List<(ParameterName Name, string FileName, string Data)> _files = [];
    private int _next;
    private Base64Reader? _content;

    private JsonForm(SpooledJson json) => _json = json;

    public bool IsWhole => !_json.IsSpooled;

    public int? FilesLeft => _texts.Count + _files.Count - _next;

    /// <summary>Unknown, because the files are decoded while they are read.</summary>
    public long? BytesLeft => null;

    /// <exception cref="CallerErrorException">The body is not such JSON.</exception>
    public static async Task<JsonForm> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var form = new JsonForm(await SpooledJson.ReadAsync(body, cancellationToken));
        try
        {
            await form.ReadParametersAsync(form._json.Root, cancellationToken);
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    public ValueTask<CallerParameter?> ReadNextAsync(CancellationToken cancellationToken)
    {
        if (_next < _texts.Count)
        {
            return ValueTask.FromResult<CallerParameter?>(_texts[_next++]);
        }

        if (_next - _texts.Count >= _files.Count)
        {
            return default;
        }

        var (name, fileName, data) = _files[_next++ - _texts.Count];
        _content = new Base64Reader(_json.OpenText(data));
        return ValueTask.FromResult<CallerParameter?>(new CallerParameter(name, null, fileName));
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _content!.ReadAsync(cancellationToken);
        }
        catch (FormatException)
        {
            throw new CallerErrorException(GatewayError.NotBase64);
        }
    }

    public void Dispose() => _json.Dispose();

    private async Task ReadParametersAsync(JsonElement root, CancellationToken cancellationToken)
    {
        var body = Properties.Read(root, "Parameters");
        if (body["Parameters"] is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }

        foreach (var item in list.EnumerateArray())
        {
            var parameter = Properties.Read(item, "Name", "Value", "FileValue", "FileValues");
            var name = ParameterName.Parse(await ReadTextAsync(parameter["Name"], cancellationToken)
                ?? throw new CallerErrorException(GatewayError.JsonUnreadable));
            await ReadValuesAsync(name, parameter["Value"], AddTextAsync, cancellationToken);
            await ReadValuesAsync(name, parameter["FileValue"], AddFileAsync, cancellationToken);
            await ReadValuesAsync(name, parameter["FileValues"], AddFileAsync, cancellationToken);
        }
    }

    /// <summary>Reads a value, or each of several under the name with its index.</summary>
    private static async Task ReadValuesAsync(
        ParameterName name,
        JsonElement? value,
        Func<ParameterName, JsonElement, CancellationToken, Task> add,
        CancellationToken cancellationToken)
    {
        if (value is { ValueKind: JsonValueKind.Array } several)
        {
            var index = 0;
            foreach (var one in several.EnumerateArray())
            {
                await add(name.At(index++), one, cancellationToken);
            }
        }
        else if (value is { ValueKind: not JsonValueKind.Null } one)
        {
            await add(name, one, cancellationToken);
        }
    }

    private async Task AddTextAsync(ParameterName name, JsonElement value, CancellationToken cancellationToken) =>
        _texts.Add(new CallerParameter(name, value.ValueKind switch
        {
            JsonValueKind.String => await ReadTextAsync(value, cancellationToken),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new CallerErrorException(GatewayError.JsonUnreadable),
        }));

    private async Task AddFileAsync(ParameterName name, JsonElement value, CancellationToken cancellationToken)
    {
        var file = Properties.Read(value, "Name", "Data", "Id", "Url");
        if (new[] { file["Data"], file["Id"], file["Url"] }.Count(given => given is not null) != 1)
        {
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }

        var reference = await ReadTextAsync(file["Id"] ?? file["Url"], cancellationToken);
        if (reference is not null)
        {
            _texts.Add(new CallerParameter(name, reference));
            return;
        }

        if (name.Kind != ParameterKind.File)
        {
            throw new CallerErrorException(GatewayError.NotAFileParameter(name.Text));
        }

        _files.Add((name, await ReadTextAsync(file["Name"], cancellationToken) ?? "", GetString(file["Data"]!.Value)));
    }

    private async Task<string?> ReadTextAsync(JsonElement? value, CancellationToken cancellationToken) =>
        value is { } given ? await _json.ReadTextAsync(GetString(given), ConversionParameters.MaxTextBytes, cancellationToken) : null;

    private static string GetString(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new CallerErrorException(GatewayError.JsonUnreadable);

    /// <summary>The properties of an object by their names in any case.</summary>
    private sealed class Properties
    {
        private readonly Dictionary<string, JsonElement> _values = new(StringComparer.OrdinalIgnoreCase);

        public JsonElement? this[string name] =>
            _values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        /// <exception cref="CallerErrorException">It is not an object, or has another property or one twice.</exception>
        public static Properties Read(JsonElement element, params ReadOnlySpan<string> names)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                throw new CallerErrorException(GatewayError.JsonUnreadable);
            }

            var read = new Properties();
            foreach (var property in element.EnumerateObject())
            {
                var isKnown = false;
                foreach (var name in names)
                {
                    isKnown |= property.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
                }

                if (!isKnown || !read._values.TryAdd(property.Name, property.Value))
                {
                    throw new CallerErrorException(GatewayError.JsonUnreadable);
                }
            }

            return read;
        }
    }
}
