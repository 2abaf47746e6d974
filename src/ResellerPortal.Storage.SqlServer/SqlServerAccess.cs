using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// The security policy and grants of the running portal's user, a member of the database role <c>portal_runtime</c>. The database's
/// owner sets them up after each migration.
/// </summary>
internal static class SqlServerAccess
{
    public const string Role = "portal_runtime";

    /// <summary>Who may alter a table may truncate it, and who may alter the policy sees every row.</summary>
    internal const string OwnerQuery = """
        SELECT CAST(CASE WHEN HAS_PERMS_BY_NAME(N'dbo.LedgerEntry', N'OBJECT', N'ALTER') = 1
            OR HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CONTROL') = 1
            OR HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'ALTER ANY SECURITY POLICY') = 1 THEN 1 ELSE 0 END AS bit) AS [Value]
        """;

    private const string Functions = """
        CREATE FUNCTION portal.tenant_row(@reseller uniqueidentifier, @customer uniqueidentifier, @owner char(1))
        RETURNS TABLE WITH SCHEMABINDING AS
        RETURN SELECT 1 AS allowed
            FROM (SELECT CAST(SESSION_CONTEXT(N'reseller') AS nvarchar(36)) AS reseller,
                CAST(SESSION_CONTEXT(N'customer') AS nvarchar(36)) AS customer) AS scope
            WHERE scope.reseller = N'*'
                OR (@owner = 'I' AND scope.reseller = N'')
                OR (@reseller = TRY_CAST(scope.reseller AS uniqueidentifier)
                    AND (@owner = 'A' OR scope.customer = N''
                        OR (@owner = 'C' AND @customer = TRY_CAST(scope.customer AS uniqueidentifier))))
        """;

    private static readonly (RowWrites Write, string Verb, string[] Predicates)[] Verbs =
    [
        (RowWrites.Insert, "INSERT", ["AFTER INSERT"]),
        (RowWrites.Update, "UPDATE", ["AFTER UPDATE", "BEFORE UPDATE"]),
        (RowWrites.Delete, "DELETE", ["BEFORE DELETE"]),
    ];

    /// <summary>Replaces the policy in one transaction, so that no statement runs without one.</summary>
    public static async Task SetUpAsync(PortalDbContext owner, string user, CancellationToken cancellationToken)
    {
        await using var transaction = await owner.Database.BeginTransactionAsync(cancellationToken);
        foreach (var statement in Statements(TableAccess.FromModel(owner), user))
        {
            await owner.Database.ExecuteSqlRawAsync(statement.Replace("{", "{{").Replace("}", "}}"), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public static Task<bool> IsOwnerAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<bool>(OwnerQuery).SingleAsync(cancellationToken);

    /// <param name="user">
    /// The login of the running portal; empty if it signs in with Windows, whom an administrator adds to the role.
    /// </param>
    internal static IEnumerable<string> Statements(IReadOnlyList<TableAccess> tables, string user)
    {
        yield return "IF EXISTS (SELECT 1 FROM sys.security_policies WHERE name = 'tenant_policy') "
            + "DROP SECURITY POLICY portal.tenant_policy";
        yield return "DROP FUNCTION IF EXISTS portal.tenant_row";
        yield return "IF SCHEMA_ID('portal') IS NULL EXEC('CREATE SCHEMA portal')";
        yield return Functions;
        yield return Policy(tables);
        yield return $"IF DATABASE_PRINCIPAL_ID('{Role}') IS NULL CREATE ROLE {Role}";
        yield return $"GRANT SELECT ON dbo.[__EFMigrationsHistory] TO {Role}";
        foreach (var table in tables)
        {
            var revoked = string.Concat(Verbs.Where(v => !table.Writes.HasFlag(v.Write)).Select(v => $", {v.Verb}"));
            var granted = string.Concat(Verbs.Where(v => table.Writes.HasFlag(v.Write)).Select(v => $", {v.Verb}"));
            yield return $"GRANT SELECT{granted} ON {Quote(table)} TO {Role}";
            if (revoked.Length > 0)
            {
                yield return $"REVOKE {revoked[2..]} ON {Quote(table)} FROM {Role}";
            }
        }

        if (user.Length > 0)
        {
            var quoted = $"[{user.Replace("]", "]]", StringComparison.Ordinal)}]";
            var text = user.Replace("'", "''", StringComparison.Ordinal);
            yield return $"IF USER_ID(N'{text}') IS NULL CREATE USER {quoted} FOR LOGIN {quoted}";
            yield return $"ALTER ROLE {Role} ADD MEMBER {quoted}";
        }
    }

    private static string Policy(IReadOnlyList<TableAccess> tables)
    {
        var predicates = new List<string>();
        foreach (var table in tables)
        {
            if (table.Owner != TableOwner.Installation)
            {
                predicates.Add($"ADD FILTER PREDICATE portal.tenant_row({Arguments(table, isCustomers: true)}) ON {Quote(table)}");
            }

            foreach (var (write, _, kinds) in Verbs.Where(v => table.Writes.HasFlag(v.Write)))
            {
                var arguments = Arguments(table, table.ByCustomers.HasFlag(write));
                predicates.AddRange(kinds.Select(kind => $"ADD BLOCK PREDICATE portal.tenant_row({arguments}) ON {Quote(table)} {kind}"));
            }
        }

        return new StringBuilder("CREATE SECURITY POLICY portal.tenant_policy\n    ")
            .AppendJoin(",\n    ", predicates).Append("\n    WITH (STATE = ON)").ToString();
    }

    /// <summary>
    /// A: for the reseller and all its customers; C: the reseller and the owning customer; R: the reseller only; I: outside tenants only;
    /// O: all tenants' scope only.
    /// </summary>
    private static string Arguments(TableAccess table, bool isCustomers) => table.Owner switch
    {
        TableOwner.Resellers => $"[Id], NULL, '{(isCustomers ? 'A' : 'R')}'",
        TableOwner.Customers => $"[ResellerId], [Id], '{(isCustomers ? 'C' : 'R')}'",
        TableOwner.Reseller => "[ResellerId], NULL, 'R'",
        TableOwner.Identity => "NULL, NULL, 'I'",
        TableOwner.Installation => "NULL, NULL, 'O'",
        _ => $"[ResellerId], [CustomerId], '{(isCustomers ? 'C' : 'R')}'",
    };

    private static string Quote(TableAccess table) => $"[{table.Schema ?? "dbo"}].[{table.Name}]";
}
