using Npgsql;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Fills a PostgreSQL ledger as the administrator, bypassing the meter, with entries of the last twelve months. Numbers, sums and days are
/// correct; hashes are fake, because only the size matters.
/// </summary>
internal static class BigServerLedger
{
    public static async Task FillAsync(string connection, BenchmarkData setup, long rows)
    {
        var customers = setup.Tokens.Select(t => t.Token).GroupBy(t => t.CustomerId).ToList();
        var perCustomer = rows / customers.Count;
        setup.Rows = perCustomer * customers.Count;
        await using var source = NpgsqlDataSource.Create(connection + ";Command Timeout=3600");
        await RunAsync(source, "SELECT make_partitions((date_trunc('month', now()) - interval '12 months')::date, 12)");
        for (var index = 0; index < customers.Count; index++)
        {
            await FillAsync(source, [.. customers[index]], index, perCustomer);
        }

        await RunAsync(source, $"UPDATE \"CreditLot\" SET \"Used\" = {setup.Rows}");
        await RunAsync(source, "VACUUM (ANALYZE)");
        await RunAsync(source, "CHECKPOINT");
    }

    private static async Task FillAsync(NpgsqlDataSource source, IReadOnlyList<ApiToken> tokens, int index, long count)
    {
        var customer = $"'{tokens[0].CustomerId}'::uuid";
        var reseller = $"'{tokens[0].ResellerId}'::uuid";
        var token = $"(ARRAY[{string.Join(", ", tokens.Select(t => $"'{t.Id}'::uuid"))}])[1 + x % {tokens.Count}]";
        const string Converter = "(ARRAY['docx-to-pdf', 'html-to-pdf', 'pdf-to-jpg', 'xlsx-to-pdf'])[1 + x % 4]";
        var occurred = $"(extract(epoch FROM now()) * 1000000)::bigint - ({count} - x + 1) * (360 * 86400000000 / {count + 1})";
        await RunAsync(source, $"""
            INSERT INTO "LedgerEntry" ("ResellerId", "CustomerId", "Sequence", "Kind", "OccurredAtUtc", "RecordedAtUtc", "TokenId",
                "Environment", "Converter", "Quantity", "Source", "RequestId", "Flags", "CostCommitment", "PreviousHash", "Hash")
            SELECT {reseller}, {customer}, x, 'Usage', {occurred}, {occurred}, {token}, 'env' || (x % {tokens.Count}), {Converter}, 1,
                'Gateway', (lpad(to_hex({index}), 8, '0') || lpad(to_hex(x), 24, '0'))::uuid, 0, h, h, h
            FROM generate_series(1, {count}) x, decode(repeat('00', 32), 'hex') h
            """);
        await RunAsync(source, $"""
            INSERT INTO "LotDraw" ("CustomerId", "Sequence", "LotId", "ResellerId", "RecordedAtUtc", "Quantity", "CostMicros",
                "UnitCostMicros", "Currency", "Salt")
            SELECT {customer}, x, l."Id", {reseller}, {occurred}, 1, l."UnitCostMicros", l."UnitCostMicros", l."Currency",
                decode(repeat('00', 16), 'hex')
            FROM generate_series(1, {count}) x, "CreditLot" l WHERE l."ResellerId" = {reseller}
            """);
        await RunAsync(source, $"""
            INSERT INTO "UsageRollup" ("ResellerId", "CustomerId", "Day", "TokenId", "Environment", "Converter", "UnitCostMicros",
                "Currency", "Entries", "Quantity", "CostMicros")
            SELECT e."ResellerId", e."CustomerId", to_timestamp(e."OccurredAtUtc" / 1000000)::date, e."TokenId", min(e."Environment"),
                e."Converter", l."UnitCostMicros", l."Currency", count(*), sum(e."Quantity"), sum(e."Quantity") * l."UnitCostMicros"
            FROM "LedgerEntry" e JOIN "CreditLot" l ON l."ResellerId" = e."ResellerId" WHERE e."CustomerId" = {customer}
            GROUP BY 1, 2, 3, 4, 6, 7, 8
            """);
        await RunAsync(source, $"UPDATE \"Customer\" SET \"LastSequence\" = {count} WHERE \"Id\" = {customer}");
        await RunAsync(source, $"UPDATE \"ApiToken\" SET \"Used\" = {count / tokens.Count} WHERE \"CustomerId\" = {customer}");
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
