-- Divides the portal's database by reseller among the nodes of a Citus cluster: run by "migrate" where Database:Distributed is true, or
-- by hand, as the owner of the tables, with psql on the coordinator. Empty or filled; safe to repeat; one transaction a table, so that
-- whatever stopped it, the next run goes on. No portal may be running.
--
-- Only a superuser may do this first, on every node (see README.md):
--   CREATE ROLE portal_owner …; CREATE DATABASE portal OWNER portal_owner; CREATE EXTENSION citus;
-- and then on the coordinator, in the portal's database:
--   SELECT citus_set_coordinator_host('…', 5432); SELECT citus_add_node('…', 5432); …
--
-- Which table goes where follows from its keys. A table whose primary key begins with the reseller is divided by it, unless one of its
-- unique indexes spans resellers. Every other table is copied to all nodes. The history's chains are resellers and the installation.
DO $$
DECLARE
    -- The coordinator keeps the list of migrations to itself, since only EF reads it there.
    tables CONSTANT text := $query$
        SELECT c.oid::regclass AS name, c.oid AS oid, (
            SELECT a.attname FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname IN ('ResellerId', 'Chain') AND NOT EXISTS (
                SELECT FROM pg_index u WHERE u.indrelid = c.oid AND u.indisunique AND a.attnum <> ALL (u.indkey::int2[]))
        ) AS divided_by
        FROM pg_class c
        WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'identity', 'scope'))
            AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> '__EFMigrationsHistory'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        $query$;
    next record;
    policy record;
    guard record;
    guards text[] := '{}';
    definition text;
    first regclass;
    shard bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        RAISE EXCEPTION 'The database has no extension citus: a superuser creates it, on every node.';
    END IF;

    -- Reach the workers with SET LOCAL, join tables by other columns than the reseller for the operator, change tables of both kinds in
    -- one transaction, and have triggers, also in later migrations.
    EXECUTE format('ALTER DATABASE %I SET citus.propagate_set_commands = ''local''', current_database());
    EXECUTE format('ALTER DATABASE %I SET citus.enable_repartition_joins = on', current_database());
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET citus.multi_shard_modify_mode = ''sequential''', current_user, current_database());
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET citus.enable_unsafe_triggers = on', current_user, current_database());

    -- A row for each reseller, from which rows that are inserted in sets know their server.
    CREATE TABLE IF NOT EXISTS "ResellerPlacement" ("ResellerId" uuid PRIMARY KEY);
    COMMIT;

    LOOP
        -- What a table refers to comes before it.
        EXECUTE format($query$
            WITH placed AS (SELECT logicalrelid AS oid FROM pg_dist_partition WHERE partmethod <> 'n' OR repmodel = 't')
            SELECT * FROM (%s) t
            WHERE oid NOT IN (SELECT oid FROM placed) AND NOT EXISTS (
                SELECT FROM pg_constraint f
                WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.confrelid <> t.oid AND f.confrelid NOT IN (SELECT oid FROM placed))
            ORDER BY divided_by IS NOT NULL, name::text LIMIT 1
            $query$, tables) INTO next;
        EXIT WHEN next.name IS NULL;

        PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
        PERFORM set_config('citus.enable_unsafe_triggers', 'on', true);
        PERFORM set_config('citus.enable_local_reference_table_foreign_keys', 'off', true);
        PERFORM set_config('client_min_messages', 'warning', true);

        -- A policy may have no sub-SELECT here. "migrate" creates those for a divided database; until then nobody sees a row.
        FOR policy IN
            SELECT polname, polrelid::regclass AS name FROM pg_policy
            WHERE (polrelid = next.oid OR polrelid IN (SELECT relid FROM pg_partition_tree(next.oid)))
                AND concat(polqual, polwithcheck) LIKE '%SUBLINK%'
        LOOP
            EXECUTE format('DROP POLICY %I ON %s', policy.polname, policy.name);
        END LOOP;

        IF next.divided_by IS NULL THEN
            PERFORM create_reference_table(next.name);
        ELSE
            SELECT logicalrelid INTO first FROM pg_dist_partition WHERE partmethod = 'h' ORDER BY logicalrelid::text LIMIT 1;
            PERFORM create_distributed_table(
                next.name, next.divided_by, colocate_with => CASE WHEN first IS NULL THEN 'none' ELSE first::text END);
        END IF;
        COMMIT;
    END LOOP;

    -- The policies' function reads its key on the server where it runs, from that server's copy.
    SELECT shardid INTO shard FROM pg_dist_shard WHERE logicalrelid = 'scope.key'::regclass;
    PERFORM create_distributed_function('scope.read(text)'::regprocedure);
    EXECUTE replace(
        pg_get_functiondef('scope.read(text)'::regprocedure), 'FROM scope.key k', format('FROM scope.key_%s k', shard));
    COMMIT;

    -- Whoever makes the partitions of the months ahead has none of the owner's settings.
    ALTER FUNCTION make_partitions(date, integer)
        SET citus.enable_unsafe_triggers = on SET citus.multi_shard_modify_mode = 'sequential';
    COMMIT;

    -- The rows that were here are on the nodes now. What protects tables from being emptied steps aside for their former copies.
    IF EXISTS (SELECT FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0) THEN
        PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
        PERFORM set_config('citus.enable_unsafe_triggers', 'on', true);
        FOR guard IN
            SELECT t.tgname, p.logicalrelid AS name, pg_get_triggerdef(t.oid) AS definition
            FROM pg_trigger t JOIN pg_dist_partition p ON p.logicalrelid = t.tgrelid
            WHERE NOT t.tgisinternal AND t.tgtype & 32 <> 0
        LOOP
            guards := guards || guard.definition;
            EXECUTE format('DROP TRIGGER %I ON %s', guard.tgname, guard.name);
        END LOOP;
        PERFORM truncate_local_data_after_distributing_table(logicalrelid)
            FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0;
        FOREACH definition IN ARRAY guards LOOP
            EXECUTE definition;
        END LOOP;
        COMMIT;
    END IF;
END $$;
