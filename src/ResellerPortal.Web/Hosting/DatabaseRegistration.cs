using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Web.Hosting;

internal static class DatabaseRegistration
{
    private static readonly string[] Providers = ["Sqlite", "SqlServer", "PostgreSql"];

    /// <summary>Adds the billing domain on the database that the settings name, and keeps Data Protection's keys there.</summary>
    /// <exception cref="InvalidOperationException">The provider is unknown, or there is no connection string.</exception>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var provider = builder.Configuration["Database:Provider"] ?? "SqlServer";
        IDatabaseDialect dialect = Array.Find(Providers, p => p.Equals(provider, StringComparison.OrdinalIgnoreCase)) switch
        {
            "Sqlite" => new SqliteDialect(),
            "SqlServer" => new SqlServerDialect(),
            "PostgreSql" => new PostgreSqlDialect(ReadScopeKey(builder.Configuration["Database:ScopeKey"])),
            _ => throw new InvalidOperationException(
                $"Database:Provider is '{provider}'. Use one of {string.Join(", ", Providers)}."),
        };
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

    /// <summary>The key with which the portal proves to PostgreSQL which tenant a connection is for.</summary>
    private static ScopeKey ReadScopeKey(string? text) => text is { Length: >= ScopeKey.MinLength }
        ? new ScopeKey(text)
        : throw new InvalidOperationException(
            $"Database:ScopeKey is missing or shorter than {ScopeKey.MinLength} characters: set a random text, such as that of "
                + "'openssl rand -base64 32', and run 'migrate'. All nodes need the same.");
}
