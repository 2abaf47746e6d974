using ResellerPortal.Core.Tenancy;

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

    /// <summary>Reads rows of resellers by their keys; optionally locks them in the keys' order until the transaction ends.</summary>
    /// <param name="keys">Distinct and, to be locked in order, sorted.</param>
    public void Read<TEntity>(IEnumerable<RowKey> keys, bool isLocking, Action<TEntity> found)
        where TEntity : class, IResellerOwned
    {
        var map = Map<TEntity>();
        AddRead(map, map.Select(map.Keys, isLocking), [.. keys.Select(map.StoreKey)], found);
    }

    /// <summary>Locks rows in the order of their keys until the transaction ends.</summary>
    /// <param name="reseller">Null if the table's rows are of no reseller, or of any.</param>
    public void Lock<TEntity>(ResellerId? reseller, IEnumerable<Guid> ids)
        where TEntity : class
    {
        var map = Map<TEntity>();
        List<object?[]> keys = [.. ids.Distinct().Order().Select(id => reseller is { } owner ? (object?[])[owner.Value, id] : [id])];
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
        AddRead(map, map.Select(by, isLocking, condition?.Invoke(map)), [.. values.Select(map.Stored(by))], found);
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

    private void AddRead<TEntity>(TableMap<TEntity> map, BulkStatement query, IReadOnlyList<object?[]> keys, Action<TEntity> found)
        where TEntity : class
    {
        if (keys.Count > 0)
        {
            _steps.Add(new ReadStep(query, keys, reader => found(Checked(map.Read(reader)))));
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
