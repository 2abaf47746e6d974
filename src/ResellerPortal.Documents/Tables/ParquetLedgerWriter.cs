using Parquet;
using Parquet.Schema;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes ledger entries as Apache Parquet. Instants are UTC microseconds, ids are UUIDs, hashes are bytes and cost is in millionths of the
/// currency unit. The reseller is in the path of the file, not in it.
/// </summary>
/// <param name="rowGroupSize">The number of entries that are held in memory and written together.</param>
public sealed class ParquetLedgerWriter(int rowGroupSize = ParquetLedgerWriter.DefaultRowGroupSize) : ILedgerFileWriter
{
    public const int DefaultRowGroupSize = 50_000;

    private readonly IReadOnlyList<Column> _columns =
    [
        CreateValue("customer_id", e => e.Entry.CustomerId.Value),
        CreateValue("sequence", e => e.Entry.Sequence),
        CreateText("kind", e => e.Entry.Kind.ToString()),
        CreateInstant("occurred_at", e => e.Entry.OccurredAtUtc),
        CreateInstant("recorded_at", e => e.Entry.RecordedAtUtc),
        CreateValue("token_id", e => e.Entry.TokenId),
        CreateText("converter", e => e.Entry.Converter),
        CreateValue("quantity", e => e.Entry.Quantity),
        CreateText("source", e => e.Entry.Source.ToString()),
        CreateValue("request_id", e => e.Entry.RequestId),
        CreateValue("is_overrun", e => e.Entry.Flags.HasFlag(EntryFlags.Overrun)),
        CreateValue("is_unconfirmed", e => e.Entry.Flags.HasFlag(EntryFlags.Unconfirmed)),
        CreateOptional("corrects_sequence", e => e.Entry.CorrectsSequence),
        CreateValue("cost_micros", e => e.CostMicros),
        CreateText("currency", e => e.Currency.Code),
        CreateBytes("cost_commitment", e => e.Entry.CostCommitment),
        CreateBytes("previous_hash", e => e.Entry.PreviousHash),
        CreateBytes("hash", e => e.Entry.Hash),
    ];

    private delegate Task ColumnWriter(ParquetRowGroupWriter group, IReadOnlyCollection<LedgerEntryCost> rows);

    public string Extension => "parquet";

    public async Task WriteAsync(Stream stream, IAsyncEnumerable<LedgerEntryCost> entries, CancellationToken cancellationToken)
    {
        var schema = new ParquetSchema(_columns.Select(column => column.Field));
        await using var file = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellationToken);
        await foreach (var rows in entries.Chunk(rowGroupSize).WithCancellation(cancellationToken))
        {
            using var group = file.CreateRowGroup();
            foreach (var column in _columns)
            {
                await column.WriteAsync(group, rows);
            }
        }
    }

    private static Column CreateValue<T>(string name, Func<LedgerEntryCost, T> read)
        where T : struct =>
        Create<T>(new DataField<T>(name), read);

    private static Column CreateInstant(string name, Func<LedgerEntryCost, DateTimeOffset> read) => Create(
        new DateTimeDataField(name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: false),
        e => read(e).UtcDateTime);

    private static Column Create<T>(DataField field, Func<LedgerEntryCost, T> read)
        where T : struct =>
        new(field, (group, rows) => group.WriteAsync<T>(field, rows.Select(read).ToArray()));

    private static Column CreateOptional(string name, Func<LedgerEntryCost, long?> read)
    {
        var field = new DataField<long?>(name);
        return new Column(field, (group, rows) => group.WriteAsync<long>(field, rows.Select(read).ToArray()));
    }

    private static Column CreateText(string name, Func<LedgerEntryCost, string> read)
    {
        var field = new DataField(name, typeof(string), isNullable: false);
        return new Column(field, (group, rows) => group.WriteAsync(field, [.. rows.Select(read)]));
    }

    private static Column CreateBytes(string name, Func<LedgerEntryCost, byte[]> read)
    {
        var field = new DataField(name, typeof(byte[]), isNullable: false);
        return new Column(field, (group, rows) => group.WriteAsync(field, [.. rows.Select(read)]));
    }

    private sealed record Column(DataField Field, ColumnWriter WriteAsync);
}
