using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// Fills a SQLite ledger, bypassing the meter, with entries of the last twelve months or of one month. Numbers, sums and days are
/// correct; hashes are fake, because only the size matters.
/// </summary>
internal static class BigLedger
{
    private static readonly string[] Converters = ["docx-to-pdf", "html-to-pdf", "pdf-to-jpg", "xlsx-to-pdf"];

    /// <param name="month">The month (UTC) of the entries; null for the last twelve months.</param>
    public static async Task FillAsync(BenchmarkData setup, long rows, BillingPeriod? month = null)
    {
        var customers = setup.Tokens.Select(t => t.Token.CustomerId).Distinct().Count();
        var perCustomer = rows / customers;
        setup.Rows = perCustomer * customers;
        await using var db = setup.Open();
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        var lot = await db.Set<Core.Credits.CreditLot>().AsNoTracking().SingleAsync();
        var until = month?.EndsAtUtc(TimeZoneInfo.Utc) ?? TimeProvider.System.GetUtcNow();
        var span = month is { } only ? until - only.StartsAtUtc(TimeZoneInfo.Utc) : TimeSpan.FromDays(360);
        var end = UtcMicroseconds.From(until);
        var step = span.Ticks / TimeSpan.TicksPerMicrosecond / (perCustomer + 1);
        foreach (var (tokens, index) in setup.Tokens.Select(t => t.Token).GroupBy(t => t.CustomerId).Select((g, i) => (g.ToList(), i)))
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var (reseller, customer) = (Blob(tokens[0].ResellerId.Value), Blob(tokens[0].CustomerId.Value));
            var token = $"CASE x % 4 {string.Concat(tokens.Select((t, i) => $"WHEN {i} THEN {Blob(t.Id)} "))}END";
            var converter = $"CASE x % 4 {string.Concat(Converters.Select((c, i) => $"WHEN {i} THEN '{c}' "))}END";
            var occurred = $"{end} - ({perCustomer} - x + 1) * {step}";
            var numbers = $"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {perCustomer})";
            await RunAsync(
                $"""
                {numbers} INSERT INTO LedgerEntry (ResellerId, CustomerId, Sequence, Kind, OccurredAtUtc, RecordedAtUtc, TokenId, Environment, Converter, Quantity, Source, RequestId, Reference, Flags, CorrectsSequence, CostCommitment, PreviousHash, Hash)
                SELECT {reseller}, {customer}, x, 'Usage', {occurred}, {occurred}, {token}, 'env' || (x % 4), {converter}, 1, 'Gateway', unhex(printf('%08x%024x', {index}, x)), NULL, 0, NULL, zeroblob(32), zeroblob(32), zeroblob(32) FROM n
                """);
            await RunAsync(
                $"""
                {numbers} INSERT INTO LotDraw (ResellerId, CustomerId, Sequence, LotId, Quantity, CostMicros, UnitCostMicros, Currency, Salt)
                SELECT {reseller}, {customer}, x, {Blob(lot.Id)}, 1, {lot.UnitCostMicros}, {lot.UnitCostMicros}, 'EUR', zeroblob(16) FROM n
                """);
            await RunAsync(
                $"""
                INSERT INTO UsageRollup (ResellerId, CustomerId, Day, TokenId, Environment, Converter, UnitCostMicros, Currency, Entries, Quantity, CostMicros)
                SELECT ResellerId, CustomerId, date(OccurredAtUtc / 1000000, 'unixepoch'), TokenId, min(Environment), Converter, {lot.UnitCostMicros}, 'EUR', count(*), sum(Quantity), sum(Quantity) * {lot.UnitCostMicros}
                FROM LedgerEntry WHERE CustomerId = {customer} GROUP BY 1, 2, 3, 4, 6
                """);
            await RunAsync($"UPDATE Customer SET LastSequence = {perCustomer} WHERE Id = {customer}");
            await RunAsync($"UPDATE ApiToken SET Used = {perCustomer / 4} WHERE CustomerId = {customer}");
            await transaction.CommitAsync();
        }

        await RunAsync($"UPDATE CreditLot SET Used = {setup.Rows}");
        await RunAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        await RunAsync("ANALYZE");

        // Safe from injection: the statements contain only numbers and ids of this process.
        async Task RunAsync(string sql) => await db.Database.ExecuteSqlRawAsync(sql);
    }

    private static string Blob(Guid id) => $"X'{Convert.ToHexString(id.ToByteArray(true))}'";
}
