namespace ResellerPortal.Storage.SqlServer;

/// <summary>The history may be added to, sealed once, and cleared of persons; nothing else of it changes.</summary>
internal static class HistoryTriggers
{
    public const string DropFormer = "DROP TRIGGER [AuditEntry_append_only]";

    public const string Create = """
        EXEC(N'CREATE TRIGGER [AuditEntry_append_only] ON [AuditEntry] AFTER UPDATE, DELETE AS BEGIN
        IF EXISTS (SELECT 1 FROM deleted d LEFT JOIN inserted i ON i.[Id] = d.[Id] WHERE i.[Id] IS NULL OR NOT (
            NOT EXISTS (SELECT i.[Id], i.[Chain], i.[ResellerId], i.[CustomerId], i.[AtUtc], i.[UserId], i.[Action] EXCEPT SELECT d.[Id], d.[Chain], d.[ResellerId], d.[CustomerId], d.[AtUtc], d.[UserId], d.[Action])
            AND ((d.[Hash] IS NULL AND i.[Hash] IS NOT NULL AND NOT EXISTS (SELECT i.[FromAddress], i.[ActorName], i.[Subject], i.[Changes] EXCEPT SELECT d.[FromAddress], d.[ActorName], d.[Subject], d.[Changes]))
                OR (d.[Hash] IS NOT NULL AND NOT EXISTS (SELECT i.[Sequence], i.[Commitment], i.[Hash] EXCEPT SELECT d.[Sequence], d.[Commitment], d.[Hash])
                    AND (i.[FromAddress] IS NULL OR i.[FromAddress] = d.[FromAddress])
                    AND (i.[Salt] IS NULL OR NOT EXISTS (SELECT i.[Salt], i.[ActorName], i.[Subject], i.[Changes] EXCEPT SELECT d.[Salt], d.[ActorName], d.[Subject], d.[Changes]))))))
            THROW 50001, ''AuditEntry is append-only'', 1;
        END')
        """;
}
