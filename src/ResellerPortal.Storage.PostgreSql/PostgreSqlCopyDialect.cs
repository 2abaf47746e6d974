using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using ResellerPortal.Core.Persistence.Copying;

namespace ResellerPortal.Storage.PostgreSql;

/// <summary>Copies tables of PostgreSQL with COPY, as their owner, whom row-level security does not concern.</summary>
public sealed class PostgreSqlCopyDialect : CopyDialect
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    public override async Task<DbConnection> OpenAsync(string connectionString, bool isAlone, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "Reseller Portal, copy" };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>The portal is whoever is connected as one of its roles.</summary>
    public override async Task<DbTransaction> LockAsync(
        DbConnection connection,
        IReadOnlyList<CopyTable> tables,
        string runtimeConnectionString,
        CancellationToken cancellationToken)
    {
        var name = new NpgsqlConnectionStringBuilder(runtimeConnectionString).Username ?? "";
        await using (var query = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (@roles)",
            (NpgsqlConnection)connection))
        {
            query.Parameters.AddWithValue(
                "@roles", new[] { name, name + PostgreSqlAccess.TenantRoleSuffix, name + PostgreSqlAccess.AllTenantsRoleSuffix });
            NpgsqlConnection.ClearAllPools();
            await CheckDisconnectedAsync(async () => (long)(await query.ExecuteScalarAsync(cancellationToken))!, cancellationToken);
        }

        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(WaitStatement(tables), (NpgsqlConnection)connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new CopyRefusedException("Another program is writing to the database. Stop it, and finish again.", failure);
        }

        return transaction;
    }

    /// <summary>Triggers, which apply to every role but the owner's, in whose name the function runs.</summary>
    public override IEnumerable<string> GuardStatements(IReadOnlyList<CopyTable> tables)
    {
        yield return """
            CREATE OR REPLACE FUNCTION refuse_moving() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
            $$ BEGIN
                IF session_user <> current_user AND EXISTS (SELECT FROM public."Reseller"
                    WHERE "MovingSinceUtc" IS NOT NULL AND ("Id" = OLD."ResellerId" OR "Id" = NEW."ResellerId"))
                THEN RAISE EXCEPTION 'The reseller is being moved to another database'; END IF;
                RETURN COALESCE(NEW, OLD);
            END $$;
            CREATE OR REPLACE FUNCTION refuse_moving_reseller() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
            $$ BEGIN
                IF session_user <> current_user AND OLD."MovingSinceUtc" IS NOT NULL
                THEN RAISE EXCEPTION 'The reseller is being moved to another database'; END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER moving BEFORE UPDATE ON "Reseller" FOR EACH ROW EXECUTE FUNCTION refuse_moving_reseller();
            """;
        foreach (var table in tables.Where(t => t.IsOwned))
        {
            yield return
                $"CREATE OR REPLACE TRIGGER moving BEFORE INSERT OR UPDATE OR DELETE ON {Quote(table)} "
                    + "FOR EACH ROW EXECUTE FUNCTION refuse_moving();";
        }
    }

    public override string WaitStatement(IReadOnlyList<CopyTable> tables) =>
        $"SET LOCAL lock_timeout = '{(int)LongestWait.TotalMilliseconds}ms'; "
            + $"LOCK TABLE {string.Join(", ", tables.Select(Quote))} IN SHARE ROW EXCLUSIVE MODE";

    public override DbParameter CreateParameter(string name, CopyValueKind kind) =>
        new NpgsqlParameter { ParameterName = name, NpgsqlDbType = GetType(kind) };

    public override async Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> rows,
        CancellationToken cancellationToken)
    {
        var types = columns.Select(c => GetType(c.Kind)).ToArray();
        await using var import = await ((NpgsqlConnection)connection).BeginBinaryImportAsync(
            $"COPY {Quote(table)} ({Names(columns)}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await import.StartRowAsync(cancellationToken);
            for (var i = 0; i < row.Length; i++)
            {
                await WriteAsync(import, row[i], types[i], cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    public override async Task FindAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        IReadOnlyList<object?[]> keys,
        Action<DbDataReader> found,
        CancellationToken cancellationToken)
    {
        var key = table.KeyColumns;
        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", columns.Select(c => "t." + Quote(c.Name)))} FROM {Quote(table)} t "
                + $"JOIN unnest({string.Join(", ", key.Select((_, i) => "@k" + i))}) "
                + $"AS k({string.Join(", ", key.Select((_, i) => "k" + i))}) "
                + $"ON {string.Join(" AND ", key.Select((c, i) => $"t.{Quote(c.Name)} = k.k{i}"))}",
            (NpgsqlConnection)connection);
        for (var i = 0; i < key.Length; i++)
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                ParameterName = "@k" + i,
                NpgsqlDbType = NpgsqlDbType.Array | GetType(key[i].Kind),
                Value = keys.Select(k => k[i]).ToArray(),
            });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found(reader);
        }
    }

    public override string? ContinueNumbers(CopyTable table) =>
        $"SELECT setval(pg_get_serial_sequence('{Quote(table)}', '{table.KeyColumns[0].Name}'), "
            + $"(SELECT GREATEST(max({Quote(table.KeyColumns[0].Name)}), 1) FROM {Quote(table)}), true)";

    private static Task WriteAsync(NpgsqlBinaryImporter import, object? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value switch
        {
            null => import.WriteNullAsync(cancellationToken),
            long number => import.WriteAsync(number, type, cancellationToken),
            int number => import.WriteAsync(number, type, cancellationToken),
            bool truth => import.WriteAsync(truth, type, cancellationToken),
            Guid id => import.WriteAsync(id, type, cancellationToken),
            string text => import.WriteAsync(text, type, cancellationToken),
            byte[] bytes => import.WriteAsync(bytes, type, cancellationToken),
            _ => import.WriteAsync(value, type, cancellationToken),
        };

    private static NpgsqlDbType GetType(CopyValueKind kind) => kind switch
    {
        CopyValueKind.Boolean => NpgsqlDbType.Boolean,
        CopyValueKind.Int32 => NpgsqlDbType.Integer,
        CopyValueKind.Int64 => NpgsqlDbType.Bigint,
        CopyValueKind.Id => NpgsqlDbType.Uuid,
        CopyValueKind.Date => NpgsqlDbType.Date,
        CopyValueKind.Text => NpgsqlDbType.Text,
        CopyValueKind.Bytes => NpgsqlDbType.Bytea,
        _ => NpgsqlDbType.Jsonb,
    };
}
