using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Web.Hosting;

internal static class DatabaseRegistration
{
    private static readonly IDatabaseDialect[] Dialects = [new SqliteDialect(), new SqlServerDialect(), new PostgreSqlDialect()];

    /// <summary>Adds the billing domain on the database that the settings name, and keeps Data Protection's keys there.</summary>
    /// <exception cref="InvalidOperationException">The provider is unknown, or there is no connection string.</exception>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var provider = builder.Configuration["Database:Provider"] ?? "SqlServer";
        var dialect = Array.Find(Dialects, d => d.Name.Equals(provider, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException(
                $"Database:Provider is '{provider}'. Use one of {string.Join(", ", Dialects.Select(d => d.Name))}.");
        var connection = builder.Configuration.GetConnectionString("Portal")
            ?? throw new InvalidOperationException(
                "ConnectionStrings:Portal is missing: set the connection string of the portal's database.");
        builder.Services.AddPortalCore(dialect, connection);
        builder.Services
            .AddDataProtection()
            .SetApplicationName("ResellerPortal")
            .PersistKeysToDbContext<PortalDbContext>()
            .ProtectKeys(builder.Configuration.GetSection("DataProtection"), mustBeEncrypted: !builder.Environment.IsDevelopment());
    }
}
