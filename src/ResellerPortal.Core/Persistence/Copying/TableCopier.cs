using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Persistence.Copying;

/// <param name="Done">Rows read of those that had to be read.</param>
/// <param name="Written">Rows added, changed or removed in the target.</param>
public sealed record CopyProgress(string Table, long Done, long Total, long Written);

/// <param name="Written">Rows added, changed or removed in the target.</param>
/// <param name="Waiting">Rows that refer to one which was written after its table was read; the next pass copies them.</param>
public sealed record CopyResult(long Written, long Waiting);

/// <summary>
/// Brings a target's tables to what a source holds: numbered rows from the last number that the target has of each customer, and other
/// rows by comparing all of them. What the target holds is the only record of what was copied, so a pass that was killed is continued by
/// the next one, and one without changes writes nothing.
/// </summary>
/// <param name="markedAt">The mark of rows that have not arrived completely, where a table has one.</param>
public sealed class TableCopier(
    CopyConnection source,
    CopyConnection target,
    IReadOnlyList<CopyTable> tables,
    CopyScope scope,
    long markedAt,
    IProgress<CopyProgress>? progress)
{
    internal const int PageRows = 5_000;

    private long _written;

    /// <param name="isLast">Whether nobody writes to the source, so that a row which the target refuses is an error.</param>
    /// <exception cref="CopyRefusedException">The target refuses a row, or has rows that the source never had.</exception>
    public async Task<CopyResult> RunAsync(bool isLast, CancellationToken cancellationToken)
    {
        _written = 0;
        foreach (var table in tables.Reverse().Where(t => t.HasDeletes && !(t.IsUsers && scope.Reseller is not null)))
        {
            await DeleteAsync(table, cancellationToken);
        }

        var waiting = 0L;
        foreach (var table in tables)
        {
            waiting += table.IsSequenced
                ? await AppendAsync(table, cancellationToken)
                : await CompareAsync(table, isLast, cancellationToken);
        }

        foreach (var statement in tables.Where(t => t.GeneratesKeys).Select(target.Dialect.ContinueNumbers).OfType<string>())
        {
            await target.ExecuteAsync(statement, cancellationToken);
        }

        return new CopyResult(_written, waiting);
    }

    /// <summary>Removes rows that the source does not have any more, before others take their unique values.</summary>
    private async Task DeleteAsync(CopyTable table, CancellationToken cancellationToken)
    {
        for (object?[]? after = null; ;)
        {
            var page = await target.ReadPageAsync(table, table.Columns, after, PageRows, cancellationToken);
            if (page.Count == 0)
            {
                return;
            }

            after = GetKey(table, page[^1]);
            var found = await source.FindAsync(table, page.ConvertAll(row => GetKey(table, row)), cancellationToken);
            var gone = page.FindAll(row => target.Goes(table, row) && !found.ContainsKey(CopyValues.GetKey(table, row)));
            if (gone.Count > 0)
            {
                await target.BeginAsync(cancellationToken);
                await target.DeleteAsync(table, gone.ConvertAll(row => PickKey(table, row)), cancellationToken);
                await target.CommitAsync(cancellationToken);
                _written += gone.Count;
            }
        }
    }

    private async Task<long> AppendAsync(CopyTable table, CancellationToken cancellationToken)
    {
        var (have, want) = (
            await target.ReadLastSequencesAsync(table, cancellationToken), await source.ReadLastSequencesAsync(table, cancellationToken));
        if (have.FirstOrDefault(h => h.Value > want.GetValueOrDefault(h.Key)) is { Value: > 0 } ahead)
        {
            throw new CopyRefusedException(
                $"{table.Name}: the target has entry {ahead.Value} of customer {ahead.Key.Id}, which the source does not have. "
                    + "The target has been in use; copy to an empty database.");
        }

        var (done, total) = (0L, want.Sum(w => w.Value - have.GetValueOrDefault(w.Key)));
        await foreach (var rows in ReadAheadAsync(ReadAdded(table, have, want, cancellationToken), cancellationToken))
        {
            await target.BeginAsync(cancellationToken);
            await target.InsertAsync(table, rows, markedAt, cancellationToken);
            await target.CommitAsync(cancellationToken);
            done += rows.Count;
            _written += rows.Count;
            progress?.Report(new CopyProgress(table.Name, done, Math.Max(done, total), _written));
        }

        return 0;
    }

    /// <summary>Pages of the rows behind what the target has, of one customer after the other.</summary>
    private async IAsyncEnumerable<List<object?[]>> ReadAdded(
        CopyTable table,
        Dictionary<RowKey, long> have,
        Dictionary<RowKey, long> want,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (reseller, customer, sequence) = (table.KeyColumns[0], table.KeyColumns[1], table.KeyColumns[2]);
        string[] conditions =
        [
            $"{source.Dialect.Quote(reseller.Name)} = @owner",
            $"{source.Dialect.Quote(customer.Name)} = @customer",
            $"{source.Dialect.Quote(sequence.Name)} >= @have",
        ];
        var rows = new List<object?[]>();
        foreach (var (id, last) in want.OrderBy(w => w.Key))
        {
            var first = have.GetValueOrDefault(id);
            for (object?[]? after = null; first < last;)
            {
                var page = await source.ReadPageAsync(
                    table,
                    table.Columns,
                    after,
                    PageRows,
                    cancellationToken,
                    (conditions[0], "@owner", reseller.Kind, id.Reseller.Value),
                    (conditions[1], "@customer", customer.Kind, id.Id),
                    (conditions[2], "@have", sequence.Kind, first));
                if (page.Count == 0)
                {
                    break;
                }

                var isFirst = after is null;
                after = GetKey(table, page[^1]);
                rows.AddRange(isFirst && first > 0 ? await FilterKnownAsync(table, page, first, cancellationToken) : page);
                if (rows.Count >= PageRows)
                {
                    yield return rows;
                    rows = [];
                }
            }
        }

        if (rows.Count > 0)
        {
            yield return rows;
        }
    }

    /// <summary>The last number that the target has may stand for several rows, of which it has some or all.</summary>
    private async Task<IEnumerable<object?[]>> FilterKnownAsync(
        CopyTable table,
        List<object?[]> page,
        long last,
        CancellationToken cancellationToken)
    {
        var same = page.FindAll(row => (long)row[table.Key[2]]! == last);
        var known = await target.FindAsync(table, same.ConvertAll(row => GetKey(table, row)), cancellationToken);
        return page.Where(row => !known.ContainsKey(CopyValues.GetKey(table, row)));
    }

    private async Task<long> CompareAsync(CopyTable table, bool isLast, CancellationToken cancellationToken)
    {
        // A user may be there already without being a member of the reseller.
        var isEmpty = (scope.Reseller is null || !table.IsUserTable) && await target.CountAsync(table, cancellationToken) == 0;
        var (done, total) = (0L, await source.CountAsync(table, cancellationToken));
        var deferred = new List<DeferredRow>();
        await foreach (var page in ReadAheadAsync(ReadAll(table, cancellationToken), cancellationToken))
        {
            var found = isEmpty
                ? []
                : await target.FindAsync(table, page.ConvertAll(row => GetKey(table, row)), cancellationToken);
            var (added, changed) = (new List<object?[]>(), new List<object?[]>());
            foreach (var row in page.Where(row => source.Goes(table, row)))
            {
                if (!found.TryGetValue(CopyValues.GetKey(table, row), out var known))
                {
                    added.Add(row);
                }
                else if (!CopyValues.AreEqual(row, known))
                {
                    changed.Add(row);
                }
            }

            await WriteAsync(table, added, changed, deferred, cancellationToken);
            done += page.Count;
            progress?.Report(new CopyProgress(table.Name, done, Math.Max(done, total), _written));
        }

        return await RetryAsync(table, deferred, isLast, cancellationToken);
    }

    private async IAsyncEnumerable<List<object?[]>> ReadAll(
        CopyTable table,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (object?[]? after = null; ;)
        {
            var page = await source.ReadPageAsync(table, table.Columns, after, PageRows, cancellationToken);
            if (page.Count == 0)
            {
                yield break;
            }

            after = GetKey(table, page[^1]);
            yield return page;
        }
    }

    /// <summary>Writes rows in one transaction or, if the target refuses one of them, each in its own.</summary>
    private async Task WriteAsync(
        CopyTable table,
        List<object?[]> added,
        List<object?[]> changed,
        List<DeferredRow> deferred,
        CancellationToken cancellationToken)
    {
        if (added.Count + changed.Count == 0)
        {
            return;
        }

        try
        {
            await WriteAsync(table, added, changed, cancellationToken);
        }
        catch (DbException) when (target.IsOpen)
        {
            await target.RollBackAsync();
            foreach (var row in added.Select(r => new DeferredRow(r, true)).Concat(changed.Select(r => new DeferredRow(r, false))))
            {
                await TryWriteAsync(table, row, deferred, cancellationToken);
            }
        }
    }

    private async Task WriteAsync(
        CopyTable table,
        IReadOnlyList<object?[]> added,
        IReadOnlyList<object?[]> changed,
        CancellationToken cancellationToken)
    {
        await target.BeginAsync(cancellationToken);
        await target.UpdateAsync(table, changed, cancellationToken);
        if (added.Count > 0)
        {
            await target.InsertAsync(table, added, markedAt, cancellationToken);
        }

        await target.CommitAsync(cancellationToken);
        _written += added.Count + changed.Count;
    }

    private async Task TryWriteAsync(CopyTable table, DeferredRow row, List<DeferredRow> deferred, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(table, row.IsNew ? [row.Values] : [], row.IsNew ? [] : [row.Values], cancellationToken);
        }
        catch (DbException failure) when (target.IsOpen)
        {
            await target.RollBackAsync();
            deferred.Add(row with { Refusal = failure });
        }
    }

    /// <summary>Writes rows that waited for another to give up a unique value, for as long as that helps.</summary>
    private async Task<long> RetryAsync(CopyTable table, List<DeferredRow> deferred, bool isLast, CancellationToken cancellationToken)
    {
        for (var before = int.MaxValue; deferred.Count > 0 && deferred.Count < before;)
        {
            before = deferred.Count;
            var again = deferred.ToArray();
            deferred.Clear();
            foreach (var row in again)
            {
                await TryWriteAsync(table, row, deferred, cancellationToken);
            }
        }

        return deferred is [var refused, ..] && isLast
            ? throw new CopyRefusedException(
                $"{table.Name}: the target refuses row {CopyValues.GetKey(table, refused.Values)}. {refused.Refusal!.Message}",
                refused.Refusal)
            : deferred.Count;
    }

    /// <summary>Reads the next page while one is written.</summary>
    private static async IAsyncEnumerable<List<object?[]>> ReadAheadAsync(
        IAsyncEnumerable<List<object?[]>> pages,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = Channel.CreateBounded<List<object?[]>>(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => ReadAsync(pages, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var page in ahead.Reader.ReadAllAsync(cancellationToken))
            {
                yield return page;
            }

            await reading;
        }
        finally
        {
            // The connection must not be closed while it is read.
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ReadAsync(
        IAsyncEnumerable<List<object?[]>> pages,
        ChannelWriter<List<object?[]>> ahead,
        CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var page in pages.WithCancellation(cancellationToken))
            {
                await ahead.WriteAsync(page, cancellationToken);
            }
        }
        finally
        {
            ahead.Complete();
        }
    }

    private static object?[] GetKey(CopyTable table, object?[] row) => Array.ConvertAll(table.Key, i => row[i]);

    /// <summary>The values of the key in the order of the columns.</summary>
    private static object?[] PickKey(CopyTable table, object?[] row) =>
        [.. row.Select((value, i) => table.Key.Contains(i) ? value : null)];

    private sealed record DeferredRow(object?[] Values, bool IsNew, DbException? Refusal = null);
}
