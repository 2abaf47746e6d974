namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Reads and writes of many rows that run in order in the context's transaction, in one round trip where the provider can, bypassing the
/// query pipeline and change tracker. Every row's tenant is checked. Add all steps, then run them once.
/// </summary>
internal sealed class RowBatch(PortalDatabase database, PortalDbContext db)
{
    private readonly List<BulkStep> _steps = [];

    /// <summary>Reads rows by their single-column key; optionally locks them in the key's order until the transaction ends.</summary>
    /// <param name="keys">Distinct and, to be locked in order, sorted.</param>
    public void Read<TEntity>(IEnumerable<object> keys, bool isLocking, Action<TEntity> found)
        where TEntity : class =>
        Read([Map<TEntity>().Keys.Single()], keys.Select(key => (object?[])[key]), isLocking, null, found);

    /// <summary>Locks rows in the order of their ids until the transaction ends.</summary>
    public void Lock<TEntity>(IEnumerable<Guid> ids)
        where TEntity : class
    {
        var map = Map<TEntity>();
        List<object?[]> keys = [.. ids.Distinct().Order().Select(id => (object?[])[id])];
        if (keys.Count > 0)
        {
            _steps.Add(new ReadStep(map.Select(map.Keys, isLocking: true), keys, static _ => { }));
        }
    }

    /// <summary>Reads rows by the values of the given properties.</summary>
    /// <param name="values">Distinct.</param>
    /// <param name="condition">A further SQL condition on the table's columns.</param>
    public void Read<TEntity>(
        string[] by,
        IEnumerable<object?[]> values,
        bool isLocking,
        Func<TableMap<TEntity>, string>? condition,
        Action<TEntity> found)
        where TEntity : class
    {
        var map = Map<TEntity>();
        var keys = values.Select(map.Stored(by)).ToList();
        if (keys.Count > 0)
        {
            _steps.Add(new ReadStep(map.Select(by, isLocking, condition?.Invoke(map)), keys, reader => found(Checked(map.Read(reader)))));
        }
    }

    public void Insert<TEntity>(IReadOnlyCollection<TEntity> rows)
        where TEntity : class => Write(static map => map.Insert, rows);

    /// <summary>Updates the given properties of rows that this transaction has locked.</summary>
    public void Update<TEntity>(IReadOnlyCollection<TEntity> rows, string[] properties)
        where TEntity : class => Write(map => map.Update(properties), rows);

    public void Delete<TEntity>(IReadOnlyCollection<TEntity> rows)
        where TEntity : class => Write(static map => map.Delete, rows);

    /// <summary>Inserts rows; for existing keys, adds to the sums and raises the maxima.</summary>
    /// <param name="rows">With distinct keys.</param>
    public void Merge<TEntity>(IReadOnlyCollection<TEntity> rows, string[] sums, string[] maxima)
        where TEntity : class => Write(map => map.Merge(sums, maxima), rows);

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_steps.Count > 0)
        {
            await database.Dialect.RunAsync(db, _steps, cancellationToken);
            _steps.Clear();
        }
    }

    private void Write<TEntity>(Func<TableMap<TEntity>, RowStatement<TEntity>> statement, IReadOnlyCollection<TEntity> rows)
        where TEntity : class
    {
        if (rows.Count > 0)
        {
            var (text, add) = statement(Map<TEntity>());
            _steps.Add(new WriteStep<TEntity>(text, [.. rows], (row, values) => add(Checked(row), values)));
        }
    }

    private TableMap<TEntity> Map<TEntity>()
        where TEntity : class => TableMap<TEntity>.Get(db, database.Dialect);

    private TEntity Checked<TEntity>(TEntity row)
        where TEntity : class =>
        TenantWriteGuard.IsInside(row, db.Scope) ? row : throw new TenantViolationException(typeof(TEntity).Name, db.Scope);
}
