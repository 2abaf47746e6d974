namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Reads and writes many rows in the context's transaction, bypassing the query pipeline and change tracker. Every row's tenant is
/// checked.
/// </summary>
internal static class BulkSql
{
    extension(PortalDatabase database)
    {
        /// <summary>Reads rows by their single-column key; optionally locks them in the given order until the transaction ends.</summary>
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

        /// <summary>Reads rows by the values of the given properties.</summary>
        /// <param name="condition">An additional SQL condition on the table's columns.</param>
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

        /// <summary>Updates the given properties of rows that this transaction has locked.</summary>
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

        /// <summary>Inserts rows; for existing keys, adds to the sums and raises the maxima.</summary>
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
