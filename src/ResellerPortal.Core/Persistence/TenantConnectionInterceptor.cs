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
/// <param name="sign">Signs a scope, as @signature, where a statement could otherwise choose another one.</param>
public class TenantConnectionInterceptor(string statement, Func<string, string, string>? sign = null) : DbConnectionInterceptor
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

    /// <summary>Makes a command the one that sets the tenant.</summary>
    protected virtual void SetTenant(DbCommand command, string reseller, string customer)
    {
        command.CommandText = statement;
        Add(command, "@reseller", reseller);
        Add(command, "@customer", customer);
        if (sign is not null)
        {
            Add(command, "@signature", sign(reseller, customer));
        }
    }

    private DbCommand CreateCommand(DbConnection connection, ConnectionEndEventData eventData)
    {
        var scope = (eventData.Context as PortalDbContext)?.Scope ?? TenantScope.None;
        var command = connection.CreateCommand();
        SetTenant(
            command, scope.CrossesTenants ? "*" : scope.Reseller?.ToString() ?? "", scope.Customer?.ToString() ?? "");
        return command;
    }

    private static void Add(DbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Value) = (name, DbType.String, value);
        command.Parameters.Add(parameter);
    }
}
