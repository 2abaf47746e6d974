using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.Sqlite.Migrations;

/// <summary>
/// The triggers of the first schema, frozen here like its tables. A later migration that adds an append-only table brings
/// statements of its own.
/// </summary>
public partial class Initial
{
    private static readonly string[] AppendOnlyTables = ["LedgerEntry", "LotDraw", "LotAdjustment", "BalanceTransaction"];

    /// <summary>An entry may be sealed once, and cleared of personal data afterwards; nothing else of it changes.</summary>
    internal const string AuditEntryUpdate = """
        CREATE TRIGGER "AuditEntry_no_update" BEFORE UPDATE ON "AuditEntry"
        WHEN NOT (
            NEW."Id" IS OLD."Id" AND NEW."Chain" IS OLD."Chain" AND NEW."ResellerId" IS OLD."ResellerId"
            AND NEW."CustomerId" IS OLD."CustomerId" AND NEW."AtUtc" IS OLD."AtUtc" AND NEW."UserId" IS OLD."UserId"
            AND NEW."Action" IS OLD."Action"
            AND (
                (OLD."Hash" IS NULL AND NEW."Hash" IS NOT NULL AND NEW."FromAddress" IS OLD."FromAddress"
                    AND NEW."ActorName" IS OLD."ActorName" AND NEW."Subject" IS OLD."Subject" AND NEW."Changes" IS OLD."Changes")
                OR (OLD."Hash" IS NOT NULL AND NEW."Sequence" IS OLD."Sequence" AND NEW."Commitment" IS OLD."Commitment"
                    AND NEW."Hash" IS OLD."Hash"
                    AND (NEW."FromAddress" IS NULL OR NEW."FromAddress" IS OLD."FromAddress")
                    AND (NEW."Salt" IS NULL OR (NEW."Salt" IS OLD."Salt" AND NEW."ActorName" IS OLD."ActorName"
                        AND NEW."Subject" IS OLD."Subject" AND NEW."Changes" IS OLD."Changes")))
            ))
        BEGIN SELECT RAISE(ABORT, 'AuditEntry is append-only'); END;
        """;

    private static void Protect(MigrationBuilder migrationBuilder)
    {
        foreach (var table in AppendOnlyTables)
        {
            Refuse(migrationBuilder, table, "UPDATE");
            Refuse(migrationBuilder, table, "DELETE");
        }

        Refuse(migrationBuilder, "AuditEntry", "DELETE");
        migrationBuilder.Sql(AuditEntryUpdate);
    }

    internal static void Refuse(MigrationBuilder migrationBuilder, string table, string change) => migrationBuilder.Sql($"""
        CREATE TRIGGER "{table}_no_{change.ToLowerInvariant()}" BEFORE {change} ON "{table}"
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        """);
}
