using System.Data;
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
internal sealed class LocalScope(ScopeKey key)
{
    public IInterceptor[] CreateInterceptors() =>
        [new ScopedTransactions(this), new ScopedCommands(this), new SavesInTransactions()];

    /// <summary>Begins a transaction of the scope.</summary>
    public string Begin(TenantScope scope) => $"BEGIN; {Set(scope)}";

    /// <summary>The values are ids and hexadecimal digits; SET takes no parameters.</summary>
    public string Set(TenantScope scope)
    {
        var (reseller, customer) = (scope.Reseller?.ToString() ?? "", scope.Customer?.ToString() ?? "");
        return $"SET LOCAL portal.reseller = '{reseller}'; SET LOCAL portal.customer = '{customer}'; "
            + $"SET LOCAL portal.signature = '{key.Sign(reseller, customer)}'";
    }

    /// <summary>Null if the context needs no settings.</summary>
    public static TenantScope? Find(DbContext? context) =>
        context is PortalDbContext { Scope: { CrossesTenants: false } scope } ? scope : null;
}

/// <summary>Sets the scope when a transaction starts.</summary>
internal sealed class ScopedTransactions(LocalScope local) : DbTransactionInterceptor
{
    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        if (LocalScope.Find(eventData.Context) is { } scope)
        {
            using var command = CreateCommand(connection, scope);
            command.ExecuteNonQuery();
        }

        return result;
    }

    public override async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        if (LocalScope.Find(eventData.Context) is { } scope)
        {
            await using var command = CreateCommand(connection, scope);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return result;
    }

    private DbCommand CreateCommand(DbConnection connection, TenantScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = local.Set(scope);
        return command;
    }
}

/// <summary>Encloses a command outside of a transaction in one of the scope.</summary>
internal sealed class ScopedCommands(LocalScope local) : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Enclose(command, eventData, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        Enclose(command, eventData, result);

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    public override InterceptionResult<object> ScalarExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result) =>
        Enclose(command, eventData, result);

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<object> result,
        CancellationToken cancellationToken = default) => new(Enclose(command, eventData, result));

    /// <summary>Ends the transaction of a command that was refused, for the connection may be kept open.</summary>
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData)
    {
        if (IsEnclosed(eventData, out _) && command.Connection is { State: ConnectionState.Open } connection)
        {
            using var end = connection.CreateCommand();
            end.CommandText = "ROLLBACK";
            end.ExecuteNonQuery();
        }
    }

    public override async Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (IsEnclosed(eventData, out _) && command.Connection is { State: ConnectionState.Open } connection)
        {
            await using var end = connection.CreateCommand();
            end.CommandText = "ROLLBACK";
            await end.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private InterceptionResult<T> Enclose<T>(DbCommand command, CommandEventData eventData, InterceptionResult<T> result)
    {
        if (IsEnclosed(eventData, out var scope))
        {
            command.CommandText = $"{local.Begin(scope!)}; {command.CommandText}\n; COMMIT";
        }

        return result;
    }

    private static bool IsEnclosed(CommandEventData eventData, out TenantScope? scope)
    {
        scope = LocalScope.Find(eventData.Context);
        return scope is not null && eventData.Context!.Database.CurrentTransaction is null;
    }
}

/// <summary>Saves even a single change in a transaction, because EF counts the statements of a command.</summary>
internal sealed class SavesInTransactions : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        SaveInTransaction(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        SaveInTransaction(eventData.Context);
        return new(result);
    }

    private static void SaveInTransaction(DbContext? context)
    {
        if (LocalScope.Find(context) is not null)
        {
            context!.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        }
    }
}
