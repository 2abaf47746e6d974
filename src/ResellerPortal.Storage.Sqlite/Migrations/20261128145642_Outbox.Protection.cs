using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.Sqlite.Migrations;

/// <summary>Append-only tables refuse replacement as well; the emails of the table that the outbox replaces are kept.</summary>
public partial class Outbox
{
    /// <summary>Each append-only table's keys: a row that has any of them in common with a new one would be replaced by it.</summary>
    private static readonly (string Table, string[][] Keys)[] AppendOnlyTables =
    [
        ("LedgerEntry", [["CustomerId", "Sequence"], ["RequestId"]]),
        ("LotDraw", [["CustomerId", "Sequence", "LotId"]]),
        ("LotAdjustment", [["rowid"], ["Id"]]),
        ("BalanceTransaction", [["rowid"], ["CustomerId", "Sequence"], ["ResellerId", "IdempotencyKey"]]),
        ("AuditEntry", [["rowid"], ["Id"], ["Chain", "Sequence"]]),
    ];

    private static void KeepDeliveries(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        INSERT INTO "OutboxEmail" ("Id", "ResellerId", "CustomerId", "Kind", "InvoiceId", "DocumentId", "Round", "To", "Subject", "Text", "QueuedAtUtc",
            "NextAttemptAtUtc", "Attempts", "SentAtUtc", "Error", "IsUrgent")
        SELECT "Id", "ResellerId", "CustomerId", "Kind", "InvoiceId", "DocumentId", "Round", "To", "Subject", "Text", "QueuedAtUtc",
            "NextAttemptAtUtc", "Attempts", "SentAtUtc", "Error", 0
        FROM "Delivery";
        """);

    /// <summary>INSERT OR REPLACE deletes a row without asking the triggers that refuse to delete, so it is refused before.</summary>
    private static void Protect(MigrationBuilder migrationBuilder)
    {
        foreach (var (table, keys) in AppendOnlyTables)
        {
            RefuseReplacement(migrationBuilder, table, keys);
        }
    }

    internal static void RefuseReplacement(MigrationBuilder migrationBuilder, string table, string[][] keys)
    {
        var exists = keys.Select(key =>
            $"EXISTS (SELECT 1 FROM \"{table}\" WHERE {string.Join(" AND ", key.Select(column => $"\"{column}\" = NEW.\"{column}\""))})");
        migrationBuilder.Sql($"""
            CREATE TRIGGER "{table}_no_replace" BEFORE INSERT ON "{table}"
            WHEN {string.Join(" OR ", exists)}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
            """);
    }
}
