using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.SqlServer.Migrations;

/// <summary>
/// No trigger hears of TRUNCATE TABLE, but the server refuses it for a table to which a foreign key leads, be it of a table without rows.
/// </summary>
public partial class BinaryCollation
{
    internal static void RefuseTruncation(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE TABLE [TruncationGuard] (
            [CustomerId] uniqueidentifier NULL,
            [Sequence] bigint NULL,
            [LotId] uniqueidentifier NULL,
            [Id] uniqueidentifier NULL,
            CONSTRAINT [CK_TruncationGuard_has_no_rows] CHECK (1 = 0),
            CONSTRAINT [FK_TruncationGuard_LedgerEntry] FOREIGN KEY ([CustomerId], [Sequence])
                REFERENCES [LedgerEntry] ([CustomerId], [Sequence]),
            CONSTRAINT [FK_TruncationGuard_LotDraw] FOREIGN KEY ([CustomerId], [Sequence], [LotId])
                REFERENCES [LotDraw] ([CustomerId], [Sequence], [LotId]),
            CONSTRAINT [FK_TruncationGuard_LotAdjustment] FOREIGN KEY ([Id]) REFERENCES [LotAdjustment] ([Id]),
            CONSTRAINT [FK_TruncationGuard_BalanceTransaction] FOREIGN KEY ([CustomerId], [Sequence])
                REFERENCES [BalanceTransaction] ([CustomerId], [Sequence]),
            CONSTRAINT [FK_TruncationGuard_AuditEntry] FOREIGN KEY ([Id]) REFERENCES [AuditEntry] ([Id]))
        """);

    private static void AllowTruncation(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE [TruncationGuard]");
}
