using System.Data.Common;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// Sets the tenant of each connection from the pool, and the isolation level, which the pool leaves as the last transaction had it.
/// </summary>
internal sealed class SqlServerSession() : TenantConnectionInterceptor("")
{
    /// <summary>
    /// A batch without parameters: with them it would run in a scope of its own, at whose end the isolation level is undone. The tenant
    /// is read-only until the pool resets the connection, so that no later statement can choose another one.
    /// </summary>
    internal static string GetStatement(string reseller, string customer) =>
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
        + $"EXEC sp_set_session_context N'reseller', N'{Escape(reseller)}', @read_only = 1; "
        + $"EXEC sp_set_session_context N'customer', N'{Escape(customer)}', @read_only = 1;";

    protected override void SetTenant(DbCommand command, string reseller, string customer) =>
        command.CommandText = GetStatement(reseller, customer);

    private static string Escape(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
