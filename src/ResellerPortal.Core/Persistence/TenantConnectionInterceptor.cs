using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Sets the tenant of each connection from its context's scope, for row-level security. The pool resets it when the connection is
/// returned.
/// </summary>
/// <param name="statement">SQL that sets the tenant from @reseller and @customer; '*' means all tenants, '' none.</param>
public sealed class TenantConnectionInterceptor(string statement) : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = CreateCommand(connection, eventData);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        await using var command = CreateCommand(connection, eventData);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand CreateCommand(DbConnection connection, ConnectionEndEventData eventData)
    {
        var scope = (eventData.Context as PortalDbContext)?.Scope ?? TenantScope.None;
        var command = connection.CreateCommand();
        command.CommandText = statement;
        Add(command, "@reseller", scope.CrossesTenants ? "*" : scope.Reseller?.ToString() ?? "");
        Add(command, "@customer", scope.Customer?.ToString() ?? "");
        return command;
    }

    private static void Add(DbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Value) = (name, DbType.String, value);
        command.Parameters.Add(parameter);
    }
}
