using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>Applies meter commands in one transaction: which reservations are accepted and what settlements record.</summary>
internal sealed class MeterBatch
{
    private static readonly string[] ExtendedColumns =
        [nameof(Reservation.Files), nameof(Reservation.Quantity), nameof(Reservation.Parts)];

    /// <summary>Conversions left of a reseller below which it matters whether its customers have neighbors.</summary>
    private const long SharedBelow = 100_000;

    private readonly LedgerRowCache _rows;
    private readonly UsageCounters _counters;
    private readonly LedgerPosting _posting;
    private readonly DateTimeOffset _now;
    private readonly SettledReservations _settled;
    private readonly List<Reservation> _held = [];
    private readonly HashSet<Reservation> _extended = [];
    private readonly List<Reservation> _ended = [];

    private MeterBatch(
        LedgerRowCache rows,
        UsageCounters counters,
        DateTimeOffset now,
        SettledReservations settled)
    {
        (_rows, _counters, _now, _settled) = (rows, counters, now, settled);
        _posting = new LedgerPosting(rows, counters, now);
    }

    /// <summary>Locks and reads the rows that the commands need, in the order token, customer, lots.</summary>
    public static async Task<MeterBatch> LoadAsync(LedgerRowCache rows, IReadOnlyList<MeterCommand> commands, DateTimeOffset now)
    {
        var (hashes, converters, reservationKeys) = (new HashSet<TokenHash>(), new HashSet<string>(), new HashSet<RowKey>(commands.Count));
        foreach (var command in commands)
        {
            switch (command)
            {
                case SettleCommand settle:
                    reservationKeys.Add(settle.Request.Reservation);
                    break;
                case ExtendCommand extend:
                    reservationKeys.Add(extend.Reservation);
                    break;
                case ReserveCommand reserve:
                    hashes.Add(new TokenHash(reserve.Request.Reseller, new HashKey(reserve.Request.SecretHash)));
                    if (reserve.Request.Quantity is null)
                    {
                        converters.Add(reserve.Request.Converter);
                    }

                    if (reserve.ReservationId is { } before)
                    {
                        // An earlier attempt may have been committed without confirmation.
                        reservationKeys.Add(new RowKey(reserve.Request.Reseller, before));
                    }

                    break;
            }
        }

        var tokens = await rows.FindAsync(hashes, reservationKeys);
        var settled = new SettledReservations();
        var reservations = FindReservations(rows, reservationKeys);
        await settled.LoadAsync(rows, reservationKeys.Except(reservations.Select(r => r.Key)));
        var keys = LedgerKeys.FromTokens(tokens);
        keys.Converters.UnionWith(converters);
        reservations.ForEach(keys.Add);
        foreach (var late in settled.Unconfirmed)
        {
            keys.Add(late.Entry.TokenId, late.Entry.CustomerId, late.Entry.ResellerId);
            keys.Converters.Add(late.Entry.Converter);
        }

        await rows.LockAsync(keys);
        var held = FindReservations(rows, reservations.Select(r => r.Key));
        await settled.LoadAsync(rows, reservations.Select(r => r.Key).Except(held.Select(r => r.Key)));
        await settled.LoadDrawsAsync(rows);
        HashSet<RowKey> lots =
        [
            .. held.SelectMany(r => r.Parts.Select(part => new RowKey(r.ResellerId, part.LotId))),
            .. settled.Unconfirmed.SelectMany(late => late.Drawn.Select(part => new RowKey(late.Entry.ResellerId, part.LotId))),
        ];
        var earliest = settled.Unconfirmed.Select(late => late.Entry.OccurredAtUtc).Append(now).Min();
        var counters = await UsageCounters.LoadAsync(rows, keys, lots, earliest, now);
        await rows.LoadNeighborsAsync(counters.Resellers.Where(reseller => counters.GetLeft(reseller) < SharedBelow));
        return new MeterBatch(rows, counters, now, settled);
    }

    public Guid NewId() => _rows.Random.NextId(_now);

    /// <summary>Finds whose token a secret is of; null if there is no such token.</summary>
    public TokenIdentity? FindOwner(byte[] secretHash) => FindToken(secretHash) is { } token ? TokenIdentity.FromToken(token) : null;

    /// <summary>Finds whose token a reservation is of; null if it is not held.</summary>
    public TokenIdentity? FindOwner(Guid reservationId) =>
        _rows.FindReservation(reservationId) is { } held ? new TokenIdentity(held.ResellerId, held.CustomerId, held.TokenId) : null;

