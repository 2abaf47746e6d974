using System.Data.Common;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence.Copying;

/// <summary>Which rows go: those of a reseller and of its members, or all.</summary>
/// <param name="Users">In the scope of a reseller, which users go and under which id.</param>
/// <param name="Ciphers">What reads and writes encrypted texts of either database; null to copy them as they are.</param>
public sealed record CopyScope(ResellerId? Reseller, CopyUsers Users, CopyCiphers? Ciphers)
{
    public static CopyScope Installation { get; } = new(null, CopyUsers.None, null);

    public bool Includes(CopyTable table) => Reseller is null || table.FindReasonToLeave() is null;
}

/// <summary>Users whom the target knows already. It keeps their accounts as they are.</summary>
/// <param name="TargetIds">By a user's id in the source, that of the account with the same address in the target.</param>
/// <param name="Kept">Ids of the target's own accounts.</param>
public sealed record CopyUsers(IReadOnlyDictionary<Guid, Guid> TargetIds, IReadOnlySet<Guid> Kept)
{
    public static CopyUsers None { get; } = new(new Dictionary<Guid, Guid>(), new HashSet<Guid>());
}

/// <summary>Reads the encrypted texts of one database and writes those of another, by the protector's purpose.</summary>
public sealed record CopyCiphers(
    Func<string, string, string> DecryptSource,
    Func<string, string, string> DecryptTarget,
    Func<string, string, string> Encrypt);

/// <summary>One of a copy's two databases, connected as the owner of its tables.</summary>
public sealed class CopyConnection(CopyDialect dialect, DbConnection connection, CopyScope scope, bool isTarget) : IAsyncDisposable
{
    private const int MinutesPerStatement = 60;

    private DbTransaction? _transaction;

    public CopyDialect Dialect => dialect;

    public bool IsOpen => connection.State == System.Data.ConnectionState.Open;

    public static async Task<CopyConnection> OpenAsync(
        CopyDialect dialect,
        string connectionString,
        CopyScope scope,
        bool isTarget,
        bool isAlone,
        CancellationToken cancellationToken) =>
        new(dialect, await dialect.OpenAsync(connectionString, isAlone, cancellationToken), scope, isTarget);

    public async ValueTask DisposeAsync()
    {
        if (_transaction is { } open)
        {
            await open.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    /// <inheritdoc cref="CopyDialect.LockAsync"/>
    public async Task LockAsync(IReadOnlyList<CopyTable> tables, string runtimeConnectionString, CancellationToken cancellationToken) =>
        _transaction = await dialect.LockAsync(connection, tables, runtimeConnectionString, cancellationToken);

    public async Task BeginAsync(CancellationToken cancellationToken) =>
        _transaction ??= await connection.BeginTransactionAsync(cancellationToken);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _transaction!.CommitAsync(cancellationToken);
        await _transaction.DisposeAsync();
        _transaction = null;
    }

    public async Task RollBackAsync()
    {
        if (_transaction is { } open)
        {
            await open.DisposeAsync();
            _transaction = null;
        }
    }

    /// <summary>Rows in the order of the key, the first of them behind a key.</summary>
    /// <param name="after">Null to begin with the first row.</param>
    /// <param name="conditions">Further conditions, whose parameters are given by name.</param>
    public async Task<List<object?[]>> ReadPageAsync(
        CopyTable table,
        IReadOnlyList<CopyColumn> columns,
        object?[]? after,
        int rows,
        CancellationToken cancellationToken,
        params (string Condition, string Name, CopyValueKind Kind, object Value)[] conditions)
    {
        string[] behind = after is null ? [] : [dialect.After(table)];
        await using var command = CreateCommand(
            dialect.Page(table, columns, [.. Filters(table), .. conditions.Select(c => c.Condition), .. behind]));
        Add(command, "@rows", CopyValueKind.Int32, rows);
        AddFilter(command, table);
        foreach (var (_, name, kind, value) in conditions)
        {
            Add(command, name, kind, value);
        }

        for (var i = 0; i < after?.Length; i++)
        {
            Add(command, "@k" + i, table.KeyColumns[i].Kind, after[i]);
        }

        var page = new List<object?[]>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(Read(columns, reader));
        }

        return page;
    }

