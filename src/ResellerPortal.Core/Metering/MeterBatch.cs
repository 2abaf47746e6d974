using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The locked rows of one transaction of meter commands, and the rules that move them.</summary>
internal sealed class MeterBatch
{
    private readonly PortalDbContext _db;
    private readonly DateTimeOffset _now;
    private readonly LedgerBook _book;
    private readonly Dictionary<string, ApiToken> _tokensByHash;
    private readonly Dictionary<Guid, ApiToken> _tokens;
    private readonly Dictionary<Guid, (Reservation Reservation, List<ReservationDraw> Draws)> _reservations;
    private readonly Dictionary<Guid, (long Sequence, long Quantity)> _settledBefore;

    private MeterBatch(
        PortalDbContext db,
        DateTimeOffset now,
        LedgerBook book,
        IReadOnlyCollection<ApiToken> tokens,
        Dictionary<Guid, (Reservation, List<ReservationDraw>)> reservations,
        Dictionary<Guid, (long, long)> settledBefore)
    {
        _db = db;
        _now = now;
        _book = book;
        _tokens = tokens.ToDictionary(t => t.Id);
        _tokensByHash = tokens.ToDictionary(t => Convert.ToHexString(t.SecretHash));
        _reservations = reservations;
        _settledBefore = settledBefore;
    }

    public static async Task<MeterBatch> LoadAsync(PortalDatabase database, PortalDbContext db, IReadOnlyList<MeterCommand> commands, DateTimeOffset now)
    {
        byte[][] hashes = [.. commands.OfType<ReserveCommand>().Select(c => c.Request.SecretHash)];
        Guid[] reservationIds = [.. commands.OfType<SettleCommand>().Select(c => c.Request.ReservationId).Distinct()];

        var tokenIds = await db.ApiTokens.Where(t => hashes.Contains(t.SecretHash)).Select(t => t.Id).ToListAsync();
        if (reservationIds.Length > 0)
        {
            tokenIds.AddRange(await db.Reservations.Where(r => reservationIds.Contains(r.Id)).Select(r => r.TokenId).ToListAsync());
        }

        await database.LockRowsAsync<ApiToken>(db, tokenIds, default);
        var tokens = await db.ApiTokens.Where(t => tokenIds.Contains(t.Id)).ToListAsync();

        // Read under the tokens' locks: a reservation is settled by one transaction only.
        var reservations = await db.Reservations.Where(r => reservationIds.Contains(r.Id)).ToListAsync();
        var draws = await db.ReservationDraws.Where(d => reservationIds.Contains(d.ReservationId)).ToListAsync();
        var gone = reservationIds.Except(reservations.Select(r => r.Id)).ToList();
        var settledBefore = gone.Count == 0
            ? []
            : await db.LedgerEntries.Where(e => gone.Contains(e.RequestId)).ToDictionaryAsync(e => e.RequestId, e => (e.Sequence, e.Quantity));

        var book = await LedgerBook.OpenAsync(database, db, tokens, [.. draws.Select(d => d.LotId)], now, now);
        return new MeterBatch(
            db,
            now,
            book,
            tokens,
            reservations.ToDictionary(r => r.Id, r => (r, draws.Where(d => d.ReservationId == r.Id).ToList())),
            settledBefore);
    }

    public ReserveResult Reserve(ReserveRequest request)
    {
        if (!_tokensByHash.TryGetValue(Convert.ToHexString(request.SecretHash), out var token))
        {
            return new ReserveResult.UnknownToken();
        }

        if (token.RevokedAtUtc is { } revokedAtUtc)
        {
            return new ReserveResult.TokenRevoked(revokedAtUtc);
        }

        if (token.ExpiresAtUtc is { } expiresAtUtc && expiresAtUtc <= _now)
        {
            return new ReserveResult.TokenExpired(expiresAtUtc);
        }

        if (token.UsageLimit is { } limit && token.Used + token.Reserved + request.Quantity > limit)
        {
            return new ReserveResult.LimitReached(limit);
        }

        var parts = _book.Allocate(token.ResellerId, request.Quantity, _now);
        if (parts.Sum(p => p.Quantity) < request.Quantity)
        {
            return new ReserveResult.CreditsExhausted();
        }

        var reservation = new Reservation
        {
            Id = Guid.CreateVersion7(_now),
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            Converter = request.Converter,
            Quantity = request.Quantity,
            CreatedAtUtc = _now,
        };
        token.Reserved += request.Quantity;
        _db.Reservations.Add(reservation);
        foreach (var (lot, quantity) in parts)
        {
            lot.Reserved += quantity;
            _db.ReservationDraws.Add(new ReservationDraw { ReservationId = reservation.Id, ResellerId = token.ResellerId, LotId = lot.Id, Quantity = quantity });
        }

        return new ReserveResult.Held(reservation.Id, token.CustomerId);
    }

    public SettleResult Settle(SettleRequest request)
    {
        if (!_reservations.Remove(request.ReservationId, out var held))
        {
            return _settledBefore.TryGetValue(request.ReservationId, out var earlier)
                ? new SettleResult.Recorded(earlier.Sequence, earlier.Quantity)
                : new SettleResult.Gone();
        }

        var (reservation, draws) = held;
        var token = _tokens[reservation.TokenId];
        token.Reserved -= reservation.Quantity;
        foreach (var draw in draws)
        {
            _book.Lot(draw.LotId).Reserved -= draw.Quantity;
        }

        _db.ReservationDraws.RemoveRange(draws);
        _db.Reservations.Remove(reservation);

        var quantity = request.Quantity ?? reservation.Quantity;
        if (quantity == 0)
        {
            return new SettleResult.Released();
        }

        var fact = new UsageFact(
            token.Id, _now, reservation.Converter, quantity, UsageSource.Gateway, reservation.Id, request.UpstreamReference, IsUnconfirmed: request.Quantity is null);
        var entry = _book.Append(token, fact, preferredLots: [.. draws.Select(d => (_book.Lot(d.LotId), d.Quantity))]);
        _settledBefore[reservation.Id] = (entry.Sequence, quantity);
        return new SettleResult.Recorded(entry.Sequence, quantity);
    }
}
