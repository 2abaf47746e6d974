using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.SqlServer.Migrations;

/// <summary>The emails of the table that the outbox replaces are kept; tables that go leave the security policy first.</summary>
public partial class Outbox
{
    private static void Unprotect(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        IF EXISTS (SELECT 1 FROM sys.security_policies WHERE [name] = N'tenant_policy')
            EXEC(N'ALTER SECURITY POLICY portal.tenant_policy
                DROP FILTER PREDICATE ON dbo.[Delivery], DROP BLOCK PREDICATE ON dbo.[Delivery],
                DROP FILTER PREDICATE ON dbo.[Notice], DROP BLOCK PREDICATE ON dbo.[Notice]');
        """);

    private static void KeepDeliveries(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        INSERT INTO [OutboxEmail] ([Id], [ResellerId], [CustomerId], [Kind], [InvoiceId], [DocumentId], [Round], [To], [Subject], [Text], [QueuedAtUtc],
            [NextAttemptAtUtc], [Attempts], [SentAtUtc], [Error], [IsUrgent])
        SELECT [Id], [ResellerId], [CustomerId], [Kind], [InvoiceId], [DocumentId], [Round], [To], [Subject], [Text], [QueuedAtUtc],
            [NextAttemptAtUtc], [Attempts], [SentAtUtc], [Error], 0
        FROM [Delivery];
        """);
}
