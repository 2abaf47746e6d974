namespace ResellerPortal.Storage.Sqlite;

/// <summary>Triggers that refuse to change or delete what must stay as it was written.</summary>
internal static class AppendOnly
{
    private static readonly string[] Tables = ["LedgerEntry", "LotDraw", "LotAdjustment", "AuditEntry"];

    public static IEnumerable<string> CreateTriggers() => Tables.SelectMany(Protect);

    /// <summary>For a table that a later migration brought.</summary>
    public static IEnumerable<string> Protect(string table) =>
        from act in (string[])["UPDATE", "DELETE"]
        select $"""
            CREATE TRIGGER "{table}_no_{act.ToLowerInvariant()}" BEFORE {act} ON "{table}"
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
            """;
}
