using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Auditing;
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

    public override async Task<IReadOnlyList<DateOnly>> ListAsync(
        PortalDbContext owner,
        string table,
        CancellationToken cancellationToken) =>
        await owner.Database.SqlQueryRaw<DateOnly>(
            $"""
            SELECT to_date(right(c.relname, 7), 'YYYY_MM') AS "Value" FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = '"{table}"'::regclass AND c.relname <> '{table}_default'
            UNION SELECT date_trunc('month', to_timestamp("{(table == nameof(AuditEntry) ? "AtUtc" : "RecordedAtUtc")}" / 1000000)
                AT TIME ZONE 'UTC')::date FROM "{table}_default"
            ORDER BY 1
            """).ToListAsync(cancellationToken);

    public override async Task LockAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken)
    {
        await owner.Database.ExecuteSqlRawAsync(ShortWait, cancellationToken);
        await owner.Database.ExecuteSqlRawAsync(
            $"LOCK TABLE {Name(table, month)} IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
    }

    public override async Task DropAsync(PortalDbContext owner, string table, DateOnly month, CancellationToken cancellationToken)
    {
        await owner.Database.ExecuteSqlRawAsync(
            $"ALTER TABLE \"{table}\" DETACH PARTITION {Name(table, month)}", cancellationToken);
        await owner.Database.ExecuteSqlRawAsync($"DROP TABLE {Name(table, month)}", cancellationToken);
    }

    private static string Name(string table, DateOnly month) =>
        $"\"{table}_{month.ToString("yyyy_MM", CultureInfo.InvariantCulture)}\"";
}
