namespace ResellerPortal.Storage.SqlServer;

/// <summary>Triggers that refuse to change or delete what must stay as it was written.</summary>
internal static class AppendOnly
{
    private static readonly string[] Tables = ["LedgerEntry", "LotDraw", "LotAdjustment", "AuditEntry"];

    public static IEnumerable<string> CreateTriggers() => Tables.Select(Protect);

    /// <summary>
    /// For a table that a later migration brought. CREATE TRIGGER must stand alone in its batch; EXEC gives it one inside a script.
    /// </summary>
    public static string Protect(string table) =>
        $"EXEC(N'CREATE TRIGGER [{table}_append_only] ON [{table}] AFTER UPDATE, DELETE AS BEGIN THROW 50001, ''{table} is append-only'', "
            + "1; END')";
}
