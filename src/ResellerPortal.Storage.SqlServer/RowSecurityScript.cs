using System.Text;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// The script that enables tenant protection in SQL Server. An administrator reviews and runs it from
/// <c>deploy/sqlserver/row-level-security.sql</c>; a test keeps that file identical to this text.
/// </summary>
public static class RowSecurityScript
{
    public static string For(IReadOnlyDictionary<string, TableOwner> tables)
    {
        var script = new StringBuilder("""
            -- Row-level security for Reseller Portal on SQL Server. Run it as the database's owner after "migrate", and again
            -- after an upgrade that added tables. The portal sets each connection's scope (sp_set_session_context);
            -- a connection without a scope sees no tenant's rows. Run backups and reports with reseller = '*'.
            IF EXISTS (SELECT 1 FROM sys.security_policies WHERE name = 'tenant_policy') DROP SECURITY POLICY portal.tenant_policy;
            DROP FUNCTION IF EXISTS portal.tenant_row;
            GO
            IF SCHEMA_ID('portal') IS NULL EXEC('CREATE SCHEMA portal');
            GO
            CREATE FUNCTION portal.tenant_row(@reseller uniqueidentifier, @customer uniqueidentifier, @owner char(1)) RETURNS TABLE WITH SCHEMABINDING AS
            RETURN SELECT 1 AS visible WHERE SESSION_CONTEXT(N'reseller') = N'*'
                OR (@reseller = TRY_CAST(SESSION_CONTEXT(N'reseller') AS uniqueidentifier)
                    AND (@owner = 'A' OR SESSION_CONTEXT(N'customer') = N'' OR (@owner = 'C' AND @customer = TRY_CAST(SESSION_CONTEXT(N'customer') AS uniqueidentifier))));
            GO
            CREATE SECURITY POLICY portal.tenant_policy

            """.ReplaceLineEndings("\n"));
        var lines = tables.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => (string[])[
            $"    ADD FILTER PREDICATE portal.tenant_row({Arguments(t.Value)}) ON dbo.[{t.Key}]",
            $"    ADD BLOCK PREDICATE portal.tenant_row({Arguments(t.Value)}) ON dbo.[{t.Key}]",
        ]);
        return script.AppendJoin(",\n", lines).Append("\n    WITH (STATE = ON);\nGO\n").ToString();
    }

    /// <summary>
    /// A: visible to the reseller and all its customers; C: to the reseller and the owning customer; R: to the reseller only.
    /// </summary>
    private static string Arguments(TableOwner owner) => owner switch
    {
        TableOwner.Resellers => "[Id], NULL, 'A'",
        TableOwner.Customers => "[ResellerId], [Id], 'C'",
        TableOwner.Reseller => "[ResellerId], NULL, 'R'",
        _ => "[ResellerId], [CustomerId], 'C'",
    };
}
