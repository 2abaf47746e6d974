using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>Divides a database's tables among the servers of a Citus cluster, and sets up what the running portal may do there.</summary>
internal static class CitusAccess
{
    private const string Script = "citus.sql";

    public static async Task SetUpAsync(
        PortalDbContext owner, ScopeKey key, NpgsqlConnectionStringBuilder runtime, CancellationToken cancellationToken)
    {
        await owner.Database.OpenConnectionAsync(cancellationToken);

        // Tables that are created on a divided database are divided as well, and the new session has the settings that the script makes.
        await RunScriptAsync((NpgsqlConnection)owner.Database.GetDbConnection(), cancellationToken);
        await owner.Database.CloseConnectionAsync();
        NpgsqlConnection.ClearPool((NpgsqlConnection)owner.Database.GetDbConnection());
        await PostgreSqlAccess.SetUpAsync(owner, key, runtime, cancellationToken, isDistributed: true);
        await SetUpGrantsAsync((NpgsqlConnection)owner.Database.GetDbConnection(), runtime.Username!, cancellationToken);
    }

    /// <summary>
    /// What the servers need besides the tables' access. Citus locks a table that another one refers to only for roles that may write to
    /// it. No tenant can: it may not use the schema of users, and no policy lets it insert a row there.
    /// </summary>
    private static async Task SetUpGrantsAsync(NpgsqlConnection owner, string name, CancellationToken cancellationToken)
    {
        var (all, tenant) = (name + PostgreSqlAccess.AllTenantsRoleSuffix, name + PostgreSqlAccess.TenantRoleSuffix);
        await using var command = new NpgsqlCommand(
            $"""
            GRANT SELECT, INSERT ON "{CitusStatements.Placements}" TO "{all}", "{tenant}";
            ALTER TABLE "{CitusStatements.Placements}" ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS all_tenants ON "{CitusStatements.Placements}";
            CREATE POLICY all_tenants ON "{CitusStatements.Placements}" TO "{all}" USING (true);
            DROP POLICY IF EXISTS tenant ON "{CitusStatements.Placements}";
            CREATE POLICY tenant ON "{CitusStatements.Placements}" TO "{tenant}"
                USING ("ResellerId" = nullif(scope.read('portal.reseller'), '')::uuid);
            GRANT INSERT ON {TableAccess.IdentitySchema}."AspNetUsers" TO "{tenant}";
            """,
            owner);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether a table of the portal is divided.</summary>
    public static async Task<bool> IsDistributedAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        await db.Database.SqlQueryRaw<bool>("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS \"Value\"")
            .SingleAsync(cancellationToken)
        && await db.Database.SqlQueryRaw<bool>("""
            SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = to_regclass('"LedgerEntry"')) AS "Value"
            """).SingleAsync(cancellationToken);

    private static async Task RunScriptAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var script = typeof(CitusAccess).Assembly.GetManifestResourceStream(Script)!;
        using var reader = new StreamReader(script);
        await using var command = new NpgsqlCommand(await reader.ReadToEndAsync(cancellationToken), connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
