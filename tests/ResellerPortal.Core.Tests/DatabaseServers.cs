using System.Reflection;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.SqlServer;
using ResellerPortal.Testing;
using Xunit.Sdk;
using Xunit.v3;

namespace ResellerPortal.Core.Tests;

/// <summary>Opens databases of every provider: one server per test class, one database per test.</summary>
public sealed class DatabaseServers : IDisposable
{
    private readonly Lazy<PostgreSqlFixture> _postgres = new(() => new PostgreSqlFixture());

    public PostgreSqlServer PostgreSql => _postgres.Value.Server;

    public Task<TestDatabase> OpenAsync(string provider) => provider switch
    {
        "Sqlite" => TestDatabaseOnSqlite.OpenAsync(),
        "SqlServer" => OpenOnSqlServerAsync(),
        "Citus" => OpenOnCitusAsync(),
        _ => _postgres.Value.OpenAsync(),
    };

    public void Dispose()
    {
        if (_postgres.IsValueCreated)
        {
            _postgres.Value.Dispose();
        }
    }

    private static Task<TestDatabase> OpenOnSqlServerAsync()
    {
        var (server, name) = (SqlServerHost.Given!, $"portal_{Guid.NewGuid():N}");
        return TestDatabase.OpenAsync(
            new SqlServerDialect(), server.Connection(name), () => server.Drop(name), ownerConnection: server.OwnerConnection(name));
    }

    private static Task<TestDatabase> OpenOnCitusAsync()
    {
        var (server, name) = (CitusHost.Given!, $"portal_{Guid.NewGuid():N}");
        server.Create(name);
        return TestDatabase.OpenAsync(
            new CitusDialect(new ScopeKey(PostgreSqlServer.ScopeKey)),
            server.Connection(name),
            () => server.Drop(name),
            ownerConnection: server.OwnerConnection(name));
    }
}

/// <summary>
/// A row for each database server, with the provider's name first: PostgreSQL, SQL Server where TEST_SQLSERVER names one, and Citus where
/// TEST_CITUS names a coordinator.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class EachServerAttribute(params object?[] arguments) : DataAttribute
{
    protected virtual IEnumerable<string> Providers =>
    [
        "PostgreSql",
        .. SqlServerHost.IsGiven ? ["SqlServer"] : Array.Empty<string>(),
        .. CitusHost.IsGiven ? ["Citus"] : Array.Empty<string>(),
    ];

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Providers.Select(provider => new TheoryDataRow([provider, .. arguments]))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>A row for SQLite as well.</summary>
public sealed class EachProviderAttribute(params object?[] arguments) : EachServerAttribute(arguments)
{
    protected override IEnumerable<string> Providers => ["Sqlite", .. base.Providers];
}
