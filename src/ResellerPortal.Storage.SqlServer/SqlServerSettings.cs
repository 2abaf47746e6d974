using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>
/// The settings of the database on which the portal relies. The owner changes those that differ; if it may not, the error names the
/// statement for an administrator.
/// </summary>
internal static class SqlServerSettings
{
    public static readonly IReadOnlyList<string> Statements =
    [
        // Read-only checks of the whole ledger neither wait for writers nor stop them.
        Ensure(
            "EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state IN (0, 2))",
            "CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON"),

        // Nor does any other reader. This waits for no other connection, but fails if there is one.
        Ensure(
            "EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND is_read_committed_snapshot_on = 0)",
            "CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT"),

        // SESSION_CONTEXT, by which rows are filtered, can return wrong values in parallel plans.
        Ensure(
            "EXISTS (SELECT 1 FROM sys.database_scoped_configurations WHERE name = N'MAXDOP' AND CAST(value AS int) <> 1)",
            "SCOPED CONFIGURATION SET MAXDOP = 1"),
    ];

    /// <summary>Runs outside any transaction, in which the server refuses to alter a database.</summary>
    public static async Task SetUpAsync(PortalDbContext owner, CancellationToken cancellationToken)
    {
        foreach (var statement in Statements)
        {
            await owner.Database.ExecuteSqlRawAsync(statement, cancellationToken);
        }
    }

    private static string Ensure(string condition, string change) => $"""
        IF {condition}
        BEGIN
            BEGIN TRY
                EXEC(N'ALTER DATABASE {change}');
            END TRY
            BEGIN CATCH
                DECLARE @refusal nvarchar(2048) = N'The owner could not change a setting of the database. Stop the portal, let an '
                    + N'administrator run ALTER DATABASE {change} there, and migrate again. ' + ERROR_MESSAGE();
                THROW 50002, @refusal, 1;
            END CATCH
        END
        """;
}
