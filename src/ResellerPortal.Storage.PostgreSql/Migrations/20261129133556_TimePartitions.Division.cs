using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.PostgreSql.Migrations;

/// <summary>
/// Divides the tables that grow for ever into months. The model knows nothing of it: keys and unique indexes have the instant in addition,
/// because PostgreSQL can only tell that a value is unique within a partition.
/// </summary>
public partial class TimePartitions
{
    private const string AllWrites = "UPDATE OR DELETE OR TRUNCATE";

    /// <summary>
    /// Creates the partitions of given months and nothing else, with its owner's rights, since the portal's role may create no table. A
    /// partition is built apart and attached, which does not wait for those who use the table. Statements name the table above it, whose
    /// triggers of statements and policies then hold; a partition has triggers and row security of its own for statements that name it.
    /// </summary>
    internal const string MakePartitions = """
        CREATE FUNCTION make_partitions(first_month date, months integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS
        $$ DECLARE
            divided record;
            month date;
            name text;
            within text;
            is_held boolean;
            made integer := 0;
        BEGIN
            IF first_month IS NULL OR first_month NOT BETWEEN '2000-01-01' AND '2200-01-01' OR months IS NULL OR months NOT BETWEEN 1 AND 36
            THEN RAISE EXCEPTION 'Partitions are made for 1 to 36 months'; END IF;
            IF NOT pg_try_advisory_xact_lock(hashtext('make_partitions')) THEN RETURN 0; END IF;
            FOR divided IN SELECT * FROM (VALUES
                ('AuditEntry', 'AtUtc', 'DELETE OR TRUNCATE'),
                ('LedgerEntry', 'RecordedAtUtc', 'UPDATE OR DELETE OR TRUNCATE'),
                ('LotDraw', 'RecordedAtUtc', 'UPDATE OR DELETE OR TRUNCATE')) AS t(parent, instant, refused)
            LOOP
                FOR i IN 0 .. months - 1 LOOP
                    month := date_trunc('month', first_month) + make_interval(months => i);
                    name := divided.parent || to_char(month, '_YYYY_MM');
                    CONTINUE WHEN to_regclass(format('public.%I', name)) IS NOT NULL;
                    within := format('%1$I >= %2$s AND %1$I < %3$s', divided.instant,
                        extract(epoch FROM month)::bigint * 1000000,
                        extract(epoch FROM month + interval '1 month')::bigint * 1000000);
                    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS, CONSTRAINT within_month CHECK (%s))',
                        name, divided.parent, within);

                    -- Rows that came while their month had no partition.
                    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I WHERE %s)', divided.parent || '_default', within) INTO is_held;
                    IF is_held THEN
                        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', divided.parent || '_default');
                        EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE %s RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
                            divided.parent || '_default', within, name);
                        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', divided.parent || '_default');
                    END IF;
                    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
                        divided.parent, name,
                        extract(epoch FROM month)::bigint * 1000000,
                        extract(epoch FROM month + interval '1 month')::bigint * 1000000);
                    EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT within_month', name);
                    EXECUTE format('CREATE TRIGGER %I BEFORE %s ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()',
                        divided.parent || '_append_only', divided.refused, name);
                    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
                    made := made + 1;
                END LOOP;
            END LOOP;
            RETURN made;
        END $$;
        REVOKE ALL ON FUNCTION make_partitions(date, integer) FROM PUBLIC;
        """;

    /// <summary>The months of the rows there are, and those until three months from now.</summary>
    private const string MakeFirstPartitions = """
        DO $$ DECLARE
            month date := date_trunc('month', to_timestamp((SELECT least(
                (SELECT min("RecordedAtUtc") FROM "LedgerEntry_before"),
                (SELECT min("AtUtc") FROM "AuditEntry_before"),
                extract(epoch FROM now())::bigint * 1000000)) / 1000000) AT TIME ZONE 'UTC');
            newest date := date_trunc('month', to_timestamp((SELECT greatest(
                (SELECT max("RecordedAtUtc") FROM "LedgerEntry_before"),
                (SELECT max("AtUtc") FROM "AuditEntry_before"),
                extract(epoch FROM now())::bigint * 1000000)) / 1000000) AT TIME ZONE 'UTC') + interval '3 months';
        BEGIN
            WHILE month <= newest LOOP
                PERFORM make_partitions(month, 1);
                month := month + interval '1 month';
            END LOOP;
        END $$;
        """;

    private static readonly (string Name, string Refused, string Key, (string Name, string Columns)[] Indexes)[] Tables =
    [
        ("AuditEntry", "DELETE OR TRUNCATE", "\"Chain\", \"Id\"",
            [("IX_AuditEntry_ResellerId_AtUtc", "\"ResellerId\", \"AtUtc\""), ("IX_AuditEntry_Sequence", "\"Sequence\"")]),
        ("LedgerEntry", AllWrites, "\"ResellerId\", \"CustomerId\", \"Sequence\"",
            [
                ("IX_LedgerEntry_ResellerId_OccurredAtUtc", "\"ResellerId\", \"OccurredAtUtc\""),
                ("IX_LedgerEntry_CustomerId_OccurredAtUtc", "\"CustomerId\", \"OccurredAtUtc\""),
            ]),
        ("LotDraw", AllWrites, "\"ResellerId\", \"CustomerId\", \"Sequence\", \"LotId\"", []),
    ];

