using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Sets the tenant of each transaction from its context's scope, because of all settings only those of SET LOCAL reach the servers that
/// have the rows. A command outside of a transaction gets one of its own, in the same round trip. The scope of all tenants needs nothing.
/// </summary>
internal sealed class LocalScope(ScopeKey key) : IDbTransactionInterceptor, IDbCommandInterceptor, ISaveChangesInterceptor
{
    /// <summary>Begins a transaction of the scope.</summary>
    public string Begin(TenantScope scope) => $"BEGIN; {Set(scope)}";

    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        if (FindScope(eventData.Context) is { } scope)
        {
            using var command = CreateCommand(connection, scope);
            command.ExecuteNonQuery();
        }

        return result;
    }

    public async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        if (FindScope(eventData.Context) is { } scope)
        {
            await using var command = CreateCommand(connection, scope);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return result;
    }

    public InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Enclose(command, eventData, result);

    public ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        Enclose(command, eventData, result);

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    public InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result) =>
        Enclose(command, eventData, result);

    public ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<object> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    /// <summary>Ends the transaction of a command that was refused, for the connection may be kept open.</summary>
    public void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        if (IsEnclosed(eventData, out _) && command.Connection is { State: System.Data.ConnectionState.Open } connection)
        {
            using var end = connection.CreateCommand();
            end.CommandText = "ROLLBACK";
            end.ExecuteNonQuery();
        }
    }

    public async Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (IsEnclosed(eventData, out _) && command.Connection is { State: System.Data.ConnectionState.Open } connection)
        {
            await using var end = connection.CreateCommand();
            end.CommandText = "ROLLBACK";
            await end.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Even a single change is saved in a transaction, because EF counts the statements of a command.</summary>
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        SaveInTransaction(eventData.Context);
        return result;
    }

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        SaveInTransaction(eventData.Context);
        return new(result);
    }

    private static void SaveInTransaction(DbContext? context)
    {
        if (FindScope(context) is not null)
        {
            context!.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        }
    }

    private InterceptionResult<T> Enclose<T>(DbCommand command, CommandEventData eventData, InterceptionResult<T> result)
    {
        if (IsEnclosed(eventData, out var scope))
        {
            command.CommandText = $"{Begin(scope!)}; {command.CommandText}\n; COMMIT";
        }

        return result;
    }

    private static bool IsEnclosed(CommandEventData eventData, out TenantScope? scope)
    {
        scope = FindScope(eventData.Context);
        return scope is not null && eventData.Context!.Database.CurrentTransaction is null;
    }

    private DbCommand CreateCommand(DbConnection connection, TenantScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = Set(scope);
        return command;
    }

    /// <summary>The values are ids and hexadecimal digits; SET takes no parameters.</summary>
    private string Set(TenantScope scope)
    {
        var (reseller, customer) = (scope.Reseller?.ToString() ?? "", scope.Customer?.ToString() ?? "");
        return $"SET LOCAL portal.reseller = '{reseller}'; SET LOCAL portal.customer = '{customer}'; "
            + $"SET LOCAL portal.signature = '{key.Sign(reseller, customer)}'";
    }

    /// <summary>Null if the context needs no settings.</summary>
    private static TenantScope? FindScope(DbContext? context) =>
        context is PortalDbContext { Scope: { CrossesTenants: false } scope } ? scope : null;
}
