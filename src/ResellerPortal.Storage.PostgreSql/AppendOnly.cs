namespace ResellerPortal.Storage.PostgreSql;

/// <summary>Triggers that refuse to change or delete what must stay as it was written.</summary>
internal static class AppendOnly
{
    private static readonly string[] Tables = ["LedgerEntry", "LotDraw", "LotAdjustment", "AuditEntry"];

    public static IEnumerable<string> CreateTriggers() =>
        Tables.Select(Protect).Prepend("""
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
            """);

    /// <summary>For a table that a later migration brought.</summary>
    public static string Protect(string table) => $"""
        CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """;
}
