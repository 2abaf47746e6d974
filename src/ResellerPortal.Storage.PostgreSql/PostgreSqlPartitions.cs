using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Native range partitions. The running portal may create no table, so a function of the owner creates them, and nothing else, for it.
/// </summary>
internal sealed class PostgreSqlPartitions : MonthPartitions
{
    /// <summary>A queue behind a lock on a table of the meter must be short.</summary>
    private const string ShortWait = "SET LOCAL lock_timeout = '5s'";

    public override Task<int> CreateAsync(PortalDbContext db, DateOnly first, int months, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<int>($"SELECT make_partitions({first}, {months}) AS \"Value\"").SingleAsync(cancellationToken);

    public override Task CreateAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken) =>
        owner.Database.ExecuteSqlAsync($"SELECT make_partition({table}, {month})", cancellationToken);

    public override async Task<IReadOnlyList<DateOnly>> ListAsync(
        PortalDbContext owner,
        string table,
        CancellationToken cancellationToken)
    {
        var instant = table == nameof(AuditEntry) ? nameof(AuditEntry.AtUtc) : nameof(LotDraw.RecordedAtUtc);
        await owner.Database.OpenConnectionAsync(cancellationToken);
        await using var command = CreateCommand(owner, $"""
            SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = '"{table}"'::regclass AND c.relname <> '{table}_default'
            UNION SELECT date_trunc('month', to_timestamp("{instant}" / 1000000) AT TIME ZONE 'UTC')::date FROM "{table}_default"
            ORDER BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<DateOnly>();
        while (await reader.ReadAsync(cancellationToken))
        {
            months.Add(reader.GetFieldValue<DateOnly>(0));
        }

        return months;
    }

    public override async Task LockAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(
            owner, $"{ShortWait}; LOCK TABLE {Name(table, month)} IN SHARE ROW EXCLUSIVE MODE");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task DropAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(
            owner, $"ALTER TABLE \"{table}\" DETACH PARTITION {Name(table, month)}; DROP TABLE {Name(table, month)}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A statement of which no part comes from a user, on the owner's open connection.</summary>
    private static NpgsqlCommand CreateCommand(PortalDbContext owner, string sql) =>
        new(sql, (NpgsqlConnection)owner.Database.GetDbConnection());

    private static string Name(string table, DateOnly month) =>
        $"\"{table}_{month.ToString("yyyy_MM", CultureInfo.InvariantCulture)}\"";
}
