namespace ResellerPortal.Core.Persistence;

/// <summary>Writes many rows in the context's transaction, past the change tracker. The tenant is checked as on every write.</summary>
internal static class BulkWrites
{
    extension(PortalDatabase database)
    {
        public Task InsertManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, CancellationToken cancellationToken)
            where TEntity : class
        {
            var map = TableMap<TEntity>.Of(db);
            return database.WriteManyAsync(db, map, map.InsertStatement(), null, rows, cancellationToken);
        }

        /// <summary>Sets the named properties of rows that are locked by this transaction.</summary>
        public Task UpdateManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, string[] properties, CancellationToken cancellationToken)
            where TEntity : class
        {
            var map = TableMap<TEntity>.Of(db);
            return database.WriteManyAsync(db, map, map.UpdateStatement(properties), map.Indexes([.. properties, .. map.Keys]), rows, cancellationToken);
        }

        public Task DeleteManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, CancellationToken cancellationToken)
            where TEntity : class
        {
            var map = TableMap<TEntity>.Of(db);
            return database.WriteManyAsync(db, map, map.DeleteStatement(), map.Indexes(map.Keys), rows, cancellationToken);
        }

        /// <summary>Inserts rows, or adds their sums to and raises the maxima of the rows that have their keys.</summary>
        public Task MergeManyAsync<TEntity>(PortalDbContext db, IReadOnlyCollection<TEntity> rows, string[] sums, string[] maxima, CancellationToken cancellationToken)
            where TEntity : class
        {
            var map = TableMap<TEntity>.Of(db);
            var statement = database.Dialect.MergeStatement(
                map.Table, map.Columns, [.. map.Keys.Select(map.ColumnName)], Array.ConvertAll(sums, map.ColumnName), Array.ConvertAll(maxima, map.ColumnName));
            return database.WriteManyAsync(db, map, statement, null, rows, cancellationToken);
        }

        private async Task WriteManyAsync<TEntity>(
            PortalDbContext db, TableMap<TEntity> map, string statement, int[]? indexes, IReadOnlyCollection<TEntity> rows, CancellationToken cancellationToken)
            where TEntity : class
        {
            if (rows.Count == 0)
            {
                return;
            }

            var values = new List<object?[]>(rows.Count);
            foreach (var row in rows)
            {
                if (!TenantWriteGuard.IsInside(row, db.Scope))
                {
                    throw new TenantViolationException(typeof(TEntity).Name, db.Scope);
                }

                values.Add(map.Values(row, indexes));
            }

            await database.Dialect.ExecuteManyAsync(db, statement, command => map.Parameters(command, indexes), values, cancellationToken);
        }
    }
}
