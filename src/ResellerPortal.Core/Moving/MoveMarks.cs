using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Moving;

/// <summary>
/// Sets and removes the marks of a move: on resellers, by which the database refuses writes to their rows, and on their tokens, by which
/// the meter refuses requests.
/// </summary>
internal static class MoveMarks
{
    /// <summary>How often the locks are tried for, since the portal's own transactions may hold them in another order.</summary>
    private const int Attempts = 5;

    /// <summary>Sets the marks in the current transaction.</summary>
    /// <param name="reseller">Null for all.</param>
    public static async Task SetAsync(
        CopyConnection connection,
        ResellerId? reseller,
        DateTimeOffset? movingSince,
        DateTimeOffset? movedAt,
        CancellationToken cancellationToken)
    {
        await SetTokensAsync(connection, reseller, movingSince, movedAt, cancellationToken);
        await SetAsync(connection, nameof(Reseller), nameof(Reseller.Id), reseller, movingSince, movedAt, cancellationToken);
    }

    /// <summary>Sets the marks of tokens alone, so that no new request begins while those in flight still end.</summary>
    public static Task SetTokensAsync(
        CopyConnection connection,
        ResellerId? reseller,
        DateTimeOffset? movingSince,
        DateTimeOffset? movedAt,
        CancellationToken cancellationToken) =>
        SetAsync(connection, nameof(ApiToken), nameof(ApiToken.ResellerId), reseller, movingSince, movedAt, cancellationToken);

    /// <summary>Makes the database refuse every write to a reseller's rows, once those that are being made have ended.</summary>
    public static async Task CloseAsync(
        CopyConnection connection,
        IReadOnlyList<CopyTable> tables,
        ResellerId reseller,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.BeginAsync(cancellationToken);
                await GuardAsync(connection, tables, cancellationToken);
                await SetAsync(connection, reseller, now, null, cancellationToken);
                await connection.CommitAsync(cancellationToken);
                return;
            }
            catch (System.Data.Common.DbException) when (attempt < Attempts && connection.IsOpen)
            {
                await connection.RollBackAsync();
            }
        }
    }

    /// <summary>Waits for others' transactions on the tables, and adds what refuses writes to marked rows.</summary>
    public static async Task GuardAsync(CopyConnection connection, IReadOnlyList<CopyTable> tables, CancellationToken cancellationToken)
    {
        if (connection.Dialect.WaitStatement([.. tables.Where(t => t.IsOwned || t.Type == typeof(Reseller))]) is { } wait)
        {
            await connection.ExecuteAsync(wait, cancellationToken);
        }

        foreach (var statement in connection.Dialect.GuardStatements(tables))
        {
            await connection.ExecuteAsync(statement, cancellationToken);
        }
    }

    private static Task SetAsync(
        CopyConnection connection,
        string table,
        string key,
        ResellerId? reseller,
        DateTimeOffset? movingSince,
        DateTimeOffset? movedAt,
        CancellationToken cancellationToken)
    {
        var dialect = connection.Dialect;
        var statement = $"UPDATE {dialect.Quote(table)} SET {dialect.Quote(nameof(IMovable.MovingSinceUtc))} = @moving, "
            + $"{dialect.Quote(nameof(IMovable.MovedAtUtc))} = @moved";
        List<(string, CopyValueKind, object?)> parameters =
        [
            ("@moving", CopyValueKind.Int64, movingSince is { } since ? UtcMicroseconds.From(since) : null),
            ("@moved", CopyValueKind.Int64, movedAt is { } at ? UtcMicroseconds.From(at) : null),
        ];
        if (reseller is { } one)
        {
            statement += $" WHERE {dialect.Quote(key)} = @reseller";
            parameters.Add(("@reseller", CopyValueKind.Id, one.Value));
        }

        return connection.ExecuteAsync(statement, cancellationToken, [.. parameters]);
    }
}
