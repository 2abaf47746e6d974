using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.PostgreSql.Migrations;

/// <summary>
/// The triggers and row-level security policies of the first schema, frozen here like its tables. A later migration that
/// adds a table brings statements of its own. The policies hold for the tables' owner as well; only a superuser and roles
/// with BYPASSRLS are exempt.
/// </summary>
public partial class Initial
{
    private const string Reseller = "(SELECT current_setting('portal.reseller', true))";
    private const string Customer = "(SELECT current_setting('portal.customer', true))";

    private static readonly string[] AppendOnlyTables = ["LedgerEntry", "LotDraw", "LotAdjustment", "BalanceTransaction"];

    private static readonly string[] TablesOfResellers =
    [
        "BankTransaction", "ConverterPeak", "CreditLot", "CurrencyRate", "DunningPolicy", "EmailTemplate",
        "InvoiceCost", "InvoiceSchedule", "InvoiceSeries", "JournalAccounts", "Logo", "LotAdjustment", "LotDraw",
        "Notice", "OrderPayment", "PaymentAccount", "PaymentDifference", "PlanOrder", "PlanSubscription", "RateCard",
        "StatisticsPull", "TopUpPolicy", "UpstreamReading", "WebhookEvent",
    ];

    private static readonly string[] TablesOfCustomers =
    [
        "ApiToken", "AuditEntry", "BalanceTransaction", "Checkout", "ConversionJob", "CreditNote", "CreditedLine",
        "Delivery", "DunningStep", "Invitation", "Invoice", "InvoiceLine", "LedgerEntry", "Member", "Payer",
        "Payment", "PaymentReversal", "Reservation", "SupportSession", "UsageAlert", "UsageRollup",
    ];

    /// <summary>An entry may be sealed once, and cleared of personal data afterwards; nothing else of it changes.</summary>
    private const string AuditEntryTriggers = """
        CREATE TRIGGER "AuditEntry_append_only" BEFORE DELETE OR TRUNCATE ON "AuditEntry"
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF NEW."Id" IS NOT DISTINCT FROM OLD."Id" AND NEW."Chain" IS NOT DISTINCT FROM OLD."Chain"
                AND NEW."ResellerId" IS NOT DISTINCT FROM OLD."ResellerId" AND NEW."CustomerId" IS NOT DISTINCT FROM OLD."CustomerId"
                AND NEW."AtUtc" IS NOT DISTINCT FROM OLD."AtUtc" AND NEW."UserId" IS NOT DISTINCT FROM OLD."UserId"
                AND NEW."Action" IS NOT DISTINCT FROM OLD."Action"
                AND (
                    (OLD."Hash" IS NULL AND NEW."Hash" IS NOT NULL
                        AND NEW."FromAddress" IS NOT DISTINCT FROM OLD."FromAddress"
                        AND NEW."ActorName" IS NOT DISTINCT FROM OLD."ActorName"
                        AND NEW."Subject" IS NOT DISTINCT FROM OLD."Subject"
                        AND NEW."Changes" IS NOT DISTINCT FROM OLD."Changes")
                    OR (OLD."Hash" IS NOT NULL
                        AND NEW."Sequence" IS NOT DISTINCT FROM OLD."Sequence"
                        AND NEW."Commitment" IS NOT DISTINCT FROM OLD."Commitment"
                        AND NEW."Hash" IS NOT DISTINCT FROM OLD."Hash"
                        AND (NEW."FromAddress" IS NULL OR NEW."FromAddress" IS NOT DISTINCT FROM OLD."FromAddress")
                        AND (NEW."Salt" IS NULL OR (NEW."Salt" IS NOT DISTINCT FROM OLD."Salt"
                            AND NEW."ActorName" IS NOT DISTINCT FROM OLD."ActorName"
                            AND NEW."Subject" IS NOT DISTINCT FROM OLD."Subject"
                            AND NEW."Changes" IS NOT DISTINCT FROM OLD."Changes")))
                )
            THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'AuditEntry is append-only';
        END $$;
        CREATE TRIGGER "AuditEntry_no_update" BEFORE UPDATE ON "AuditEntry"
        FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
        """;

    private static void Protect(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
            """);
        foreach (var table in AppendOnlyTables)
        {
            migrationBuilder.Sql($"""
                CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
                """);
        }

        migrationBuilder.Sql(AuditEntryTriggers);
        Isolate(migrationBuilder, "Reseller", Is("Id", Reseller));
        Isolate(migrationBuilder, "Customer", $"{Is("ResellerId", Reseller)} AND ({Customer} = '' OR {Is("Id", Customer)})");
        foreach (var table in TablesOfResellers)
        {
            Isolate(migrationBuilder, table, $"{Is("ResellerId", Reseller)} AND {Customer} = ''");
        }

        foreach (var table in TablesOfCustomers)
        {
            Isolate(migrationBuilder, table, $"{Is("ResellerId", Reseller)} AND ({Customer} = '' OR {Is("CustomerId", Customer)})");
        }
    }

    private static void Isolate(MigrationBuilder migrationBuilder, string table, string condition) => migrationBuilder.Sql($"""
        ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
        ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON "{table}" USING ({Reseller} = '*' OR ({condition}));
        """);

    /// <summary>Neither the mark for all tenants nor no tenant is an id.</summary>
    private static string Is(string column, string setting) => $"\"{column}\" = nullif(nullif({setting}, '*'), '')::uuid";
}
