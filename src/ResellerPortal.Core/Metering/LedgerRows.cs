using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The rows that usage moves: locked and read, or remembered from the transaction before. They are remembered only where the
/// database says that nobody else has written since (<see cref="IDatabaseDialect.WritesOfOthers"/>): then what was read or
/// written here is what stands there. Whoever rolls back drops this with its connection.
/// </summary>
internal sealed class LedgerRows(PortalDatabase database, PortalDbContext db)
{
    private const int MostRemembered = 20_000;

    private readonly Dictionary<HashKey, ApiToken> _tokensByHash = [];
    private readonly Dictionary<Guid, ApiToken> _tokens = [];
    private readonly Dictionary<CustomerId, Customer> _customers = [];
    private readonly Dictionary<ResellerId, Reseller> _resellers = [];
    private readonly Dictionary<Guid, CreditLot> _lots = [];
    private readonly Dictionary<ResellerId, List<CreditLot>> _openLots = [];
    private readonly Dictionary<Guid, Reservation> _reservations = [];
    private long? _writesOfOthers;

    public PortalDatabase Database => database;

    public PortalDbContext Db => db;

    public ReservePolicy Policy { get; } = new(database, db);

    /// <summary>Begins the work of a transaction that holds up all other writers, or their rows.</summary>
    public void Begin()
    {
        var writes = database.Dialect.WritesOfOthers(db);
        if (writes is null || writes != _writesOfOthers || _tokens.Count + _customers.Count + _lots.Count + _reservations.Count > MostRemembered)
        {
            _tokensByHash.Clear();
            _tokens.Clear();
            _customers.Clear();
            _resellers.Clear();
            _lots.Clear();
            _openLots.Clear();
            _reservations.Clear();
            Policy.Forget();
        }

        _writesOfOthers = writes;
    }

    /// <summary>Tokens by the hash of their secret, or of the one before it, and by id; locked, and read under their locks.</summary>
    public async Task<List<ApiToken>> TokensAsync(IEnumerable<byte[]> hashes, IEnumerable<Guid> ids)
    {
        var wanted = hashes.DistinctBy(hash => new HashKey(hash)).ToList();
        var unknown = wanted.FindAll(hash => !_tokensByHash.ContainsKey(new HashKey(hash)));
        var read = await ByHashAsync(nameof(ApiToken.SecretHash), unknown);
        if (read.Count < unknown.Count)
        {
            var found = read.Select(t => new HashKey(t.SecretHash)).ToHashSet();
            read.AddRange(await ByHashAsync(nameof(ApiToken.FormerSecretHash), unknown.FindAll(hash => !found.Contains(new HashKey(hash)))));
        }

        if (database.Dialect.HasRowLocks)
        {
            return await database.ReadManyAsync<ApiToken>(db, read.Select(t => t.Id).Concat(ids).Distinct().Order().Cast<object>(), isLocking: true, default);
        }

        read.ForEach(Remember);
        var missing = ids.Distinct().Where(id => !_tokens.ContainsKey(id)).ToList();
        (await database.ReadManyAsync<ApiToken>(db, missing.Cast<object>(), isLocking: true, default)).ForEach(Remember);
        return [.. wanted.Select(hash => _tokensByHash.GetValueOrDefault(new HashKey(hash))).OfType<ApiToken>().Concat(ids.Select(id => _tokens[id])).Distinct()];
    }

    public Task<List<Reservation>> ReservationsAsync(IReadOnlyCollection<Guid> ids) => KnownAsync(_reservations, ids, r => r.Id, isLocking: false);

    /// <summary>Reservations read anew: under locks that were taken since, they are what they stay.</summary>
    public Task<List<Reservation>> ReservationsAgainAsync(IReadOnlyCollection<Guid> ids) => database.ReadManyAsync<Reservation>(db, ids.Cast<object>(), isLocking: false, default);

    public Task<List<Customer>> CustomersAsync(IEnumerable<CustomerId> ids) => KnownAsync(_customers, ids.OrderBy(c => c.Value), c => c.Id, isLocking: true);

