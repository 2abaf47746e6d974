using System.Collections.Frozen;
using Microsoft.Data.SqlClient;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>Failures after which the same transaction can be tried again; SqlClient itself marks none.</summary>
internal static class TransientFaults
{
    /// <summary>From this class on, the connection is broken.</summary>
    private const byte Fatal = 20;

    private static readonly FrozenSet<int> Numbers = new[]
    {
        // The driver: a timeout, a network that failed, a login that was interrupted.
        -2, 20, 53, 64, 121, 233, 258, 10053, 10054, 10060, 11001,

        // Deadlocks, lock timeouts, and update conflicts of snapshots and of tables in memory.
        1205, 1222, 3960, 3961, 41301, 41302, 41305, 41325, 41839,

        // The server or the database is starting, stopping, recovering or moving to another replica.
        596, 904, 922, 923, 926, 927, 976, 978, 979, 981, 982, 983, 988, 997, 4060, 4221, 6005, 17142, 18401, 42108, 42109,

        // Memory and locks that the server lacks, and the limits and failovers of Azure.
        701, 1203, 1204, 8628, 8645, 8651, 10922, 10928, 10929, 10936, 40143, 40197, 40501, 40540, 40613, 49918, 49919, 49920,
    }.ToFrozenSet();

    public static bool IsTransient(SqlException failure) =>
        failure.Errors.Cast<SqlError>().Any(error => IsTransient(error.Number, error.Class));

    internal static bool IsTransient(int number, byte severity) => severity >= Fatal || Numbers.Contains(number);
}
