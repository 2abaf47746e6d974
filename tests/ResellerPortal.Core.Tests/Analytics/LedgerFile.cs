using Parquet;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Analytics;

/// <summary>A row of a file, and what it should be according to the ledger; hashes are in hex, so that rows compare by value.</summary>
internal sealed record LedgerFileRow(
    Guid CustomerId,
    long Sequence,
    string Kind,
    DateTime OccurredAt,
    DateTime RecordedAt,
    Guid TokenId,
    string Converter,
    long Quantity,
    string Source,
    Guid RequestId,
    bool IsOverrun,
    bool IsUnconfirmed,
    long? CorrectsSequence,
    long CostMicros,
    string Currency,
    string CostCommitment,
    string PreviousHash,
    string Hash)
{
    public static LedgerFileRow FromLedger(LedgerEntry entry, IReadOnlyCollection<LotDraw> draws) => new(
        entry.CustomerId.Value,
        entry.Sequence,
        entry.Kind.ToString(),
        entry.OccurredAtUtc.UtcDateTime,
        entry.RecordedAtUtc.UtcDateTime,
        entry.TokenId,
        entry.Converter,
        entry.Quantity,
        entry.Source.ToString(),
        entry.RequestId,
        entry.Flags.HasFlag(EntryFlags.Overrun),
        entry.Flags.HasFlag(EntryFlags.Unconfirmed),
        entry.CorrectsSequence,
        draws.Sum(d => d.CostMicros),
        draws.Select(d => d.Currency.Code).Distinct().Single(),
        Convert.ToHexString(entry.CostCommitment),
        Convert.ToHexString(entry.PreviousHash),
        Convert.ToHexString(entry.Hash));
}

/// <summary>Reads the files of an export.</summary>
internal static class LedgerFile
{
    public static readonly IReadOnlyList<string> Columns =
    [
        "customer_id", "sequence", "kind", "occurred_at", "recorded_at", "token_id", "converter", "quantity", "source", "request_id",
        "is_overrun", "is_unconfirmed", "corrects_sequence", "cost_micros", "currency", "cost_commitment", "previous_hash", "hash",
    ];

    public static string GetPath(DirectoryInfo folder, ResellerId reseller, string day) =>
        Path.Combine(folder.FullName, $"reseller={reseller}", $"day={day}", "ledger.parquet");

    /// <summary>The rows by customer and sequence, and how many row groups they lie in.</summary>
    public static async Task<(IReadOnlyList<LedgerFileRow> Rows, int Groups)> ReadAsync(string path)
    {
        await using var file = await ParquetReader.CreateAsync(path);
        Assert.Equal(Columns, file.Schema.DataFields.Select(f => f.Name));
        var rows = new List<LedgerFileRow>();
        foreach (var group in file.RowGroups)
        {
            rows.AddRange(await ReadAsync(file, group));
        }

        return ([.. rows.OrderBy(r => r.CustomerId).ThenBy(r => r.Sequence)], file.RowGroupCount);
    }

    private static async Task<IEnumerable<LedgerFileRow>> ReadAsync(ParquetReader file, ParquetRowGroupReader group)
    {
        var (customers, tokens, requests) = (await ReadAsync<Guid>("customer_id"), await ReadAsync<Guid>("token_id"),
            await ReadAsync<Guid>("request_id"));
        var (sequences, quantities, costs) = (await ReadAsync<long>("sequence"), await ReadAsync<long>("quantity"),
            await ReadAsync<long>("cost_micros"));
        var (occurred, recorded) = (await ReadAsync<DateTime>("occurred_at"), await ReadAsync<DateTime>("recorded_at"));
        var (overruns, unconfirmed) = (await ReadAsync<bool>("is_overrun"), await ReadAsync<bool>("is_unconfirmed"));
        var (kinds, converters) = (await ReadTextsAsync("kind"), await ReadTextsAsync("converter"));
        var (sources, currencies) = (await ReadTextsAsync("source"), await ReadTextsAsync("currency"));
        var (commitments, previous, hashes) = (await ReadHashesAsync("cost_commitment"), await ReadHashesAsync("previous_hash"),
            await ReadHashesAsync("hash"));
        var corrects = new long?[group.RowCount];
        await group.ReadAsync<long>(Field("corrects_sequence"), corrects.AsMemory());
        return Enumerable.Range(0, (int)group.RowCount).Select(i => new LedgerFileRow(
            customers[i], sequences[i], kinds[i]!, occurred[i], recorded[i], tokens[i], converters[i]!, quantities[i], sources[i]!,
            requests[i], overruns[i], unconfirmed[i], corrects[i], costs[i], currencies[i]!, commitments[i], previous[i], hashes[i]));

        Parquet.Schema.DataField Field(string name) => file.Schema.DataFields.Single(f => f.Name == name);

        async Task<T[]> ReadAsync<T>(string name)
            where T : struct
        {
            var values = new T[group.RowCount];
            await group.ReadAsync(Field(name), values.AsMemory());
            return values;
        }

        async Task<string?[]> ReadTextsAsync(string name)
        {
            var values = new string?[group.RowCount];
            await group.ReadAsync(Field(name), values.AsMemory());
            return values;
        }

        async Task<string[]> ReadHashesAsync(string name)
        {
            var values = new byte[]?[group.RowCount];
            await group.ReadAsync(Field(name), values.AsMemory());
            return [.. values.Select(value => Convert.ToHexString(value!))];
        }
    }
}
