-- Takes the functions with which a statement reaches another server from everybody but superusers: with them whoever may run a statement
-- could run another one on any server that this one reaches, as itself and outside of its scope. Run it as a superuser with psql in the
-- portal's database, on every server and not only on the coordinator, since a function within a query runs where the rows are. Safe to
-- repeat; after "migrate", and again after an update of the extension or with a new server.
DO $$
DECLARE
    function record;
    role regrole;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polname = 'all_tenants') THEN
        RAISE EXCEPTION 'The database has no policies of the portal: run "migrate" first.';
    END IF;

    -- Each server has functions of its own, so this one tells no other.
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
    FOR function IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname LIKE 'citus%'
        WHERE p.proname LIKE 'run\_command\_on\_%'
            -- Those that are told a server's address.
            OR EXISTS (SELECT FROM unnest(p.proargnames[:p.pronargs]) argument WHERE argument LIKE '%port')
            -- Those that look for servers themselves, with what they are given or to tell of them.
            OR p.proname IN ('broadcast_intermediate_result', 'citus_check_cluster_node_health', 'citus_create_restore_point',
                'citus_internal_copy_single_shard_placement', 'citus_internal_global_blocked_processes', 'citus_locks',
                'citus_shard_sizes', 'citus_stat_activity', 'citus_stat_tenants_reset', 'dump_global_wait_edges',
                'get_global_active_transactions', 'global_blocked_processes', 'worker_copy_table_to_node', 'worker_split_copy')
            OR p.oid IN (to_regprocedure('pg_cancel_backend(bigint)'), to_regprocedure('pg_terminate_backend(bigint,bigint)'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function.name);
    END LOOP;

    -- With this one the servers exchange rows for a join by another column than the reseller, as the role whose query it is: those who
    -- may see all rows.
    FOR role IN
        SELECT DISTINCT r::regrole FROM pg_policy, unnest(polroles) r WHERE polname = 'all_tenants'
        UNION SELECT relowner::regrole FROM pg_class WHERE oid = 'public."LedgerEntry"'::regclass
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION pg_catalog.fetch_intermediate_results(text[], text, integer) TO %s', role);
    END LOOP;
END $$;