    /// <summary>The rows that have one of the keys, by <see cref="CopyValues.GetKey"/>.</summary>
    public async Task<Dictionary<string, object?[]>> FindAsync(
        CopyTable table,
        IReadOnlyList<object?[]> keys,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, object?[]>(keys.Count);
        if (keys.Count > 0)
        {
            await dialect.FindAsync(connection, _transaction, table, table.Columns, keys, Add, cancellationToken);
        }

        return found;

        void Add(DbDataReader reader)
        {
            var row = Read(table.Columns, reader);
            found[CopyValues.GetKey(table, row)] = row;
        }
    }

    public async Task InsertAsync(CopyTable table, IReadOnlyList<object?[]> rows, long markedAt, CancellationToken cancellationToken)
    {
        CopyColumn[] columns = [.. table.Columns, .. table.MarkColumns.Select(name => new CopyColumn(name, CopyValueKind.Int64))];
        var marks = Array.ConvertAll(table.MarkColumns, _ => (object?)markedAt);
        var written = ToStored(table, rows);
        await dialect.InsertAsync(
            connection,
            _transaction!,
            table,
            columns,
            marks.Length == 0 ? written : [.. written.Select(row => (object?[])[.. row, .. marks])],
            cancellationToken);
    }

    public async Task UpdateAsync(CopyTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        int[] changed = [.. Enumerable.Range(0, table.Columns.Length).Except(table.Key)];
        var set = string.Join(", ", changed.Select(i => $"{dialect.Quote(table.Columns[i].Name)} = @c{i}"));
        var statement = $"UPDATE {dialect.Quote(table)} SET {set} WHERE {KeyCondition(table)}";
        await ExecuteAsync(table, statement, [.. changed, .. table.Key], ToStored(table, rows), cancellationToken);
    }

    public Task DeleteAsync(CopyTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken) =>
        ExecuteAsync(table, $"DELETE FROM {dialect.Quote(table)} WHERE {KeyCondition(table)}", table.Key, rows, cancellationToken);

    public async Task<long> CountAsync(CopyTable table, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand($"SELECT count(*) FROM {dialect.Quote(table)}{CopyDialect.Where(Filters(table))}");
        AddFilter(command, table);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The last number of each customer in a table whose rows are numbered.</summary>
    public async Task<Dictionary<RowKey, long>> ReadLastSequencesAsync(CopyTable table, CancellationToken cancellationToken)
    {
        var (customer, sequence) = (dialect.Names(table.KeyColumns[..2]), dialect.Quote(table.KeyColumns[2].Name));
        await using var command = CreateCommand(
            $"SELECT {customer}, max({sequence}) FROM {dialect.Quote(table)}{CopyDialect.Where(Filters(table))} GROUP BY {customer}");
        AddFilter(command, table);
        var last = new Dictionary<RowKey, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var reseller = new ResellerId((Guid)dialect.Read(reader, 0, CopyValueKind.Id));
            last.Add(new RowKey(reseller, (Guid)dialect.Read(reader, 1, CopyValueKind.Id)), reader.GetInt64(2));
        }

        return last;
    }

    /// <summary>The digest of a table's rows in scope, each read once.</summary>
    public async Task<TableDigest> ComputeDigestAsync(CopyTable table, CancellationToken cancellationToken)
    {
        var digest = new TableDigest();
        await using var command = CreateCommand(
            $"SELECT {dialect.Names(table.Columns)} FROM {dialect.Quote(table)}{CopyDialect.Where(Filters(table))}");
        AddFilter(command, table);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (Read(table.Columns, reader) is var row && Goes(table, row))
            {
                digest.Add(row);
            }
        }

