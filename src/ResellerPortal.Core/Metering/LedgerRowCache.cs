using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Rows that usage changes: locked and read, or kept from the previous transaction. They are kept only if the database confirms that
/// nobody else has written since (<see cref="IDatabaseDialect.ReadDataVersion"/>), so that the cached values are current. After a
/// rollback, the cache must be discarded with its connection.
/// </summary>
internal sealed class LedgerRowCache(PortalDatabase database, PortalDbContext db, MeterTerms? terms = null)
{
    private const int MaxCachedRows = 20_000;

    private readonly Dictionary<HashKey, ApiToken> _tokensByHash = [];
    private readonly Dictionary<Guid, ApiToken> _tokens = [];
    private readonly Dictionary<CustomerId, Customer> _customers = [];
    private readonly Dictionary<ResellerId, Reseller> _resellers = [];
    private readonly Dictionary<ResellerId, bool> _hasSeveralCustomers = [];
    private readonly Dictionary<Guid, CreditLot> _lots = [];
    private readonly Dictionary<ResellerId, List<CreditLot>> _openLots = [];
    private readonly Dictionary<Guid, Reservation> _reservations = [];
    private long? _dataVersion;

    public PortalDatabase Database => database;

    public PortalDbContext Db => db;

    public RandomSource Random { get; } = new();

    public ReserveQuantityPolicy Policy { get; } = new(database, db, terms ?? new MeterTerms());

    /// <summary>Starts a transaction that locks out all other writers, or locks their rows.</summary>
    public void Begin()
    {
        var version = database.Dialect.ReadDataVersion(db);
        if (version is null
            || version != _dataVersion
            || _tokens.Count + _customers.Count + _lots.Count + _reservations.Count > MaxCachedRows)
        {
            _tokensByHash.Clear();
            _tokens.Clear();
            _customers.Clear();
            _resellers.Clear();
            _hasSeveralCustomers.Clear();
            _lots.Clear();
            _openLots.Clear();
            _reservations.Clear();
            Policy.Clear();
        }

        _dataVersion = version;
    }

    /// <summary>Finds the token by the hash of its current or previous secret; null if there is none.</summary>
    public ApiToken? FindToken(byte[] secretHash) => _tokensByHash.GetValueOrDefault(new HashKey(secretHash));

    public ApiToken GetToken(Guid id) => _tokens[id];

    public Customer GetCustomer(CustomerId id) => _customers[id];

    public Reseller GetReseller(ResellerId id) => _resellers[id];

    /// <summary>Whether a reseller has more than one customer, as far as that was read.</summary>
    public bool HasSeveralCustomers(ResellerId id) => _hasSeveralCustomers.GetValueOrDefault(id, true);

    /// <returns>Null if it is not or no longer held.</returns>
    public Reservation? FindReservation(Guid id) => _reservations.GetValueOrDefault(id);

    public CreditLot GetLot(Guid id) => _lots[id];

    /// <summary>A reseller's lots in draw order: plans before overage, first-expiring first.</summary>
    public IReadOnlyList<CreditLot> GetOpenLots(ResellerId reseller) => _openLots[reseller];

    /// <summary>Records a change that the transaction will write.</summary>
    public void Add(Reservation made) => _reservations[made.Id] = made;

    /// <inheritdoc cref="Add"/>
    public void Remove(Reservation ended) => _reservations.Remove(ended.Id);

    /// <summary>Locks and reads tokens by the hash of their current or previous secret, and by id.</summary>
    public async Task LoadTokensAsync(IReadOnlyCollection<HashKey> hashes, IReadOnlyCollection<Guid> ids)
    {
        var unknown = hashes.Where(hash => !_tokensByHash.ContainsKey(hash)).ToList();
        var read = await ReadByHashAsync(nameof(ApiToken.SecretHash), unknown);
        if (read.Count < unknown.Count)
        {
            var found = read.Select(t => new HashKey(t.SecretHash)).ToHashSet();
            read.AddRange(await ReadByHashAsync(nameof(ApiToken.PreviousSecretHash), unknown.FindAll(hash => !found.Contains(hash))));
        }

        if (database.Dialect.HasRowLocks)
        {
            // Rows read before they were locked may be stale.
            ids = [.. read.Select(t => t.Id), .. ids];
        }
        else
        {
            read.ForEach(Cache);
        }

        (await ReadMissingAsync(_tokens, ids, id => id, isLocking: true)).ForEach(Cache);
    }

    public async Task LoadReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        (await ReadMissingAsync(_reservations, ids, id => id, isLocking: false)).ForEach(Add);

