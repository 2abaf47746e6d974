using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Analytics;

/// <summary>The files are read by an analytical database, not only by the library that wrote them.</summary>
public sealed class DuckDbTests : IDisposable
{
    private const string DayType = "{'day': DATE}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-analytics-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task DuckDB_reads_the_files_as_one_table_and_its_sums_are_the_ledgers()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        foreach (var slug in (string[])["northwind", "fabrikam"])
        {
            var (_, owner) = await sqlite.Data.AddResellerAsync(slug);
            await sqlite.Data.BuyAsync(owner, 1000, 2, validityDays: 200);
            var token = await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Acme of " + slug));
            await sqlite.UseAsync(token.Secret, 4);
            await sqlite.UseAsync(token.Secret, slug.Length, "xlsx-to-pdf");
        }

        // The day between has files without entries.
        sqlite.Clock.Advance(TimeSpan.FromDays(2));
        await using var db = sqlite.OpenAll();
        var first = await db.LedgerEntries.OrderBy(e => e.Quantity).ThenBy(e => e.CustomerId).FirstAsync();
        await TestData.Valued(new LedgerCorrectionService(sqlite.Database, sqlite.Clock).CorrectAsync(
            Actor.Portal("test", TenantScope.ForReseller(first.ResellerId)),
            first.CustomerId,
            first.Sequence,
            quantity: 1,
            "counted too much"));
        sqlite.Clock.Advance(TimeSpan.FromDays(1));
        await new RecordedDayExporter(
            sqlite.Database,
            new RecordedDayReader(sqlite.Database),
            new ParquetLedgerWriter(),
            new AnalyticsOptions { Folder = _folder.FullName },
            sqlite.Clock).ExportMissingAsync();

        var sums = await ReadAsync(
            $"""
            SELECT reseller || ' ' || day, count(*), sum(quantity)::BIGINT, sum(cost_micros)::BIGINT,
                bool_and(recorded_at::DATE = day AND typeof(hash) = 'BLOB' AND octet_length(hash) = 32)::INT,
                min(typeof(customer_id) || ' ' || typeof(recorded_at) || ' ' || kind)
            FROM read_parquet('{_folder.FullName}/*/*/*.parquet', hive_partitioning = true, hive_types = {DayType})
            GROUP BY ALL ORDER BY 1
            """);

        var draws = (await db.LotDraws.ToListAsync()).ToLookup(d => (d.CustomerId, d.Sequence));
        var expected = (await db.LedgerEntries.ToListAsync())
            .GroupBy(e => $"{e.ResellerId} {e.RecordedAtUtc:yyyy-MM-dd}")
            .Select(g => (
                g.Key,
                g.LongCount(),
                g.Sum(e => e.Quantity),
                g.Sum(e => draws[(e.CustomerId, e.Sequence)].Sum(d => d.CostMicros)),
                1,
                $"UUID TIMESTAMP WITH TIME ZONE {g.First().Kind}"))
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        Assert.Equal(expected, sums);
        Assert.Equal(3, sums.Count);
    }

    private static async Task<List<(string, long, long, long, int, string)>> ReadAsync(string query)
    {
        await using var duck = new DuckDBConnection("Data Source=:memory:");
        await duck.OpenAsync();
        await using var command = duck.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, long, long, long, int, string)>();
        while (await reader.ReadAsync())
        {
            rows.Add((
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt32(4), reader.GetString(5)));
        }

        return rows;
    }
}
