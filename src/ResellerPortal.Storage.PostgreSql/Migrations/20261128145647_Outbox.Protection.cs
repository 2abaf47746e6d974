using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.PostgreSql.Migrations;

/// <summary>Row-level security of the outbox, and the emails of the table that it replaces.</summary>
public partial class Outbox
{
    private const string Reseller = "(SELECT current_setting('portal.reseller', true))";
    private const string Customer = "(SELECT current_setting('portal.customer', true))";

    private static void KeepDeliveries(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        INSERT INTO "OutboxEmail" ("Id", "ResellerId", "CustomerId", "Kind", "InvoiceId", "DocumentId", "Round", "To", "Subject", "Text", "QueuedAtUtc",
            "NextAttemptAtUtc", "Attempts", "SentAtUtc", "Error", "IsUrgent")
        SELECT "Id", "ResellerId", "CustomerId", "Kind", "InvoiceId", "DocumentId", "Round", "To", "Subject", "Text", "QueuedAtUtc",
            "NextAttemptAtUtc", "Attempts", "SentAtUtc", "Error", false
        FROM "Delivery";
        """);

    private static void Protect(MigrationBuilder migrationBuilder) => migrationBuilder.Sql($"""
        ALTER TABLE "OutboxEmail" ENABLE ROW LEVEL SECURITY;
        ALTER TABLE "OutboxEmail" FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON "OutboxEmail" USING (
            {Reseller} = '*'
            OR ("ResellerId" = nullif(nullif({Reseller}, '*'), '')::uuid
                AND ({Customer} = '' OR "CustomerId" = nullif(nullif({Customer}, '*'), '')::uuid)));
        """);
}