    /// <summary>Rereads reservations that may have changed before the locks were acquired.</summary>
    public Task ReloadReservationsAsync(IReadOnlyCollection<Guid> reservations)
    {
        foreach (var id in reservations)
        {
            _reservations.Remove(id);
        }

        return LoadReservationsAsync(reservations);
    }

    public async Task LoadCustomersAsync(IEnumerable<CustomerId> ids) =>
        (await ReadMissingAsync(_customers, ids, id => id.Value, isLocking: true)).ForEach(customer => _customers[customer.Id] = customer);

    public async Task LoadResellersAsync(IEnumerable<ResellerId> ids) =>
        (await ReadMissingAsync(_resellers, ids, id => id.Value, isLocking: false)).ForEach(reseller => _resellers[reseller.Id] = reseller);

    /// <summary>Reads whether resellers have more than one customer.</summary>
    public async Task LoadNeighborsAsync(IEnumerable<ResellerId> ids)
    {
        foreach (var reseller in ids.Where(id => !_hasSeveralCustomers.ContainsKey(id)))
        {
            _hasSeveralCustomers[reseller] = await db.Customers.Where(c => c.ResellerId == reseller).Take(2).CountAsync() > 1;
        }
    }

    /// <summary>Locks and reads all lots of the given resellers that have capacity left.</summary>
    public async Task LoadOpenLotsAsync(IEnumerable<ResellerId> resellers)
    {
        var unknown = resellers.Where(r => !_openLots.ContainsKey(r)).OrderBy(r => r.Value).ToList();
        unknown.ForEach(reseller => _openLots[reseller] = []);
        foreach (var lot in await database.ReadManyAsync<CreditLot>(
            db, [nameof(CreditLot.ResellerId)], unknown.Select(r => (object?[])[r]), isLocking: true, HasRoom, default))
        {
            AddOpenLot(_lots.TryAdd(lot.Id, lot) ? lot : _lots[lot.Id]);
        }
    }

    /// <summary>Locks and reads lots by id. Full lots are added to the open ones, because this transaction may free capacity.</summary>
    public async Task LoadLotsAsync(IReadOnlyCollection<Guid> ids)
    {
        (await ReadMissingAsync(_lots, ids, id => id, isLocking: true)).ForEach(lot => _lots[lot.Id] = lot);
        foreach (var id in ids)
        {
            AddOpenLot(_lots[id]);
        }
    }

    /// <summary>Excludes full and closed lots, so that they are not read for every request.</summary>
    private static string HasRoom(TableMap<CreditLot> lot) =>
        $"{lot.Column(nameof(CreditLot.Used))} + {lot.Column(nameof(CreditLot.Reserved))} < {lot.Column(nameof(CreditLot.Conversions))}";

    private void AddOpenLot(CreditLot lot)
    {
        if (_openLots.TryGetValue(lot.ResellerId, out var open) && !open.Contains(lot))
        {
            open.Add(lot);
            open.Sort((one, other) => (one.Kind, one.ExpiresAtUtc, one.Id).CompareTo((other.Kind, other.ExpiresAtUtc, other.Id)));
        }
    }

    private Task<List<ApiToken>> ReadByHashAsync(string property, IEnumerable<HashKey> hashes) =>
        database.ReadManyAsync<ApiToken>(db, [property], hashes.Select(hash => (object?[])[hash.Hash]), isLocking: false, null, default);

    private void Cache(ApiToken read)
    {
        _tokens.TryAdd(read.Id, read);
        var token = _tokens[read.Id];
        _tokensByHash[new HashKey(token.SecretHash)] = token;
        if (token.PreviousSecretHash is { } former)
        {
            _tokensByHash[new HashKey(former)] = token;
        }
    }

    /// <summary>Reads the rows that are not cached, in id order.</summary>
    private Task<List<TRow>> ReadMissingAsync<TKey, TRow>(
        Dictionary<TKey, TRow> known,
        IEnumerable<TKey> keys,
        Func<TKey, Guid> idOf,
        bool isLocking)
        where TKey : struct
        where TRow : class
    {
        List<TKey> missing = [.. keys.Where(key => !known.ContainsKey(key))];
        return missing.Count == 0
            ? Task.FromResult<List<TRow>>([])
            : database.ReadManyAsync<TRow>(db, missing.Distinct().OrderBy(idOf).Cast<object>(), isLocking, default);
    }
}

/// <summary>A hash as a dictionary key, without converting it to a string.</summary>
internal readonly struct HashKey(byte[] hash) : IEquatable<HashKey>
{
    public byte[] Hash { get; } = hash;

    public bool Equals(HashKey other) => Hash.AsSpan().SequenceEqual(other.Hash);

    public override bool Equals(object? obj) => obj is HashKey other && Equals(other);

    public override int GetHashCode() => BitConverter.ToInt32(Hash, 0);
}
