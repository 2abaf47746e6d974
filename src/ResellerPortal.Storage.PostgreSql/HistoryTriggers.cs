namespace ResellerPortal.Storage.PostgreSql;

/// <summary>The history may be added to, sealed once, and cleared of persons; nothing else of it changes.</summary>
internal static class HistoryTriggers
{
    public const string DropFormer = """DROP TRIGGER "AuditEntry_append_only" ON "AuditEntry";""";

    public const string Create = """
        CREATE TRIGGER "AuditEntry_append_only" BEFORE DELETE OR TRUNCATE ON "AuditEntry"
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF NEW."Id" IS NOT DISTINCT FROM OLD."Id" AND NEW."Chain" IS NOT DISTINCT FROM OLD."Chain" AND NEW."ResellerId" IS NOT DISTINCT FROM OLD."ResellerId" AND NEW."CustomerId" IS NOT DISTINCT FROM OLD."CustomerId" AND NEW."AtUtc" IS NOT DISTINCT FROM OLD."AtUtc" AND NEW."UserId" IS NOT DISTINCT FROM OLD."UserId" AND NEW."Action" IS NOT DISTINCT FROM OLD."Action"
                AND (
                    (OLD."Hash" IS NULL AND NEW."Hash" IS NOT NULL AND NEW."FromAddress" IS NOT DISTINCT FROM OLD."FromAddress" AND NEW."ActorName" IS NOT DISTINCT FROM OLD."ActorName" AND NEW."Subject" IS NOT DISTINCT FROM OLD."Subject" AND NEW."Changes" IS NOT DISTINCT FROM OLD."Changes")
                    OR (OLD."Hash" IS NOT NULL AND NEW."Sequence" IS NOT DISTINCT FROM OLD."Sequence" AND NEW."Commitment" IS NOT DISTINCT FROM OLD."Commitment" AND NEW."Hash" IS NOT DISTINCT FROM OLD."Hash"
                        AND (NEW."FromAddress" IS NULL OR NEW."FromAddress" IS NOT DISTINCT FROM OLD."FromAddress")
                        AND (NEW."Salt" IS NULL OR (NEW."Salt" IS NOT DISTINCT FROM OLD."Salt" AND NEW."ActorName" IS NOT DISTINCT FROM OLD."ActorName" AND NEW."Subject" IS NOT DISTINCT FROM OLD."Subject" AND NEW."Changes" IS NOT DISTINCT FROM OLD."Changes")))
                )
            THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'AuditEntry is append-only';
        END $$;
        CREATE TRIGGER "AuditEntry_no_update" BEFORE UPDATE ON "AuditEntry"
        FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
        """;
}
