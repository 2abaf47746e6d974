namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Reads and writes many rows in the context's transaction, past query pipeline and change tracker. The tenant is checked on every row.
/// </summary>
internal static class BulkSql
{
    extension(PortalDatabase database)
    {
        /// <summary>Rows by their single key; where asked, locked until the transaction ends, in the order given.</summary>
        public Task<List<TEntity>> ReadManyAsync<TEntity>(
            PortalDbContext db,
            IEnumerable<object> keys,
            bool isLocking,
            CancellationToken cancellationToken)
            where TEntity : class =>
            database.ReadManyAsync<TEntity>(
                db,
                [TableMap<TEntity>.Get(db, database.Dialect).Keys.Single()],
                keys.Select(key => (object?[])[key]),
                isLocking,
                null,
                cancellationToken);

        /// <summary>Rows by the values of some properties.</summary>
        /// <param name="condition">A further condition on columns of the table.</param>
        public async Task<List<TEntity>> ReadManyAsync<TEntity>(
            PortalDbContext db,
            string[] by,
            IEnumerable<object?[]> values,
            bool isLocking,
            Func<TableMap<TEntity>, string>? condition,
            CancellationToken cancellationToken)
            where TEntity : class
        {
            var keys = values.ToList();
            var found = new List<TEntity>(keys.Count);
            if (keys.Count > 0)
            {
                var map = TableMap<TEntity>.Get(db, database.Dialect);
                var rows = keys.ConvertAll(new Converter<object?[], object?[]>(map.Stored(by)));
                await database.Dialect.QueryManyAsync(
                    db,
                    map.Select(by, isLocking, condition?.Invoke(map)),
                    rows,
                    reader => found.Add(Checked(db, map.Read(reader))),
                    cancellationToken);
            }

            return found;
        }

        public Task InsertManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, CancellationToken cancellationToken)
            where TEntity : class =>
            database.WriteManyAsync(db, static map => map.Insert, rows, cancellationToken);

        /// <summary>Sets some properties of rows that are locked by this transaction.</summary>
        public Task UpdateManyAsync<TEntity>(
            PortalDbContext db,
            IReadOnlyCollection<TEntity> rows,
            string[] properties,
            CancellationToken cancellationToken)
            where TEntity : class =>
            database.WriteManyAsync(db, map => map.Update(properties), rows, cancellationToken);

        public Task DeleteManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, CancellationToken cancellationToken)
            where TEntity : class =>
            database.WriteManyAsync(db, static map => map.Delete, rows, cancellationToken);

        /// <summary>Inserts rows, or adds their sums to and raises the maxima of the rows that have their keys.</summary>
        public Task MergeManyAsync<TEntity>(
            PortalDbContext db,
            IReadOnlyCollection<TEntity> rows,
            string[] sums,
            string[] maxima,
            CancellationToken cancellationToken)
            where TEntity : class =>
            database.WriteManyAsync(db, map => map.Merge(sums, maxima), rows, cancellationToken);

        private Task WriteManyAsync<TEntity>(
            PortalDbContext db,
            Func<TableMap<TEntity>, RowStatement<TEntity>> statement,
            IReadOnlyCollection<TEntity> rows,
            CancellationToken cancellationToken)
            where TEntity : class
        {
            if (rows.Count == 0)
            {
                return Task.CompletedTask;
            }

            var (text, values) = statement(TableMap<TEntity>.Get(db, database.Dialect));
            return database.Dialect.ExecuteManyAsync(db, text, rows, (row, taker) => values(Checked(db, row), taker), cancellationToken);
        }
    }

    private static TEntity Checked<TEntity>(PortalDbContext db, TEntity row)
        where TEntity : class =>
        TenantWriteGuard.IsInside(row, db.Scope) ? row : throw new TenantViolationException(typeof(TEntity).Name, db.Scope);
}
