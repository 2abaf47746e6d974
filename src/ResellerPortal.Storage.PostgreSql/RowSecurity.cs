using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// The database's own protection of tenants: whatever statement is sent, it sees and writes the rows of the connection's
/// scope alone. It holds for the tables' owner as well; only a superuser and roles with BYPASSRLS are free of it.
/// </summary>
internal static class RowSecurity
{
    private const string Reseller = "(SELECT current_setting('portal.reseller', true))";
    private const string Customer = "(SELECT current_setting('portal.customer', true))";

    private static readonly string[] FirstOfResellers =
        [
            "BankTransaction",
            "BookingAccounts",
            "ConverterPeak",
            "CreditLot",
            "CurrencyRate",
            "DunningPolicy",
            "InvoiceFigures",
            "InvoiceSchedule",
            "InvoiceSeries",
            "LetterTemplate",
            "Logo",
            "LotAdjustment",
            "LotDraw",
            "Notice",
            "OrderPayment",
            "PaymentAccount",
            "PaymentDifference",
            "PlanOrder",
            "PlanSubscription",
            "ProviderEvent",
            "RateCard",
            "StatisticsPull",
            "TopUpPolicy",
            "UpstreamReading",
        ];

    private static readonly string[] FirstOfCustomers =
        [
            "ApiToken",
            "AuditEntry",
            "BalanceEntry",
            "Checkout",
            "ConversionJob",
            "CreditNote",
            "CreditedLine",
            "Delivery",
            "DunningStep",
            "Invitation",
            "Invoice",
            "InvoiceLine",
            "LedgerEntry",
            "Member",
            "Payer",
            "Payment",
            "PaymentReversal",
            "Reservation",
            "SupportVisit",
            "UsageAlert",
            "UsageRollup",
        ];

    /// <summary>What there was when the protection began. A migration that brings a table protects it by itself.</summary>
    public static IEnumerable<(string Table, TableOwner Owner)> FirstTables =>
    [
        ("Reseller", TableOwner.Resellers),
        ("Customer", TableOwner.Customers),
        .. FirstOfResellers.Select(table => (table, TableOwner.Reseller)),
        .. FirstOfCustomers.Select(table => (table, TableOwner.Customer)),
    ];

    /// <summary>The statements that protect one table.</summary>
    public static string Protect(string table, TableOwner owner) => $"""
        ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
        ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON "{table}" USING ({Reseller} = '*' OR ({Condition(owner)}));
        """;

    private static string Condition(TableOwner owner) => owner switch
    {
        TableOwner.Resellers => Is("Id", Reseller),
        TableOwner.Customers => $"{Is("ResellerId", Reseller)} AND ({Customer} = '' OR {Is("Id", Customer)})",
        TableOwner.Reseller => $"{Is("ResellerId", Reseller)} AND {Customer} = ''",
        _ => $"{Is("ResellerId", Reseller)} AND ({Customer} = '' OR {Is("CustomerId", Customer)})",
    };

    /// <summary>Neither the mark for all tenants nor no tenant is an id.</summary>
    private static string Is(string column, string setting) => $"\"{column}\" = nullif(nullif({setting}, '*'), '')::uuid";
}

/// <summary>
/// Tells each connection whose rows it may touch, as its context's scope says. The pool forgets it when the connection is given back.
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
