using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Sets the tenant of each connection from its context's scope, for the row-level security policies of the migrations. The
/// pool resets it when the connection is returned.
/// </summary>
internal sealed class ScopedConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = CommandFor(connection, eventData);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        await using var command = CommandFor(connection, eventData);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand CommandFor(DbConnection connection, ConnectionEndEventData eventData)
    {
        var scope = (eventData.Context as PortalDbContext)?.Scope ?? TenantScope.None;
        var command = connection.CreateCommand();
        command.CommandText = "SELECT set_config('portal.reseller', @reseller, false), set_config('portal.customer', @customer, false)";
        Add(command, "reseller", scope.CrossesTenants ? "*" : scope.Reseller?.ToString() ?? "");
        Add(command, "customer", scope.Customer?.ToString() ?? "");
        return command;
    }

    private static void Add(DbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
