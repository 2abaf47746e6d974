using System.Globalization;
using System.Text.Json;
using ResellerPortal.Core.Conversions;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>
/// Reads an account's statistics. What ConvertAPI answers is not documented: public clients read one record for each
/// conversion (DateStamp, ConversionCost, SourceFileFormat, DestinationFileFormat), and its help says that usage is told by
/// token. So records are read by the meaning of their fields' names, in the order of the lists below.
/// </summary>
internal sealed class UpstreamStatisticsReader(UpstreamClient upstream)
{
    /// <summary>How long one answer may take to its last record.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Times = ["datestamp", "timestamp", "datetime", "date", "time", "day"];
    private static readonly string[] Costs = ["conversioncost", "conversions", "cost", "quantity", "count"];
    private static readonly string[] Tokens = ["token", "tokenid", "apitoken", "accesstoken"];
    private static readonly string[] Sources = ["sourcefileformat", "sourceformat", "from"];
    private static readonly string[] Targets = ["destinationfileformat", "destinationformat", "to"];

    /// <summary>What was counted from the first day to the last (UTC), record by record; what lies outside may come along.</summary>
    /// <exception cref="HttpRequestException">The upstream did not answer, took too long, or refused.</exception>
    /// <exception cref="InvalidDataException">It answered something else than statistics.</exception>
    public async IAsyncEnumerable<CountedUsage> ReadAsync(
        UpstreamAccount account,
        DateOnly first,
        DateOnly last,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Whether the last day is part of the answer is not documented, so one more is asked for.
        var path = string.Create(
            CultureInfo.InvariantCulture, $"/user/statistic?startDate={first:yyyy-MM-dd}&endDate={last.AddDays(1):yyyy-MM-dd}");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        using var answer = await InTimeAsync(upstream.SendAsync(account, HttpMethod.Get, path, null, timeout.Token), cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"It answered {(int)answer.StatusCode}.", null, answer.StatusCode);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(timeout.Token);
        await using var records =
            JsonSerializer.DeserializeAsyncEnumerable<Dictionary<string, JsonElement>>(stream, cancellationToken: timeout.Token)
                .GetAsyncEnumerator(timeout.Token);
        while (await InTimeAsync(NextAsync(records), cancellationToken) is { } record)
        {
            yield return Read(record);
        }
    }

    private static async Task<T> InTimeAsync<T>(Task<T> asking, CancellationToken cancellationToken)
    {
        try
        {
            return await asking;
        }
        catch (OperationCanceledException slow) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("It took too long.", slow);
        }
    }

    private static async Task<Dictionary<string, JsonElement>?> NextAsync(IAsyncEnumerator<Dictionary<string, JsonElement>?> records)
    {
        try
        {
            return await records.MoveNextAsync()
                ? records.Current ?? throw new InvalidDataException("A record of its statistics is empty.")
                : null;
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException("Its statistics are no list of records.", broken);
        }
    }

    private static CountedUsage Read(Dictionary<string, JsonElement> record)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in record)
        {
            fields[name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()] = value;
        }

        var time = FindText(fields, Times) ?? throw new InvalidDataException("A record of its statistics has no date.");
        if (!DateTimeOffset.TryParse(
            time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var atUtc))
        {
            throw new InvalidDataException("A record of its statistics has a date that cannot be read.");
        }

        var cost = FindText(fields, Costs) ?? throw new InvalidDataException("A record of its statistics has no cost.");
        if (!decimal.TryParse(cost, NumberStyles.Number, CultureInfo.InvariantCulture, out var conversions)
            || conversions < 0
            || conversions > 1_000_000_000
            || conversions != decimal.Truncate(conversions))
        {
            throw new InvalidDataException("A record of its statistics has a cost that is no number of conversions.");
        }

        var converter = FindText(fields, Sources) is { } from && FindText(fields, Targets) is { } to
            ? $"{from}-to-{to}"
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
