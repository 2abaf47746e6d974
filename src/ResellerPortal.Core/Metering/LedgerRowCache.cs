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
    private readonly HashSet<RowKey> _foundLots = [];
    private readonly Dictionary<Guid, Reservation> _reservations = [];
    private long? _dataVersion;

    public PortalDatabase Database => database;

    public PortalDbContext Db => db;

    public RandomSource Random { get; } = new();

    public ReserveQuantityPolicy Policy { get; } = new(terms ?? new MeterTerms());

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
            _foundLots.Clear();
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

    /// <summary>Finds tokens by the hash of their current or previous secret, and held reservations, without locking them.</summary>
    /// <returns>The tokens, which may change until they are locked.</returns>
    public async Task<IReadOnlyList<ApiToken>> FindAsync(
        IReadOnlyCollection<TokenHash> hashes,
        IReadOnlyCollection<RowKey> reservations)
    {
        var unknown = hashes.Where(hash => !_tokensByHash.ContainsKey(hash.Hash)).ToList();
        var found = new List<ApiToken>(hashes.Count);
        var batch = CreateBatch();
        ReadByHash(batch, nameof(ApiToken.SecretHash), unknown, found);
        batch.Read<Reservation>(Missing(_reservations, reservations), isLocking: false, Add);
        await batch.RunAsync();
        if (found.Count < unknown.Count)
        {
            var known = found.Select(t => new HashKey(t.SecretHash)).ToHashSet();
            ReadByHash(batch, nameof(ApiToken.PreviousSecretHash), unknown.Where(hash => !known.Contains(hash.Hash)), found);
            await batch.RunAsync();
        }

        found.AddRange(hashes.Select(hash => _tokensByHash.GetValueOrDefault(hash.Hash)).OfType<ApiToken>());
        if (!database.Dialect.HasRowLocks)
        {
            found.ForEach(Cache);
        }

        return found;
    }

    /// <summary>Locks tokens and then customers, and reads what else their usage depends on, except for lots.</summary>
    public async Task LockAsync(LedgerKeys keys)
    {
        var batch = CreateBatch();
        batch.Read<ApiToken>(Missing(_tokens, keys.Tokens), isLocking: true, Cache);
        if (database.Dialect.HasRowLocks && keys.TakeReservations() is { Count: > 0 } reservations)
        {
            // The tokens' locks ensure that only one transaction settles a reservation.
            foreach (var key in reservations)
            {
                _reservations.Remove(key.Id);
            }

            batch.Read<Reservation>(reservations, isLocking: false, Add);
        }

        batch.Read<Customer>(
            Sort(keys.Customers.Where(key => !_customers.ContainsKey(new CustomerId(key.Id)))),
            isLocking: true,
            customer => _customers[customer.Id] = customer);
        batch.Read<Reseller>(
            keys.Resellers.Where(id => !_resellers.ContainsKey(id)).Cast<object>(),
            isLocking: false,
            reseller => _resellers[reseller.Id] = reseller);
        ReadOpenLots(batch, keys.Resellers);
        Policy.Read(batch, keys.Converters, keys.Resellers);
        await batch.RunAsync();
    }

    /// <summary>Reads whether resellers have more than one customer.</summary>
    public async Task LoadNeighborsAsync(IEnumerable<ResellerId> ids)
    {
        foreach (var reseller in ids.Where(id => !_hasSeveralCustomers.ContainsKey(id)))
        {
            _hasSeveralCustomers[reseller] = await db.Customers.Where(c => c.ResellerId == reseller).Take(2).CountAsync() > 1;
        }
    }

    /// <summary>
    /// Locks and reads the lots that have capacity left, and others by id. Full lots are added to the open ones, because this transaction
    /// may free capacity.
    /// </summary>
    public async Task LockLotsAsync(IReadOnlyCollection<RowKey> keys)
    {
        RowKey[] wanted = [.. _foundLots.Union(keys)];
        _foundLots.Clear();
        var batch = CreateBatch();
        batch.Read<CreditLot>(Missing(_lots, wanted), isLocking: true, lot => _lots[lot.Id] = lot);
        await batch.RunAsync();
        foreach (var key in wanted)
        {
            AddOpenLot(_lots[key.Id]);
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

    /// <summary>Reads the lots that have capacity left. They are locked together with others, all in one order.</summary>
    private void ReadOpenLots(RowBatch batch, IEnumerable<ResellerId> resellers)
    {
        var unknown = resellers.Where(r => !_openLots.ContainsKey(r)).ToList();
        unknown.ForEach(reseller => _openLots[reseller] = []);
        batch.Read<CreditLot>([nameof(CreditLot.ResellerId)], unknown.Select(r => (object?[])[r]), isLocking: false, HasRoom, lot =>
        {
            _foundLots.Add(new RowKey(lot.ResellerId, lot.Id));
            if (!database.Dialect.HasRowLocks)
            {
                _lots.TryAdd(lot.Id, lot);
            }
        });
    }

    private static void ReadByHash(RowBatch batch, string property, IEnumerable<TokenHash> hashes, List<ApiToken> found) =>
        batch.Read<ApiToken>(
            [nameof(ApiToken.ResellerId), property],
            hashes.Select(hash => (object?[])[hash.Reseller, hash.Hash.Hash]),
            isLocking: false,
            null,
            found.Add);

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

    private RowBatch CreateBatch() => new(database, db);

    /// <summary>The keys of rows that are not cached, in the order in which rows are locked.</summary>
    private static IEnumerable<RowKey> Missing<TRow>(Dictionary<Guid, TRow> known, IEnumerable<RowKey> keys) =>
        Sort(keys.Where(key => !known.ContainsKey(key.Id)));

    private static IEnumerable<RowKey> Sort(IEnumerable<RowKey> keys) => keys.Distinct().Order();
}

/// <summary>The rows that a transaction changes usage of.</summary>
internal sealed class LedgerKeys
{
    private readonly HashSet<RowKey> _reservations = [];

    public HashSet<RowKey> Tokens { get; } = [];

    public HashSet<RowKey> Customers { get; } = [];

    public HashSet<ResellerId> Resellers { get; } = [];

    public HashSet<string> Converters { get; } = [];

    public static LedgerKeys FromTokenIds(ResellerId reseller, IEnumerable<Guid> ids)
    {
        var keys = new LedgerKeys();
        keys.Tokens.UnionWith(ids.Select(id => new RowKey(reseller, id)));
        return keys;
    }

    public static LedgerKeys FromTokens(IEnumerable<ApiToken> tokens)
    {
        var keys = new LedgerKeys();
        foreach (var token in tokens)
        {
            keys.Add(token.Id, token.CustomerId, token.ResellerId);
        }

        return keys;
    }

    public void Add(Guid token, CustomerId customer, ResellerId reseller)
    {
        Tokens.Add(new RowKey(reseller, token));
        Customers.Add(new RowKey(reseller, customer.Value));
        Resellers.Add(reseller);
    }

    /// <summary>Adds a reservation that was read before its token was locked, and must be read again.</summary>
    public void Add(Reservation reservation)
    {
        Add(reservation.TokenId, reservation.CustomerId, reservation.ResellerId);
        Converters.Add(reservation.Converter);
        _reservations.Add(reservation.Key);
    }

    /// <summary>The reservations to read again, once.</summary>
    public IReadOnlyCollection<RowKey> TakeReservations()
    {
        RowKey[] taken = [.. _reservations];
        _reservations.Clear();
        return taken;
    }
}

/// <summary>The hash of a token's secret, and whose token it is.</summary>
internal readonly record struct TokenHash(ResellerId Reseller, HashKey Hash);

/// <summary>A hash as a dictionary key, without converting it to a string.</summary>
internal readonly struct HashKey(byte[] hash) : IEquatable<HashKey>
{
    public byte[] Hash { get; } = hash;

    public bool Equals(HashKey other) => Hash.AsSpan().SequenceEqual(other.Hash);

    public override bool Equals(object? obj) => obj is HashKey other && Equals(other);

    public override int GetHashCode() => BitConverter.ToInt32(Hash, 0);
}
