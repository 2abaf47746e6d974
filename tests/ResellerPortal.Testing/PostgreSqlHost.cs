using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;

namespace ResellerPortal.Testing;

/// <summary>
/// The PostgreSQL server that holds portals' databases: the one that TEST_POSTGRESQL names by the connection string of a role that may
/// create databases and roles, or one of this process's own. Each database is a copy of one that was migrated once.
/// </summary>
public sealed class PostgreSqlHost
{
    private static readonly Lazy<PostgreSqlHost?> FromEnvironment = new(
        () => Environment.GetEnvironmentVariable("TEST_POSTGRESQL") is { Length: > 0 } owner ? new PostgreSqlHost(owner) : null);

    private static readonly Lazy<PostgreSqlHost> OfProcess = new(() =>
    {
        var server = PostgreSqlServer.Start("fsync=off");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return new PostgreSqlHost(server.OwnerConnection("postgres"));
    });

    private readonly string _owner;
    private readonly Lazy<string> _template;

    private PostgreSqlHost(string owner) => (_owner, _template) = (owner, new Lazy<string>(CreateTemplate));

    /// <summary>Null where TEST_POSTGRESQL is not set.</summary>
    public static PostgreSqlHost? Given => FromEnvironment.Value;

    public static PostgreSqlHost Own => OfProcess.Value;

    /// <summary>Connects the running portal.</summary>
    public string Connection(string database) =>
        new NpgsqlConnectionStringBuilder(OwnerConnection(database)) { Username = "portal" }.ConnectionString;

    /// <summary>Connects as the owner of the tables.</summary>
    public string OwnerConnection(string database) =>
        new NpgsqlConnectionStringBuilder(_owner) { Database = database, MaxPoolSize = 20 }.ConnectionString;

    public void Create(string database) => Execute($"CREATE DATABASE \"{database}\" TEMPLATE \"{_template.Value}\"");

    private string CreateTemplate()
    {
        var name = $"portal-template-{Guid.NewGuid():N}";
        var database = new PortalDatabase(new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), Connection(name));
        database.MigrateAsync(OwnerConnection(name)).GetAwaiter().GetResult();

        // Nobody may be connected to a database that is copied.
        NpgsqlConnection.ClearAllPools();
        return name;
    }

    private void Execute(string statement)
    {
        using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_owner) { Database = "postgres", Pooling = false }.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
