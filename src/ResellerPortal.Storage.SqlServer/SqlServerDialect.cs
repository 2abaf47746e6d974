using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>SQL Server. Rows are locked with UPDLOCK, held to the end of the transaction.</summary>
public sealed class SqlServerDialect : IDatabaseDialect
{
    public string Name => "SqlServer";

    public void Configure(DbContextOptionsBuilder<PortalDbContext> builder, string connectionString) =>
        builder.UseSqlServer(connectionString, server => server.MigrationsAssembly(typeof(SqlServerDialect).Assembly));

    public void PrepareStorage(string connectionString)
    {
        // The server keeps its own files.
    }

    public async Task LockRowsAsync(PortalDbContext db, string table, string keyColumn, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        // One statement a row keeps the order of locks ours, whatever plan the server would choose for a list.
        var statement = LockStatement(table, keyColumn);
        foreach (var id in ids)
        {
            await db.Database.ExecuteSqlRawAsync(statement, [new SqlParameter("@id", id)], cancellationToken);
        }
    }

    /// <summary>The names come from the model, never from a person.</summary>
    public static string LockStatement(string table, string keyColumn) =>
        $"SELECT [{keyColumn}] FROM [{table}] WITH (UPDLOCK, ROWLOCK, HOLDLOCK) WHERE [{keyColumn}] = @id";
}

/// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args) =>
        new(PortalDatabase.OptionsFor(new SqlServerDialect(), "Server=design-time;Database=portal"), TenantScope.None);
}
