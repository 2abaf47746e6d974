using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>
/// Lets nodes that migrate one database at once take turns. EF's lock leaves out the roles and grants, which two of them cannot change at
/// the same time, and fails on a database without its table of migrations. A connection of its own holds this one, so that the set-up may
/// close the owner's.
/// </summary>
internal sealed class SetUpLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private SetUpLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits for those who came before, however long they take.</summary>
    public static async Task<SetUpLock> LockAsync(PortalDbContext owner, CancellationToken cancellationToken)
    {
        await CreateDatabaseAsync(owner, cancellationToken);
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(owner.Database.GetConnectionString()) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('portal set-up'))", connection)
            {
                CommandTimeout = 0,
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new SetUpLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task CreateDatabaseAsync(PortalDbContext owner, CancellationToken cancellationToken)
    {
        var creator = owner.GetService<IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync(cancellationToken))
        {
            return;
        }

        try
        {
            await creator.CreateAsync(cancellationToken);
        }
        catch (PostgresException failure) when (
            failure.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another node has just created it.
        }
    }
}
