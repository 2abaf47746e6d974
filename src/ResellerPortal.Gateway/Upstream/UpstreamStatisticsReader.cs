using System.Globalization;
using System.Text.Json;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// Reads an account's statistics. ConvertAPI does not document the response: public clients read one record per conversion (DateStamp,
/// ConversionCost, SourceFileFormat, DestinationFileFormat), and its help says that usage is reported per token. Fields are therefore
/// recognised by the names listed below, in order of preference.
/// </summary>
internal sealed class UpstreamStatisticsReader(UpstreamClient upstream)
{
    /// <summary>Maximum time until the last record of a response.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMinutes(2);

    private static readonly string[] Times = ["datestamp", "timestamp", "datetime", "date", "time", "day"];
    private static readonly string[] Costs = ["conversioncost", "conversions", "cost", "quantity", "count"];
    private static readonly string[] Tokens = ["token", "tokenid", "apitoken", "accesstoken"];
    private static readonly string[] Sources = ["sourcefileformat", "sourceformat", "from"];
    private static readonly string[] Targets = ["destinationfileformat", "destinationformat", "to"];

    /// <summary>Reads the usage between two days (UTC), record by record; records outside may be included.</summary>
    /// <exception cref="HttpRequestException">The upstream did not respond, took too long, or refused.</exception>
    /// <exception cref="InvalidDataException">The response is not valid statistics.</exception>
    public async IAsyncEnumerable<CountedUsage> ReadAsync(
        UpstreamAccount account,
        DateOnly first,
        DateOnly last,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // It is undocumented whether the last day is included, so one more day is requested.
        var path = string.Create(
            CultureInfo.InvariantCulture, $"/user/statistic?startDate={first:yyyy-MM-dd}&endDate={last.AddDays(1):yyyy-MM-dd}");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ResponseTimeout);
        using var answer = await ReadAsync(upstream.SendAsync(account, HttpMethod.Get, path, null, timeout.Token), cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The upstream responded with status {(int)answer.StatusCode}.", null, answer.StatusCode);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(timeout.Token);
        await using var records =
            JsonSerializer.DeserializeAsyncEnumerable<Dictionary<string, JsonElement>>(stream, cancellationToken: timeout.Token)
                .GetAsyncEnumerator(timeout.Token);
        while (await ReadAsync(ReadNextAsync(records), cancellationToken) is { } record)
        {
            yield return Read(record);
        }
    }

    private static async Task<T> ReadAsync<T>(Task<T> asking, CancellationToken cancellationToken)
    {
        try
        {
            return await asking;
        }
        catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("The upstream took too long to respond.", slow);
        }
    }

    private static async Task<Dictionary<string, JsonElement>?> ReadNextAsync(IAsyncEnumerator<Dictionary<string, JsonElement>?> records)
    {
        try
        {
            return await records.MoveNextAsync()
                ? records.Current ?? throw new InvalidDataException("A statistics record is empty.")
                : null;
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException("The statistics are not a list of records.", broken);
        }
    }

    private static CountedUsage Read(Dictionary<string, JsonElement> record)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in record)
        {
            fields[name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()] = value;
        }

        var time = FindText(fields, Times) ?? throw new InvalidDataException("A statistics record has no date.");
        if (!DateTimeOffset.TryParse(
            time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var atUtc))
        {
            throw new InvalidDataException("A statistics record has an unreadable date.");
        }

        var cost = FindText(fields, Costs) ?? throw new InvalidDataException("A statistics record has no cost.");
        if (!decimal.TryParse(cost, NumberStyles.Number, CultureInfo.InvariantCulture, out var conversions)
            || conversions < 0
            || conversions > 1_000_000_000
            || conversions != decimal.Truncate(conversions))
        {
            throw new InvalidDataException("A statistics record has an invalid cost.");
        }

        var converter = FindText(fields, Sources) is { } from && FindText(fields, Targets) is { } to
            ? ConverterName.TryCreate(from, to, out var pair) ? pair : null
            : FindText(fields, ["converter"]);
        return new CountedUsage(FindText(fields, Tokens) ?? "", atUtc, time.Length > 10, converter, (long)conversions);
    }

    private static string? FindText(Dictionary<string, JsonElement> fields, string[] names)
    {
        foreach (var name in names)
        {
            if (fields.TryGetValue(name, out var value)
                && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                && value.ToString() is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }
}
