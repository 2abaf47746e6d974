using Microsoft.Data.SqlClient;

namespace ResellerPortal.Testing;

/// <summary>
/// The SQL Server that TEST_SQLSERVER names: the connection string of a login that may create databases and logins. It owns the tables;
/// the running portal signs in with a login of its own, which is created.
/// </summary>
public sealed class SqlServerHost
{
    private const string Login = "portal_test";

    private const int LoginExists = 15025;

    private const string Password = "only for 42 Tests!";

    private static readonly Lazy<SqlServerHost?> FromEnvironment = new(
        () => Environment.GetEnvironmentVariable("TEST_SQLSERVER") is { Length: > 0 } connection ? new SqlServerHost(connection) : null);

    private readonly string _connection;

    private SqlServerHost(string connection)
    {
        _connection = connection;
        try
        {
            Execute($"IF SUSER_ID(N'{Login}') IS NULL CREATE LOGIN [{Login}] WITH PASSWORD = N'{Password}'");
        }
        catch (SqlException failure) when (failure.Number == LoginExists)
        {
            // Another suite has just created it.
        }
    }

    /// <summary>Null where TEST_SQLSERVER is not set.</summary>
    public static SqlServerHost? Given => FromEnvironment.Value;

    public static bool IsGiven => Given is not null;

    /// <summary>Connects the running portal to a database that EF creates on migration.</summary>
    public string Connection(string database) => new SqlConnectionStringBuilder(OwnerConnection(database))
    {
        UserID = Login,
        Password = Password,
    }.ConnectionString;

    /// <summary>Connects to the database as the owner of its tables.</summary>
    public string OwnerConnection(string database) =>
        new SqlConnectionStringBuilder(_connection) { InitialCatalog = database, MaxPoolSize = 50 }.ConnectionString;

    public void Drop(string database)
    {
        SqlConnection.ClearAllPools();
        Execute($"IF DB_ID(N'{database}') IS NOT NULL ALTER DATABASE [{database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
        Execute($"DROP DATABASE IF EXISTS [{database}]");
    }

    private void Execute(string statement)
    {
        using var connection = new SqlConnection(_connection);
        connection.Open();
        using var command = new SqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
