using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.SqlServer.Migrations;

/// <summary>
/// The settings and triggers of the first schema, frozen here like its tables. A later migration that adds an append-only
/// table brings statements of its own.
/// </summary>
public partial class Initial
{
    private static readonly string[] AppendOnlyTables = ["LedgerEntry", "LotDraw", "LotAdjustment", "BalanceTransaction"];

    /// <summary>An entry may be sealed once, and cleared of personal data afterwards; nothing else of it changes.</summary>
    private const string AuditEntryTrigger = """
        EXEC(N'CREATE TRIGGER [AuditEntry_append_only] ON [AuditEntry] AFTER UPDATE, DELETE AS BEGIN
        IF EXISTS (SELECT 1 FROM deleted d LEFT JOIN inserted i ON i.[Id] = d.[Id] WHERE i.[Id] IS NULL OR NOT (
            NOT EXISTS (SELECT i.[Id], i.[Chain], i.[ResellerId], i.[CustomerId], i.[AtUtc], i.[UserId], i.[Action]
                EXCEPT SELECT d.[Id], d.[Chain], d.[ResellerId], d.[CustomerId], d.[AtUtc], d.[UserId], d.[Action])
            AND ((d.[Hash] IS NULL AND i.[Hash] IS NOT NULL
                    AND NOT EXISTS (SELECT i.[FromAddress], i.[ActorName], i.[Subject], i.[Changes]
                        EXCEPT SELECT d.[FromAddress], d.[ActorName], d.[Subject], d.[Changes]))
                OR (d.[Hash] IS NOT NULL
                    AND NOT EXISTS (SELECT i.[Sequence], i.[Commitment], i.[Hash] EXCEPT SELECT d.[Sequence], d.[Commitment], d.[Hash])
                    AND (i.[FromAddress] IS NULL OR i.[FromAddress] = d.[FromAddress])
                    AND (i.[Salt] IS NULL OR NOT EXISTS (SELECT i.[Salt], i.[ActorName], i.[Subject], i.[Changes]
                        EXCEPT SELECT d.[Salt], d.[ActorName], d.[Subject], d.[Changes]))))))
            THROW 50001, ''AuditEntry is append-only'', 1;
        END')
        """;

    /// <summary>
    /// First of all and outside the transaction, so that an owner that may not alter the database leaves nothing half done; where an
    /// administrator has done it, there is nothing to alter.
    /// </summary>
    private static void AllowSnapshots(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state IN (0, 2))
            BEGIN
                BEGIN TRY
                    EXEC(N'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON');
                END TRY
                BEGIN CATCH
                    DECLARE @refusal nvarchar(2048) = N'The owner could not change a setting of the database. Let an administrator run '
                        + N'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON there, and migrate again. ' + ERROR_MESSAGE();
                    THROW 50002, @refusal, 1;
                END CATCH
            END
            """,
            suppressTransaction: true);

    private static void Protect(MigrationBuilder migrationBuilder)
    {
        foreach (var table in AppendOnlyTables)
        {
            // CREATE TRIGGER must be alone in its batch; EXEC gives it one inside a script.
            migrationBuilder.Sql(
                $"EXEC(N'CREATE TRIGGER [{table}_append_only] ON [{table}] AFTER UPDATE, DELETE "
                + $"AS BEGIN THROW 50001, ''{table} is append-only'', 1; END')");
        }

        migrationBuilder.Sql(AuditEntryTrigger);
    }
}
