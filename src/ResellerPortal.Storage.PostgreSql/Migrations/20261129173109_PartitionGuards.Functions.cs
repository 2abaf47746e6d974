using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.PostgreSql.Migrations;

/// <summary>
/// A partition is protected before it is attached. On a distributed database attaching creates its parts on the servers, which get the
/// triggers and the row security that it has by then and no later ones.
/// </summary>
public partial class PartitionGuards
{
    /// <summary>
    /// Creates the partition of one month in one table, if it is missing, for the owner alone. It is built apart and attached, which does
    /// not wait for those who use the table. Its trigger refuses no INSERT, so that rows can be moved into it before.
    /// </summary>
    private const string MakePartition = """
        CREATE FUNCTION make_partition(parent text, first_day date) RETURNS boolean
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS
        $$ DECLARE
            instant text := CASE parent WHEN 'AuditEntry' THEN 'AtUtc' ELSE 'RecordedAtUtc' END;
            refused text := CASE parent WHEN 'AuditEntry' THEN 'DELETE OR TRUNCATE' ELSE 'UPDATE OR DELETE OR TRUNCATE' END;
            month date := date_trunc('month', first_day);
            starts bigint := extract(epoch FROM month)::bigint * 1000000;
            ends bigint := extract(epoch FROM month + interval '1 month')::bigint * 1000000;
            name text := parent || to_char(month, '_YYYY_MM');
            within text := format('%1$I >= %2$s AND %1$I < %3$s', instant, starts, ends);
            is_held boolean;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('make_partitions'));
            IF to_regclass(format('public.%I', name)) IS NOT NULL THEN RETURN false; END IF;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS, CONSTRAINT within_month CHECK (%s))',
                name, parent, within);
            EXECUTE format('CREATE TRIGGER %I BEFORE %s ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()',
                parent || '_append_only', refused, name);
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);

            -- Rows that came while their month had no partition.
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I WHERE %s)', parent || '_default', within) INTO is_held;
            IF is_held THEN
                EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', parent || '_default');
                EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE %s RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
                    parent || '_default', within, name);
                EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', parent || '_default');
            END IF;
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)', parent, name, starts, ends);
            EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT within_month', name);
            RETURN true;
        END $$;
        REVOKE ALL ON FUNCTION make_partition(text, date) FROM PUBLIC;
        """;

    /// <summary>
    /// Creates the partitions of given months and nothing else, with its owner's rights, since the portal's role may create no table.
    /// </summary>
    private const string MakePartitions = """
        CREATE OR REPLACE FUNCTION make_partitions(first_month date, months integer) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS
        $$ DECLARE
            parent text;
            made integer := 0;
        BEGIN
            IF first_month IS NULL OR first_month NOT BETWEEN '2000-01-01' AND '2200-01-01' OR months IS NULL OR months NOT BETWEEN 1 AND 36
            THEN RAISE EXCEPTION 'Partitions are made for 1 to 36 months'; END IF;
            IF NOT pg_try_advisory_xact_lock(hashtext('make_partitions')) THEN RETURN 0; END IF;
            FOREACH parent IN ARRAY ARRAY['AuditEntry', 'LedgerEntry', 'LotDraw'] LOOP
                FOR i IN 0 .. months - 1 LOOP
                    made := made
                        + public.make_partition(parent, (date_trunc('month', first_month) + make_interval(months => i))::date)::integer;
                END LOOP;
            END LOOP;
            RETURN made;
        END $$;
        """;
}