    private static void Divide(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(MakePartitions);
        foreach (var (table, refused, _, _) in Tables)
        {
            var instant = Instant(table);
            SetAside(migrationBuilder, table);
            migrationBuilder.Sql($"""
                CREATE TABLE "{table}" (LIKE "{table}_before" INCLUDING DEFAULTS{(table == "LotDraw" ? $", {instant} bigint NOT NULL" : "")})
                    PARTITION BY RANGE ({instant});
                CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT;
                CREATE TRIGGER "{table}_append_only" BEFORE {refused} ON "{table}_default"
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
                ALTER TABLE "{table}_default" ENABLE ROW LEVEL SECURITY;
                """);
        }

        migrationBuilder.Sql(MakeFirstPartitions);
        migrationBuilder.Sql("""
            INSERT INTO "AuditEntry" SELECT * FROM "AuditEntry_before";
            INSERT INTO "LedgerEntry" SELECT * FROM "LedgerEntry_before";
            INSERT INTO "LotDraw" SELECT d.*, e."RecordedAtUtc" FROM "LotDraw_before" d
                LEFT JOIN "LedgerEntry_before" e USING ("ResellerId", "CustomerId", "Sequence");
            """);
        Complete(migrationBuilder, isDivided: true);
        migrationBuilder.Sql("""
            INSERT INTO "HistoryChain" ("Chain", "ResellerId", "LastSequence", "LastHash")
            SELECT DISTINCT ON ("Chain") "Chain", "ResellerId", "Sequence", "Hash" FROM "AuditEntry"
            WHERE "Sequence" IS NOT NULL ORDER BY "Chain", "Sequence" DESC;
            """);
    }

    private static void Unite(MigrationBuilder migrationBuilder)
    {
        foreach (var (table, _, _, _) in Tables)
        {
            SetAside(migrationBuilder, table);
            migrationBuilder.Sql($"""
                CREATE TABLE "{table}" (LIKE "{table}_before" INCLUDING DEFAULTS);
                INSERT INTO "{table}" SELECT * FROM "{table}_before";
                """);
        }

        migrationBuilder.Sql("""ALTER TABLE "LotDraw" DROP COLUMN "RecordedAtUtc";""");
        Complete(migrationBuilder, isDivided: false);
        migrationBuilder.Sql("DROP FUNCTION make_partitions(date, integer);");
    }

    /// <summary>The owner must see every row while it copies them.</summary>
    private static void SetAside(MigrationBuilder migrationBuilder, string table) => migrationBuilder.Sql($"""
        ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE "{table}" RENAME TO "{table}_before";
        """);

    /// <summary>Gives the tables their keys, indexes and triggers, among them those of a move, and drops what was set aside.</summary>
    private static void Complete(MigrationBuilder migrationBuilder, bool isDivided)
    {
        foreach (var (table, refused, key, indexes) in Tables)
        {
            var more = isDivided ? $", {Instant(table)}" : "";
            migrationBuilder.Sql($"""
                DO $$ BEGIN
                    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '"{table}_before"'::regclass AND tgname = 'moving') THEN
                        CREATE TRIGGER moving BEFORE INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_moving();
                    END IF;
                END $$;
                DROP TABLE "{table}_before";
                ALTER TABLE "{table}" ADD CONSTRAINT "PK_{table}" PRIMARY KEY ({key}{more});
                CREATE TRIGGER "{table}_append_only" BEFORE {refused} ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
                """);
            foreach (var (name, columns) in indexes)
            {
                migrationBuilder.Sql($"CREATE INDEX \"{name}\" ON \"{table}\" ({columns});");
            }
        }

        var (recorded, at) = isDivided ? (", \"RecordedAtUtc\"", ", \"AtUtc\"") : ("", "");
        migrationBuilder.Sql($"""
            CREATE UNIQUE INDEX "IX_LedgerEntry_RequestId_ResellerId" ON "LedgerEntry" ("RequestId", "ResellerId"{recorded});
            CREATE INDEX "IX_LedgerEntry_CustomerId_CorrectsSequence" ON "LedgerEntry" ("CustomerId", "CorrectsSequence")
                WHERE "CorrectsSequence" IS NOT NULL;
            CREATE UNIQUE INDEX "IX_AuditEntry_Chain_Sequence" ON "AuditEntry" ("Chain", "Sequence"{at});
            CREATE TRIGGER "AuditEntry_no_update" BEFORE UPDATE ON "AuditEntry"
            FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
            """);
    }

    private static string Instant(string table) => table == "AuditEntry" ? "\"AtUtc\"" : "\"RecordedAtUtc\"";
}
