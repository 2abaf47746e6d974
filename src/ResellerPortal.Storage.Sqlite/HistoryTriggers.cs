namespace ResellerPortal.Storage.Sqlite;

/// <summary>The history may be added to, sealed once, and cleared of persons; nothing else of it changes.</summary>
internal static class HistoryTriggers
{
    public const string DropFormer = """DROP TRIGGER "AuditEntry_no_update";""";

    public const string Create = """
        CREATE TRIGGER "AuditEntry_no_update" BEFORE UPDATE ON "AuditEntry"
        WHEN NOT (
            NEW."Id" IS OLD."Id" AND NEW."Chain" IS OLD."Chain" AND NEW."ResellerId" IS OLD."ResellerId" AND NEW."CustomerId" IS OLD."CustomerId" AND NEW."AtUtc" IS OLD."AtUtc" AND NEW."UserId" IS OLD."UserId" AND NEW."Action" IS OLD."Action"
            AND (
                (OLD."Hash" IS NULL AND NEW."Hash" IS NOT NULL AND NEW."FromAddress" IS OLD."FromAddress" AND NEW."ActorName" IS OLD."ActorName" AND NEW."Subject" IS OLD."Subject" AND NEW."Changes" IS OLD."Changes")
                OR (OLD."Hash" IS NOT NULL AND NEW."Sequence" IS OLD."Sequence" AND NEW."Commitment" IS OLD."Commitment" AND NEW."Hash" IS OLD."Hash"
                    AND (NEW."FromAddress" IS NULL OR NEW."FromAddress" IS OLD."FromAddress")
                    AND (NEW."Salt" IS NULL OR (NEW."Salt" IS OLD."Salt" AND NEW."ActorName" IS OLD."ActorName" AND NEW."Subject" IS OLD."Subject" AND NEW."Changes" IS OLD."Changes")))
            ))
        BEGIN SELECT RAISE(ABORT, 'AuditEntry is append-only'); END;
        """;
}
