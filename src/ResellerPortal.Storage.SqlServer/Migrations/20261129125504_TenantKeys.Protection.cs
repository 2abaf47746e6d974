using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.SqlServer.Migrations;

/// <summary>The keys to which the foreign keys lead that keep append-only tables from being truncated.</summary>
public partial class TenantKeys
{
    private static void RefuseTruncation(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        CREATE TABLE [TruncationGuard] (
            [ResellerId] uniqueidentifier NULL,
            [CustomerId] uniqueidentifier NULL,
            [Sequence] bigint NULL,
            [LotId] uniqueidentifier NULL,
            [Chain] uniqueidentifier NULL,
            [Id] uniqueidentifier NULL,
            CONSTRAINT [CK_TruncationGuard_has_no_rows] CHECK (1 = 0),
            CONSTRAINT [FK_TruncationGuard_LedgerEntry] FOREIGN KEY ([ResellerId], [CustomerId], [Sequence])
                REFERENCES [LedgerEntry] ([ResellerId], [CustomerId], [Sequence]),
            CONSTRAINT [FK_TruncationGuard_LotDraw] FOREIGN KEY ([ResellerId], [CustomerId], [Sequence], [LotId])
                REFERENCES [LotDraw] ([ResellerId], [CustomerId], [Sequence], [LotId]),
            CONSTRAINT [FK_TruncationGuard_LotAdjustment] FOREIGN KEY ([ResellerId], [Id])
                REFERENCES [LotAdjustment] ([ResellerId], [Id]),
            CONSTRAINT [FK_TruncationGuard_BalanceTransaction] FOREIGN KEY ([ResellerId], [CustomerId], [Sequence])
                REFERENCES [BalanceTransaction] ([ResellerId], [CustomerId], [Sequence]),
            CONSTRAINT [FK_TruncationGuard_AuditEntry] FOREIGN KEY ([Chain], [Id]) REFERENCES [AuditEntry] ([Chain], [Id]))
        """);
}
