using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// A typical prepaid counter on PostgreSQL without an ORM: each command is a transaction that locks the token's row, updates its counter
/// and inserts a row. Without chain, lots, rollups or customers, it does less than the meter.
/// </summary>
internal sealed class RowLockAndInsert : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly List<Guid> _tokens;

    private RowLockAndInsert(NpgsqlDataSource source, List<Guid> tokens) => (_source, _tokens) = (source, tokens);

    public static async Task<RowLockAndInsert> OpenAsync(BenchmarkData setup, string connection)
    {
        // As the tables' owner, without the policies that the meter is subject to.
        var source = NpgsqlDataSource.Create(
            connection
                + ";Maximum Pool Size=64;Minimum Pool Size=64;Max Auto Prepare=10;Auto Prepare Min Usages=2");
        await using var create = source.CreateCommand(
            "CREATE TABLE usage_row (id uuid PRIMARY KEY, token_id uuid NOT NULL, kind int NOT NULL, quantity bigint NOT NULL, at "
                + "timestamptz NOT NULL)");
        await create.ExecuteNonQueryAsync();
        return new RowLockAndInsert(source, [.. setup.Tokens.Select(t => t.Token.Id)]);
    }

    public async Task<long> ConvertAsync(int worker)
    {
        var token = _tokens[worker % _tokens.Count];
        var start = Stopwatch.GetTimestamp();
        await CommandAsync(token, kind: 1, "UPDATE \"ApiToken\" SET \"Reserved\" = \"Reserved\" + 1 WHERE \"Id\" = $1");
        var middle = Stopwatch.GetTimestamp();
        await CommandAsync(
            token, kind: 2, "UPDATE \"ApiToken\" SET \"Reserved\" = \"Reserved\" - 1, \"Used\" = \"Used\" + 1 WHERE \"Id\" = $1");
        return Math.Max(middle - start, Stopwatch.GetTimestamp() - middle);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task CommandAsync(Guid token, int kind, string move)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var read = new NpgsqlCommand(
            "SELECT \"Used\", \"Reserved\", \"UsageLimit\" FROM \"ApiToken\" WHERE \"Id\" = $1 FOR UPDATE",
            connection)
        { Parameters = { new NpgsqlParameter { Value = token } } };
        await using (var reader = await read.ExecuteReaderAsync())
        {
            await reader.ReadAsync();
            if (reader.GetInt64(0) + reader.GetInt64(1) + 1 > reader.GetInt64(2))
            {
                throw new InvalidOperationException("The limit is reached.");
            }
        }

        await using var write = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(move) { Parameters = { new NpgsqlParameter { Value = token } } },
                new NpgsqlBatchCommand("INSERT INTO usage_row VALUES ($1, $2, $3, $4, $5)")
                {
                    Parameters =
                    {
                        new NpgsqlParameter { Value = Guid.CreateVersion7() },
                        new NpgsqlParameter { Value = token },
                        new NpgsqlParameter { Value = kind },
                        new NpgsqlParameter { Value = 1L },
                        new NpgsqlParameter { Value = TimeProvider.System.GetUtcNow(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                    },
                },
            },
        };
        await write.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
