using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>The policies and grants of the running portal's role. The tables' owner sets them up after each migration.</summary>
internal static class PostgreSqlAccess
{
    /// <summary>Behind the name of the portal's role, the role of scopes of one tenant.</summary>
    public const string TenantRoleSuffix = "_tenant";

    /// <summary>Behind the name of the portal's role, the role of scopes of all tenants.</summary>
    public const string AllTenantsRoleSuffix = "_all";

    private const string Reseller = "(SELECT scope.read('portal.reseller'))";
    private const string Customer = "(SELECT scope.read('portal.customer'))";

    /// <summary>Marks a table whose policies are up to date, so that a migration locks no other.</summary>
    private const string Marked = "tenant_select";

    private static readonly (RowWrites Write, string Verb)[] Verbs =
        [(RowWrites.Insert, "INSERT"), (RowWrites.Update, "UPDATE"), (RowWrites.Delete, "DELETE")];

    public static async Task SetUpAsync(
        PortalDbContext owner,
        ScopeKey key,
        NpgsqlConnectionStringBuilder runtime,
        CancellationToken cancellationToken,
        bool isDistributed = false)
    {
        var tables = TableAccess.FromModel(owner);
        var name = runtime.Username ?? throw new InvalidOperationException("ConnectionStrings:Portal names no user.");
        await owner.Database.OpenConnectionAsync(cancellationToken);
        foreach (var role in (string[])[name, name + TenantRoleSuffix, name + AllTenantsRoleSuffix])
        {
            await SetUpRoleAsync(owner, role, runtime.Password, cancellationToken);
        }

        await SaveKeyAsync(owner, key, cancellationToken);
        var marks = await owner.Database.SqlQueryRaw<string>(
            $"SELECT c.relname || ' ' || obj_description(p.oid, 'pg_policy') AS \"Value\" FROM pg_policy p "
                + $"JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = '{Marked}' AND c.relrowsecurity")
            .ToListAsync(cancellationToken);
        foreach (var table in tables)
        {
            var policies = Policies(table, name + AllTenantsRoleSuffix);
            policies = isDistributed ? Distribute(policies, table, name) : policies;
            var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(policies)));
            if (!marks.Contains($"{table.Name} {mark}"))
            {
                await ExecuteAsync(
                    owner, $"{policies}\nCOMMENT ON POLICY {Marked} ON {Quote(table)} IS '{mark}';", cancellationToken);
            }
        }

        // With a key that the database does not know, the portal sees no migration and is not ready.
        await ExecuteAsync(
            owner,
            $"""
            ALTER TABLE "__EFMigrationsHistory" ENABLE ROW LEVEL SECURITY;
            DROP POLICY IF EXISTS signed ON "__EFMigrationsHistory";
            CREATE POLICY signed ON "__EFMigrationsHistory" FOR SELECT USING ({Reseller} IS NOT NULL);
            """,
            cancellationToken);
        await SetUpGrantsAsync(owner, tables, name, cancellationToken);
    }

    /// <summary>Whether the role is an owner, or could become one.</summary>
    public static Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<bool>("""
            SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole))
                OR EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('"LedgerEntry"') AND pg_has_role(relowner, 'MEMBER')) AS "Value"
            """).SingleAsync(cancellationToken);

    /// <summary>
    /// One policy for each kind of statement; what has none is refused. The role of all tenants needs no signature, and the meter, which
    /// is of it, pays for none.
    /// </summary>
    internal static string Policies(TableAccess table, string allTenants)
    {
        var visible = Condition(table, isCustomers: true);
        string[] names = ["tenant", "all_tenants", Marked, "tenant_insert", "tenant_update", "tenant_delete"];
        List<string> sql =
        [
            $"ALTER TABLE {Quote(table)} ENABLE ROW LEVEL SECURITY;",
            $"ALTER TABLE {Quote(table)} NO FORCE ROW LEVEL SECURITY;",
            .. names.Select(name => $"DROP POLICY IF EXISTS {name} ON {Quote(table)};"),
            $"CREATE POLICY all_tenants ON {Quote(table)} TO {Quote(allTenants)} USING (true);",
            $"CREATE POLICY {Marked} ON {Quote(table)} FOR SELECT USING ({visible});",
        ];
        foreach (var (write, verb) in Verbs.Where(v => table.Writes.HasFlag(v.Write)))
        {
            var writable = table.Owner == TableOwner.Installation
                ? "false"
                : Condition(table, table.ByCustomers.HasFlag(write)) + (table.HasRole ? OwnRoles : "");

            // Rows that a customer may see may be locked, though not changed: locking takes the right to update.
            var conditions = write switch
            {
                RowWrites.Insert => $"WITH CHECK ({writable})",
                RowWrites.Update => $"USING ({visible}) WITH CHECK ({writable})",
                _ => $"USING ({writable})",
            };
            sql.Add($"CREATE POLICY tenant_{verb.ToLowerInvariant()} ON {Quote(table)} FOR {verb} {conditions};");
        }

        return string.Join('\n', sql);
    }

    /// <summary>
    /// Policies of a table on several servers, which refuse sub-SELECTs. Those of users and credentials, which every server has a copy of,
    /// go by the role alone, so that no setting can make the copies differ.
    /// </summary>
    private static string Distribute(string policies, TableAccess table, string name)
    {
        if (table.Owner == TableOwner.Identity)
        {
            policies = policies.Replace($"{Reseller} = ''", $"current_user = '{name}'", StringComparison.Ordinal);
        }

        foreach (var setting in (string[])[Reseller, Customer])
        {
            policies = policies.Replace(setting, setting["(SELECT ".Length..^1], StringComparison.Ordinal);
        }

        return policies;
    }

    /// <param name="isCustomers">Whether the condition holds for the customer's own rows in its scope.</param>
    private static string Condition(TableAccess table, bool isCustomers) => table.Owner switch
    {
        TableOwner.Installation => "true",
        TableOwner.Identity => $"{Reseller} = ''",
        TableOwner.Resellers => $"{Is("Id", Reseller)}{(isCustomers ? "" : $" AND {Customer} = ''")}",
        TableOwner.Reseller => $"{Is("ResellerId", Reseller)} AND {Customer} = ''",
        _ => $"{Is("ResellerId", Reseller)} AND ({Customer} = ''"
            + $"{(isCustomers ? $" OR {Is(table.Owner == TableOwner.Customers ? "Id" : "CustomerId", Customer)}" : "")})",
    };

    /// <summary>A tenant gives nobody a role of the operator, and a customer nobody one of its reseller.</summary>
    private const string OwnRoles =
        $" AND (\"Role\" LIKE 'Customer%' OR ({Customer} = '' AND \"Role\" LIKE 'Reseller%'))";

    /// <summary>No tenant is no id.</summary>
    private static string Is(string column, string setting) => $"\"{column}\" = nullif({setting}, '')::uuid";

    /// <summary>Adds the key and removes former ones, all but the latest, with which nodes may still be running.</summary>
    private static async Task SaveKeyAsync(PortalDbContext owner, ScopeKey key, CancellationToken cancellationToken)
    {
        var (inner, outer) = key.Pads;
        await owner.Database.ExecuteSqlAsync($"""
            INSERT INTO scope.key (inner_pad, outer_pad) VALUES ({inner}, {outer}) ON CONFLICT DO NOTHING
            """, cancellationToken);
        await owner.Database.ExecuteSqlAsync($"""
            DELETE FROM scope.key WHERE inner_pad <> {inner} AND id < (SELECT max(id) FROM scope.key WHERE inner_pad <> {inner})
            """, cancellationToken);
    }

    private static async Task SetUpGrantsAsync(
        PortalDbContext owner,
        IReadOnlyList<TableAccess> tables,
        string name,
        CancellationToken cancellationToken)
    {
        var all = $"{Quote(name)}, {Quote(name + AllTenantsRoleSuffix)}";
        var (tenant, database) = (Quote(name + TenantRoleSuffix), Quote(owner.Database.GetDbConnection().Database));
        List<string> sql =
        [
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
            $"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;",
            $"GRANT CONNECT ON DATABASE {database} TO {all}, {tenant};",
            $"GRANT USAGE ON SCHEMA public TO {all}, {tenant};",
            $"GRANT USAGE ON SCHEMA {TableAccess.IdentitySchema} TO {all};",
            $"REVOKE ALL ON ALL TABLES IN SCHEMA public, {TableAccess.IdentitySchema} FROM {all}, {tenant};",
            $"GRANT SELECT ON \"__EFMigrationsHistory\" TO {all};",
            $"GRANT EXECUTE ON FUNCTION make_partitions(date, integer) TO {Quote(name + AllTenantsRoleSuffix)};",
            .. tables.Select(table => $"GRANT SELECT{Writes(table)} ON {Quote(table)} TO {all};"),
            .. tables
                .Where(table => table.Owner == TableOwner.Installation)
                .Select(table => $"GRANT SELECT ON {Quote(table)} TO {tenant};"),
            .. tables
                .Where(table => table.Owner is not (TableOwner.Installation or TableOwner.Identity))
                .Select(table => $"GRANT SELECT{Writes(table)} ON {Quote(table)} TO {tenant};"),
        ];
        await ExecuteAsync(owner, string.Join('\n', sql), cancellationToken);

        static string Writes(TableAccess table) =>
            string.Concat(Verbs.Where(v => table.Writes.HasFlag(v.Write)).Select(v => $", {v.Verb}"));
    }

    /// <summary>Creates a role if it does not exist, and refuses one that could give itself more than it is granted.</summary>
    private static async Task SetUpRoleAsync(PortalDbContext owner, string name, string? password, CancellationToken cancellationToken)
    {
        if (!await owner.Database.SqlQuery<bool>($"""
            SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) AS "Value"
            """).SingleAsync(cancellationToken))
        {
            var secret = password is { Length: > 0 } ? $" PASSWORD '{ScramVerifier.Create(password)}'" : "";
            try
            {
                await ExecuteAsync(owner, $"CREATE ROLE {Quote(name)} LOGIN{secret}", cancellationToken);
            }
            catch (PostgresException failure) when (
                failure.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
            {
                // Another database of the server has just created it.
            }
            catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new InvalidOperationException(
                    $"The role {name} does not exist, and the owner may not create it. Give the owner CREATEROLE, or create it: "
                        + $"CREATE ROLE {Quote(name)} LOGIN PASSWORD '…'",
                    failure);
            }
        }

        if (await owner.Database.SqlQuery<bool>($"""
            SELECT rolsuper OR rolbypassrls OR rolcreaterole OR pg_has_role(oid, current_user, 'MEMBER') AS "Value"
            FROM pg_roles WHERE rolname = {name}
            """).SingleAsync(cancellationToken))
        {
            throw new InvalidOperationException(
                $"The role {name} in ConnectionStrings:Portal is a superuser, has BYPASSRLS or CREATEROLE, or is a member of the tables' "
                    + "owner. Use a role without these rights.");
        }
    }

    /// <summary>Runs statements of which no part comes from a user, in one transaction.</summary>
    private static async Task ExecuteAsync(PortalDbContext owner, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)owner.Database.GetDbConnection());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Quote(TableAccess table) =>
        table.Schema is null ? Quote(table.Name) : $"{Quote(table.Schema)}.{Quote(table.Name)}";

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