    public ReserveResult Reserve(Guid reservationId, ReserveRequest request)
    {
        if (FindToken(request.SecretHash) is not { } token)
        {
            return new ReserveResult.UnknownToken();
        }

        if (_rows.FindReservation(reservationId) is { } before)
        {
            return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, before.Quantity);
        }

        var month = _counters.StartMonth(token);
        var extent = request.Extent ?? RequestExtent.OneFile;
        var needed = request.Quantity is { } exact
            ? new QuantityToHold(exact, exact)
            : _rows.Policy.Calculate(token, request.Converter, extent);
        if (TokenAdmissionPolicy.Evaluate(token, request, _now, month, needed) is { } refusal)
        {
            return refusal;
        }

        var isFirst = _counters.GetCustomer(token).Reserved == 0;
        if (Allocate(token, request.Converter, needed, own: 0, isFirst, IsShared(extent, isFirst), out var parts) is { } refused)
        {
            return refused;
        }

        var quantity = GetTotal(parts);
        _counters.Hold(token, parts, quantity);
        var reservation = new Reservation
        {
            Id = reservationId,
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            Converter = request.Converter,
            Files = extent.Files,
            Quantity = quantity,
            Parts = parts.ConvertAll(static p => new LotPart(p.Lot.Id, p.Quantity)),
            CreatedAtUtc = _now,
        };
        _held.Add(reservation);
        _rows.Add(reservation);
        return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, quantity);
    }

    /// <summary>Holds what a request needs beyond what its reservation holds already.</summary>
    public ReserveResult Extend(Guid reservationId, RequestExtent extent)
    {
        if (_rows.FindReservation(reservationId) is not { } reservation)
        {
            return new ReserveResult.ReservationEnded();
        }

        var token = _counters.GetToken(reservation.TokenId);
        if (TokenAdmissionPolicy.EvaluateState(token, _now) is { } refusal)
        {
            return refusal;
        }

        var month = _counters.StartMonth(token);
        var needed = _rows.Policy.Calculate(token, reservation.Converter, extent);
        var more = needed with
        {
            Quantity = Math.Max(0, needed.Quantity - reservation.Quantity),
            Least = Math.Max(0, needed.Least - reservation.Quantity),
        };
        if (TokenAdmissionPolicy.EvaluateLimit(token, month, needed, reservation.Quantity) is { } refusedByLimit)
        {
            return refusedByLimit;
        }

        var isFirst = _counters.GetCustomer(token).Reserved == reservation.Quantity;
        if (Allocate(token, reservation.Converter, more, reservation.Quantity, isFirst, IsShared(extent, isFirst), out var parts)
            is { } refused)
        {
            return refused;
        }

        _counters.HoldMore(token, parts, GetTotal(parts));
        reservation.Quantity += GetTotal(parts);
        reservation.Files = Math.Max(reservation.Files, extent.Files);
        reservation.Parts =
        [
            .. reservation.Parts.Concat(parts.Select(p => new LotPart(p.Lot.Id, p.Quantity)))
                .GroupBy(p => p.LotId)
                .Select(g => new LotPart(g.Key, g.Sum(p => p.Quantity))),
        ];
        _extended.Add(reservation);
        return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, reservation.Quantity);
    }

    public SettleResult Settle(SettleRequest request)
    {
        if (_rows.FindReservation(request.ReservationId) is not { } reservation)
        {
            return SettleAgain(request);
        }

        _counters.Release(reservation);
        _ended.Add(reservation);
        _rows.Remove(reservation);
        var token = _counters.GetToken(reservation.TokenId);
        var quantity = request.Quantity ?? _rows.Policy.EstimateCost(token, reservation);
        if (quantity == 0)
        {
            return new SettleResult.Released();
        }

        var fact = new UsageFact(
            token.Id,
            _now,
            reservation.Converter,
            quantity,
            UsageSource.Gateway,
            reservation.Id,
            request.Reference,
            IsUnconfirmed: request.Quantity is null);
        var entry = _posting.Append(token, fact, reservation);
        _settled.Add(entry, reservation);
        return new SettleResult.Recorded(entry.Sequence, quantity);
    }

    /// <summary>Writes the changes of all commands; the caller commits the transaction.</summary>
    public async Task WriteAsync()
    {
        var batch = new RowBatch(_rows.Database, _rows.Db);
        batch.Insert(_held);
        _extended.ExceptWith(_ended);
        batch.Update(_extended, ExtendedColumns);
        batch.Delete(_ended);
        await _posting.WriteAsync(batch, default);
    }

    /// <summary>
    /// Returns the recorded entry of a reservation that is not held. If the sweeper recorded it as unconfirmed, the cost that is known now
    /// becomes a correction of that entry.
    /// </summary>
    private SettleResult SettleAgain(SettleRequest request)
    {
        if (_settled.Find(request.ReservationId) is not { } settled)
        {
            return new SettleResult.Gone();
        }

        if (settled.IsUnconfirmed && request.Quantity is { } quantity)
        {
            settled.IsUnconfirmed = false;
            if (quantity != settled.Quantity)
            {
                var token = _counters.GetToken(settled.Entry.TokenId);
                _posting.Confirm(token, settled, quantity, request.Reference);
                settled.Quantity = quantity;
            }
        }

        return new SettleResult.Recorded(settled.Entry.Sequence, settled.Quantity);
    }

    /// <summary>Allocates conversions to hold for a request from the prepaid balance and the lots.</summary>
    /// <param name="own">The conversions that the request holds already.</param>
    /// <param name="isFirst">Whether its customer has no other request in flight.</param>
    /// <param name="isShared">Whether it may take no more than its customer's share of the lots.</param>
    /// <returns>The refusal, or null.</returns>
    private ReserveResult? Allocate(
        ApiToken token,
        string converter,
        QuantityToHold needed,
        long own,
        bool isFirst,
        bool isShared,
        out List<(CreditLot Lot, long Quantity)> parts)
    {
        parts = [];
        var (wanted, least, isGuess) = needed;
        if (token.GetRemaining(_counters.StartMonth(token)) is { } remaining && remaining < wanted)
        {
            if (isGuess && token.Reserved > own)
            {
                return new ReserveResult.RemainderHeld();
            }

            wanted = remaining;
        }

        var sought = wanted;
        if (isShared && wanted > 0)
        {
            var share = _counters.GetShareLeft(token);
            if (share < least)
            {
                // Conversions that the customer's own requests hold may become free again.
                return _counters.GetLeft(token.ResellerId) + _counters.GetCustomer(token).Reserved < least
                    ? RefuseCredits(token, least)
                    : new ReserveResult.ShareReached();
            }

            wanted = Math.Min(wanted, share);
        }

        if (token.IsPrepaid)
        {
            var covered = _counters.GetCustomer(token).GetCoverage(converter, _now);
            var asked = isGuess && !isFirst && covered >= least ? sought : least;
            if (covered < asked)
            {
                return new ReserveResult.CoverageUnknown(
                    new CoverageQuestion(token.ResellerId, token.CustomerId, converter, token.Environment, asked, covered >= least));
            }

            wanted = Math.Min(wanted, covered);
        }

        parts = _counters.Allocate(token.ResellerId, wanted, _now);
        var total = GetTotal(parts);
        if (total < least)
        {
            return RefuseCredits(token, least);
        }

        return !isGuess || isFirst || total == sought ? null : new ReserveResult.RemainderHeld();
    }

    private ReserveResult RefuseCredits(ApiToken token, long least) =>
        _counters.GetLeft(token.ResellerId, isReservedIncluded: true) >= least
            ? new ReserveResult.CreditsHeld()
            : new ReserveResult.CreditsExhausted();

    /// <summary>
    /// A customer's only request may take whatever is left, but not several files of an upload that is still open: its caller could draw it
    /// out, and its neighbors would find nothing.
    /// </summary>
    private static bool IsShared(RequestExtent extent, bool isFirst) => !isFirst || (extent.IsOpen && extent.Files > 1);

    private static long GetTotal(List<(CreditLot Lot, long Quantity)> parts)
    {
        var total = 0L;
        foreach (var (_, quantity) in parts)
        {
            total += quantity;
        }

        return total;
    }

    /// <summary>The token with this secret, or with this previous secret while that is still valid.</summary>
    private ApiToken? FindToken(byte[] secretHash) =>
        _rows.FindToken(secretHash) is { } token
            && (token.SecretHash.AsSpan().SequenceEqual(secretHash) || token.PreviousSecretEndsAtUtc > _now)
            ? token
            : null;

    private static List<Reservation> FindReservations(LedgerRowCache rows, IEnumerable<RowKey> keys) =>
        [.. keys.Select(key => rows.FindReservation(key.Id)).OfType<Reservation>()];
}