        return digest;
    }

    /// <summary>Whether a row is one to copy, or one that was copied: accounts that the target keeps are not.</summary>
    public bool Goes(CopyTable table, object?[] row) =>
        scope.Reseller is null || table.Access.Owner != TableOwner.Identity || IsCopied((Guid)row[table.UserColumn]!);

    /// <summary>Runs a statement of which no part comes from a user.</summary>
    public async Task<int> ExecuteAsync(
        string statement,
        CancellationToken cancellationToken,
        params (string Name, CopyValueKind Kind, object? Value)[] parameters)
    {
        await using var command = CreateCommand(statement);
        foreach (var (name, kind, value) in parameters)
        {
            Add(command, name, kind, value);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a query of which no part comes from a user, and returns its rows.</summary>
    public async Task<List<object?[]>> QueryAsync(
        string query,
        IReadOnlyList<CopyValueKind> kinds,
        CancellationToken cancellationToken,
        params (string Name, CopyValueKind Kind, object? Value)[] parameters)
    {
        await using var command = CreateCommand(query);
        foreach (var (name, kind, value) in parameters)
        {
            Add(command, name, kind, value);
        }

        var rows = new List<object?[]>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add([.. kinds.Select((kind, i) => reader.IsDBNull(i) ? null : dialect.Read(reader, i, kind))]);
        }

        return rows;
    }

    private bool IsCopied(Guid user) =>
        !scope.Users.Kept.Contains(user) && (isTarget || !scope.Users.TargetIds.ContainsKey(user));

    /// <param name="used">The positions of the columns that the statement names.</param>
    private async Task ExecuteAsync(
        CopyTable table,
        string statement,
        int[] used,
        IReadOnlyList<object?[]> rows,
        CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(statement);
        var parameters = Array.ConvertAll(used, i => Add(command, "@c" + i, table.Columns[i].Kind, null));
        foreach (var row in rows)
        {
            for (var i = 0; i < used.Length; i++)
            {
                parameters[i].Value = dialect.ToParameterValue(row[used[i]]);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private string KeyCondition(CopyTable table) =>
        string.Join(" AND ", table.Key.Select(i => $"{dialect.Quote(table.Columns[i].Name)} = @c{i}"));

    /// <summary>The condition of a reseller's rows, or of its members' accounts.</summary>
    private IEnumerable<string> Filters(CopyTable table)
    {
        if (scope.Reseller is null)
        {
            yield break;
        }

        yield return table.Access.Owner switch
        {
            TableOwner.Resellers => $"{dialect.Quote(nameof(Reseller.Id))} = @reseller",
            TableOwner.Identity => $"{dialect.Quote(table.Columns[table.UserColumn].Name)} IN (SELECT "
                + $"{dialect.Quote(nameof(Member.UserId))} FROM {dialect.Quote(nameof(Member))} "
                + $"WHERE {dialect.Quote(nameof(Member.ResellerId))} = @reseller)",
            _ => $"{dialect.Quote(nameof(Member.ResellerId))} = @reseller",
        };
    }

    private void AddFilter(DbCommand command, CopyTable table)
    {
        if (scope.Reseller is { } reseller)
        {
            Add(command, "@reseller", CopyValueKind.Id, reseller.Value);
        }
    }

    private object?[] Read(IReadOnlyList<CopyColumn> columns, DbDataReader reader)
    {
        var row = new object?[columns.Count];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = reader.IsDBNull(i) ? null : FromSource(columns[i], dialect.Read(reader, i, columns[i].Kind));
        }

        return row;
    }

    /// <summary>A value as both databases agree on it.</summary>
    private object FromSource(CopyColumn column, object value) => value switch
    {
        string text when column.ProtectedFor is { } purpose && scope.Ciphers is { } ciphers =>
            (isTarget ? ciphers.DecryptTarget : ciphers.DecryptSource)(purpose, text),
        string json when column.Kind == CopyValueKind.Json => dialect.ConvertJson(column, json, isStoring: false),
        Guid user when column.IsMember && !isTarget && scope.Users.TargetIds.TryGetValue(user, out var known) => known,
        _ => value,
    };

    /// <summary>Rows as this database stores them.</summary>
    private IReadOnlyList<object?[]> ToStored(CopyTable table, IReadOnlyList<object?[]> rows)
    {
        return Array.Exists(table.Columns, c => c.ProtectedFor is not null || c.Kind == CopyValueKind.Json)
            ? [.. rows.Select(row => row.Select((value, i) => ToStored(table.Columns[i], value)).ToArray())]
            : rows;
    }

    private object? ToStored(CopyColumn column, object? value) => value switch
    {
        string text when column.ProtectedFor is { } purpose && scope.Ciphers is { } ciphers => ciphers.Encrypt(purpose, text),
        string json when column.Kind == CopyValueKind.Json => dialect.ConvertJson(column, json, isStoring: true),
        _ => value,
    };

    private DbCommand CreateCommand(string text)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (text, _transaction);
        command.CommandTimeout = MinutesPerStatement * 60;
        return command;
    }

    private DbParameter Add(DbCommand command, string name, CopyValueKind kind, object? value)
    {
        var parameter = dialect.CreateParameter(name, kind);
        parameter.Value = dialect.ToParameterValue(value);
        command.Parameters.Add(parameter);
        return parameter;
    }
}