    public Task<List<Reseller>> ResellersAsync(IEnumerable<ResellerId> ids) => KnownAsync(_resellers, ids, r => r.Id, isLocking: false);

    /// <summary>All lots of some resellers that were not full at the beginning.</summary>
    public async Task<List<CreditLot>> OpenLotsAsync(IReadOnlyCollection<ResellerId> resellers)
    {
        var unknown = resellers.Where(r => !_openLots.ContainsKey(r)).OrderBy(r => r.Value).ToList();
        unknown.ForEach(reseller => _openLots[reseller] = []);
        foreach (var lot in await database.ReadManyAsync<CreditLot>(db, [nameof(CreditLot.ResellerId)], unknown.Select(r => (object?[])[r]), isLocking: true, HasRoom, default))
        {
            _lots.TryAdd(lot.Id, lot);
            _openLots[lot.ResellerId].Add(_lots[lot.Id]);
        }

        return [.. resellers.SelectMany(reseller => _openLots[reseller])];
    }

    public async Task<List<CreditLot>> LotsAsync(IEnumerable<Guid> ids)
    {
        var lots = await KnownAsync(_lots, ids.Order(), lot => lot.Id, isLocking: true);
        foreach (var lot in lots.Where(lot => _openLots.TryGetValue(lot.ResellerId, out var open) && !open.Contains(lot)))
        {
            // A full one, which may have room when this is done.
            _openLots.Remove(lot.ResellerId);
        }

        return lots;
    }

    /// <summary>Notes what was written.</summary>
    public void Note(IEnumerable<Reservation> made, IEnumerable<Reservation> ended)
    {
        foreach (var reservation in made)
        {
            _reservations[reservation.Id] = reservation;
        }

        foreach (var reservation in ended)
        {
            _reservations.Remove(reservation.Id);
        }
    }

    /// <summary>A lot that is full or was closed is not read for every request.</summary>
    private static string HasRoom(TableMap<CreditLot> lot) =>
        $"{lot.Column(nameof(CreditLot.Used))} + {lot.Column(nameof(CreditLot.Reserved))} < {lot.Column(nameof(CreditLot.Conversions))}";

    private Task<List<ApiToken>> ByHashAsync(string property, IEnumerable<byte[]> hashes) =>
        database.ReadManyAsync<ApiToken>(db, [property], hashes.Select(hash => (object?[])[hash]), isLocking: false, null, default);

    private void Remember(ApiToken read)
    {
        _tokens.TryAdd(read.Id, read);
        var token = _tokens[read.Id];
        _tokensByHash[new HashKey(token.SecretHash)] = token;
        if (token.FormerSecretHash is { } former)
        {
            _tokensByHash[new HashKey(former)] = token;
        }
    }

    /// <summary>Rows by their key, in its order; read where they are not known.</summary>
    private async Task<List<TRow>> KnownAsync<TKey, TRow>(Dictionary<TKey, TRow> known, IEnumerable<TKey> keys, Func<TRow, TKey> keyOf, bool isLocking)
        where TKey : struct
        where TRow : class
    {
        var wanted = keys.Distinct().ToList();
        foreach (var row in await database.ReadManyAsync<TRow>(db, wanted.FindAll(key => !known.ContainsKey(key)).Cast<object>(), isLocking, default))
        {
            known[keyOf(row)] = row;
        }

        return [.. wanted.Where(known.ContainsKey).Select(key => known[key])];
    }
}

/// <summary>A hash as a dictionary key, without making text of it.</summary>
internal readonly struct HashKey(byte[] hash) : IEquatable<HashKey>
{
    private readonly byte[] _hash = hash;

    public bool Equals(HashKey other) => _hash.AsSpan().SequenceEqual(other._hash);

    public override bool Equals(object? obj) => obj is HashKey other && Equals(other);

    public override int GetHashCode() => BitConverter.ToInt32(_hash, 0);
}
