using System.Globalization;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;

namespace ResellerPortal.Testing;

/// <summary>
/// The Citus cluster whose coordinator TEST_CITUS names: the connection string of a superuser to a database with the extension, in which
/// the cluster's nodes are registered. They must trust the superuser and the portal's roles. Each database is a copy, on every node, of
/// one that was divided once.
/// </summary>
public sealed class CitusHost
{
    private const string Owner = "portal_owner";

    private static readonly Lazy<CitusHost?> FromEnvironment = new(
        () => Environment.GetEnvironmentVariable("TEST_CITUS") is { Length: > 0 } connection ? new CitusHost(connection) : null);

    private readonly NpgsqlConnectionStringBuilder _coordinator;
    private readonly List<(string Host, int Port)> _nodes = [];
    private readonly Lazy<string> _template;

    private CitusHost(string connection)
    {
        _coordinator = new NpgsqlConnectionStringBuilder(connection);
        _template = new Lazy<string>(CreateTemplate);
        using var opened = Open(_coordinator.Host!, _coordinator.Port, _coordinator.Database!);
        using var query = new NpgsqlCommand("SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid", opened);
        using var reader = query.ExecuteReader();
        while (reader.Read())
        {
            _nodes.Add((reader.GetString(0), reader.GetInt32(1)));
        }
    }

    /// <summary>Null where TEST_CITUS is not set.</summary>
    public static CitusHost? Given => FromEnvironment.Value;

    public static bool IsGiven => Given is not null;

    /// <summary>Connects the running portal.</summary>
    public string Connection(string database) => CreateConnection("portal", database);

    /// <summary>Connects as the owner of the tables.</summary>
    public string OwnerConnection(string database) => CreateConnection(Owner, database);

    /// <summary>Connects to each server of the cluster as the administrator, to the coordinator first.</summary>
    public IEnumerable<string> AdministratorConnections(string database) =>
        _nodes.Select(node => CreateAdministratorConnection(node.Host, node.Port, database));

    /// <summary>Creates a divided database of the portal.</summary>
    public void Create(string database)
    {
        foreach (var (host, port) in _nodes)
        {
            Execute(host, port, "postgres", $"CREATE DATABASE \"{database}\" TEMPLATE \"{_template.Value}\" OWNER {Owner}");
        }
    }

    /// <summary>Creates a database without tables that can be divided.</summary>
    public void CreateEmpty(string database)
    {
        foreach (var (host, port) in _nodes)
        {
            Execute(
                host,
                port,
                "postgres",
                "SET citus.enable_ddl_propagation = off",
                $"DO $$ BEGIN CREATE ROLE {Owner} LOGIN CREATEDB CREATEROLE; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                $"CREATE DATABASE \"{database}\" OWNER {Owner}",
                $"ALTER DATABASE \"{database}\" SET citus.shard_count = 4");
            Execute(host, port, database, "CREATE EXTENSION citus");
        }

        var (coordinator, first) = _nodes[0];
        Execute(coordinator, first, database, $"SELECT citus_set_coordinator_host('{coordinator}', {first})");
        foreach (var (host, port) in _nodes.Skip(1))
        {
            Execute(coordinator, first, database, $"SELECT citus_add_node('{host}', {port.ToString(CultureInfo.InvariantCulture)})");
        }
    }

    public void Drop(string database)
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var (host, port) in _nodes)
        {
            Execute(host, port, "postgres", $"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)");
        }
    }

    private string CreateTemplate()
    {
        var name = $"portal-template-{Guid.NewGuid():N}";
        CreateEmpty(name);
        var database = new PortalDatabase(new CitusDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), Connection(name));
        database.MigrateAsync(OwnerConnection(name)).GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(name);
        using (var functions = new StreamReader(typeof(CitusHost).Assembly.GetManifestResourceStream("citus-functions.sql")!))
        {
            var script = functions.ReadToEnd();
            foreach (var (host, port) in _nodes)
            {
                Execute(host, port, name, script);
            }
        }

        // Nobody may be connected to a database that is copied, not even the cluster itself.
        NpgsqlConnection.ClearAllPools();
        foreach (var (host, port) in _nodes)
        {
            Execute(
                host,
                port,
                "postgres",
                $"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false",
                $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
        }

        return name;
    }

    private string CreateConnection(string role, string database) => new NpgsqlConnectionStringBuilder(_coordinator.ConnectionString)
    {
        Username = role,
        Database = database,
        MaxPoolSize = 30,
    }.ConnectionString;

    private void Execute(string host, int port, string database, params string[] statements)
    {
        using var connection = Open(host, port, database);
        foreach (var statement in statements)
        {
            using var command = new NpgsqlCommand(statement, connection);
            command.ExecuteNonQuery();
        }
    }

    private NpgsqlConnection Open(string host, int port, string database)
    {
        var connection = new NpgsqlConnection(CreateAdministratorConnection(host, port, database));
        connection.Open();
        return connection;
    }

    private string CreateAdministratorConnection(string host, int port, string database) =>
        new NpgsqlConnectionStringBuilder(_coordinator.ConnectionString)
        {
            Host = host,
            Port = port,
            Database = database,
            Pooling = false,
        }.ConnectionString;
}
