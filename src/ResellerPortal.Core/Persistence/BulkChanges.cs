using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Deletes and updates of any number of rows, a few hundred in each statement: beyond 5,000 locks, of rows and of entries in their
/// indexes, SQL Server locks the whole table, and every database keeps others waiting for as long as one statement runs.
/// </summary>
internal static class BulkChanges
{
    internal const int RowsAtOnce = 500;

    /// <param name="rows">In an order, so that each statement is certain of its rows.</param>
    public static Task<int> DeleteAllAsync<TEntity>(this IOrderedQueryable<TEntity> rows, CancellationToken cancellationToken)
        where TEntity : class =>
        RunInPartsAsync(() => rows.Take(RowsAtOnce).ExecuteDeleteAsync(cancellationToken));

    /// <param name="rows">In an order, and none of them among the rows any more once it is updated.</param>
    public static Task<int> UpdateAllAsync<TEntity>(
        this IOrderedQueryable<TEntity> rows,
        Action<UpdateSettersBuilder<TEntity>> setters,
        CancellationToken cancellationToken)
        where TEntity : class =>
        RunInPartsAsync(() => rows.Take(RowsAtOnce).ExecuteUpdateAsync(setters, cancellationToken));

    private static async Task<int> RunInPartsAsync(Func<Task<int>> changeAsync)
    {
        var (total, changed) = (0, RowsAtOnce);
        while (changed == RowsAtOnce)
        {
            changed = await changeAsync();
            total += changed;
        }

        return total;
    }
}
