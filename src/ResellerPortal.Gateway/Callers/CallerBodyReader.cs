using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ResellerPortal.Gateway.Callers;

/// <summary>Opens the caller's body according to its content type.</summary>
internal static class CallerBodyReader
{
    /// <summary>Maximum bytes of a URL-encoded value. Such forms are held in memory, so files must be sent as multipart.</summary>
    private const int MaxFormValue = 4 << 20;

    private static readonly SearchValues<char> BoundaryCharacters = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '"')));

    /// <summary>Returns the body to send upstream, or null if there is none.</summary>
    /// <param name="atEnd">Fields to append to a multipart form once all others are known; called before this method returns if the form
    /// is small.</param>
    /// <exception cref="CallerErrorException">The body cannot be read, or contains a rejected parameter.</exception>
    /// <exception cref="InvalidDataException">A small multipart form is malformed.</exception>
    public static async ValueTask<HttpContent?> OpenAsync(
        HttpRequest caller,
        CallerParameterFilter parameters,
        Func<ValueTask<IReadOnlyList<KeyValuePair<string, string>>>> atEnd,
        CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(caller.Method) || caller.ContentLength == 0)
        {
            return null;
        }

        // Official clients upload raw bytes with their usual content type; the disposition header distinguishes them.
        if (caller.Headers.ContentDisposition.Count > 0 || !MediaTypeHeaderValue.TryParse(caller.ContentType, out var type))
        {
            return new RelayedContent(caller);
        }

        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is { Length: > 0 and <= 200 } boundary
                && !boundary.AsSpan().ContainsAnyExcept(BoundaryCharacters)
                ? await new RelayedForm(caller, boundary, parameters, atEnd).OpenAsync(cancellationToken)
                : throw new CallerErrorException(GatewayError.Unreadable("The multipart form has no valid boundary."));
        }

        return type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? await ReadFormAsync()
            : type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? await ReadJsonAsync()
            : new RelayedContent(caller);

        async Task<HttpContent> ReadFormAsync()
        {
            try
            {
                var form = await caller.ReadFormAsync(
                    new Microsoft.AspNetCore.Http.Features.FormOptions
                    {
                        ValueLengthLimit = MaxFormValue,
                        BufferBodyLengthLimit = 4 * MaxFormValue,
                    },
                    cancellationToken);
                var passed = new List<KeyValuePair<string, string>>();
                foreach (var (name, value) in form.SelectMany(pair => pair.Value, (pair, value) => (pair.Key, value ?? "")))
                {
                    if (await parameters.FilterAsync(name, value, cancellationToken) is { } kept)
                    {
                        passed.Add(KeyValuePair.Create(name, kept));
                    }
                }

                return new FormUrlEncodedContent(passed);
            }
            catch (InvalidDataException unreadable)
            {
                throw new CallerErrorException(GatewayError.Unreadable($"{unreadable.Message} Send files as multipart form data."));
            }
        }

        async Task<HttpContent> ReadJsonAsync()
        {
            var json = await SpooledJson.ReadAsync(caller.Body, cancellationToken);
            try
            {
                await new JsonParameterFilter(parameters).FilterAsync(json.Root, cancellationToken);
                return json.ToContent();
            }
            catch
            {
                await json.DisposeAsync();
                throw;
            }
        }
    }
}

/// <summary>Filters the parameters in ConvertAPI's JSON: {"Parameters": [{"Name", "Value" or "FileValue(s)"}]}.</summary>
internal sealed class JsonParameterFilter(CallerParameterFilter parameters)
{
    public async Task FilterAsync(JsonNode root, CancellationToken cancellationToken)
    {
        if (root is not JsonObject body || body["Parameters"] is not JsonArray list)
        {
            throw new CallerErrorException(GatewayError.JsonUnreadable);
        }

        foreach (var item in list.ToList())
        {
            if (item is not JsonObject parameter || parameter["Name"] is not JsonValue named || !named.TryGetValue<string>(out var name))
            {
                throw new CallerErrorException(GatewayError.JsonUnreadable);
            }

            if (!await FilterAsync(parameter, name, cancellationToken))
            {
                list.Remove(item);
            }
        }
    }

    /// <returns>False if the parameter is not passed on.</returns>
    private async Task<bool> FilterAsync(JsonObject parameter, string name, CancellationToken cancellationToken)
    {
        if (parameter["Value"] is JsonValue value)
        {
            if (await parameters.FilterAsync(name, value.ToString(), cancellationToken) is not { } passed)
            {
                return false;
            }

            if (passed != value.ToString())
            {
                parameter["Value"] = passed;
            }
        }

        foreach (var file in ((JsonNode?[])[parameter["FileValue"], .. parameter["FileValues"] as JsonArray ?? []]).OfType<JsonObject>())
        {
            foreach (var reference in (string[])["Id", "Url"])
            {
                if (file[reference] is JsonValue text)
                {
                    file[reference] = await parameters.FilterAsync("File", text.ToString(), cancellationToken);
                }
            }
        }

        return true;
    }
}
