using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core;
using ResellerPortal.Core.Moving;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;
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
        var (dialect, connection) = (CreateDialect(builder.Configuration), ReadConnectionString(builder.Configuration));
        builder.Services.AddPortalCore(dialect, connection);
        builder.Services.AddKeys(builder.Configuration, mustBeEncrypted: !builder.Environment.IsDevelopment());
    }

    /// <summary>One of the two databases that a command copies between, by settings like those of a portal.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing.</exception>
    public static MoveEndpoint CreateEndpoint(IConfiguration settings, PortalDatabase database, IDataProtectionProvider protection)
    {
        var runtime = ReadConnectionString(settings);
        var owner = settings.GetConnectionString("PortalOwner");
        CopyDialect dialect = FindProvider(settings) switch
        {
            "Sqlite" => new SqliteCopyDialect(),
            "SqlServer" => new SqlServerCopyDialect(),
            _ => new PostgreSqlCopyDialect(),
        };
        return database.HasOwner && owner is null
            ? throw new InvalidOperationException(
                "ConnectionStrings:PortalOwner is missing: tables are copied as their owner, on either server.")
            : new MoveEndpoint(database, dialect, runtime, owner ?? runtime, protection);
    }

    /// <summary>
    /// What reads the secrets of a database that this program does not run on. It makes no keys, which the portal there might not be able
    /// to read.
    /// </summary>
    public static ServiceProvider CreateKeyReader(IConfiguration settings, PortalDatabase database, bool mustBeEncrypted)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddScoped(_ => database.Open(TenantScope.None));
        services.AddKeys(settings, mustBeEncrypted).DisableAutomaticKeyGeneration();
        return services.BuildServiceProvider();
    }

    /// <exception cref="InvalidOperationException">The provider is unknown, or its settings are missing.</exception>
    public static PortalDatabase CreateDatabase(IConfiguration settings) => new(CreateDialect(settings), ReadConnectionString(settings));

    private static IDataProtectionBuilder AddKeys(this IServiceCollection services, IConfiguration settings, bool mustBeEncrypted) =>
        services
            .AddDataProtection()
            .SetApplicationName("ResellerPortal")
            .PersistKeysToDbContext<PortalDbContext>()
            .ProtectKeys(settings.GetSection("DataProtection"), mustBeEncrypted);

    private static IDatabaseDialect CreateDialect(IConfiguration settings) => FindProvider(settings) switch
    {
        "Sqlite" => new SqliteDialect(),
        "SqlServer" => new SqlServerDialect(),
        _ when settings.GetValue<bool>("Database:Distributed") => new CitusDialect(ReadScopeKey(settings["Database:ScopeKey"])),
        _ => new PostgreSqlDialect(ReadScopeKey(settings["Database:ScopeKey"])),
    };

    private static string FindProvider(IConfiguration settings)
    {
        var provider = settings["Database:Provider"] ?? "SqlServer";
        return Array.Find(Providers, p => p.Equals(provider, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"Database:Provider is '{provider}'. Use one of {string.Join(", ", Providers)}.");
    }

    private static string ReadConnectionString(IConfiguration settings) => settings.GetConnectionString("Portal")
        ?? throw new InvalidOperationException(
            "ConnectionStrings:Portal is missing: set the connection string of the portal's database.");

    /// <summary>The key with which the portal proves to PostgreSQL which tenant a connection is for.</summary>
    private static ScopeKey ReadScopeKey(string? text) => text is { Length: >= ScopeKey.MinLength }
        ? new ScopeKey(text)
        : throw new InvalidOperationException(
            $"Database:ScopeKey is missing or shorter than {ScopeKey.MinLength} characters: set a random text, such as that of "
                + "'openssl rand -base64 32', and run 'migrate'. All nodes need the same.");
}
