using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>Applies meter commands in one transaction: which reservations are accepted and what settlements record.</summary>
internal sealed class MeterBatch
{
    private readonly LedgerRowCache _rows;
    private readonly UsageCounters _counters;
    private readonly LedgerPosting _posting;
    private readonly DateTimeOffset _now;
    private readonly bool _isRepeated;
    private readonly Dictionary<Guid, (long Sequence, long Quantity)> _settledBefore;
    private readonly List<Reservation> _held = [];
    private readonly List<Reservation> _ended = [];

    private MeterBatch(
        LedgerRowCache rows,
        UsageCounters counters,
        DateTimeOffset now,
        bool isRepeated,
        Dictionary<Guid, (long, long)> settledBefore)
    {
        (_rows, _counters, _now, _isRepeated, _settledBefore) = (rows, counters, now, isRepeated, settledBefore);
        _posting = new LedgerPosting(rows, counters, now);
    }

    /// <summary>Locks and reads the rows that the commands need, in the order token, customer, lots.</summary>
    /// <param name="isRepeated">Whether an earlier attempt may have committed the batch without confirmation.</param>
    public static async Task<MeterBatch> LoadAsync(
        LedgerRowCache rows,
        IReadOnlyList<MeterCommand> commands,
        DateTimeOffset now,
        bool isRepeated)
    {
        var (hashes, converters, reservationIds) = (new HashSet<HashKey>(), new HashSet<string>(), new HashSet<Guid>(commands.Count));
        foreach (var command in commands)
        {
            switch (command)
            {
                case SettleCommand settle:
                    reservationIds.Add(settle.Request.ReservationId);
                    break;
                case ReserveCommand reserve:
                    hashes.Add(new HashKey(reserve.Request.SecretHash));
                    if (reserve.Request.Quantity is null)
                    {
                        converters.Add(reserve.Request.Converter);
                    }

                    if (isRepeated && reserve.ReservationId is { } before)
                    {
                        reservationIds.Add(before);
                    }

                    break;
            }
        }

        var reservations = await LoadReservationsAsync(rows, hashes, reservationIds);
        var (tokens, customers, lots) = (new HashSet<ApiToken>(), new HashSet<CustomerId>(), new HashSet<Guid>());
        foreach (var token in hashes.Select(hash => rows.FindToken(hash.Hash)).OfType<ApiToken>())
        {
            tokens.Add(token);
            if (token.IsPrepaid)
            {
                customers.Add(token.CustomerId);
            }
        }

        foreach (var reservation in reservations)
        {
            tokens.Add(rows.GetToken(reservation.TokenId));
            customers.Add(reservation.CustomerId);
            foreach (var part in reservation.Parts)
            {
                lots.Add(part.LotId);
            }
        }

        var counters = await UsageCounters.LoadAsync(rows, tokens, customers, lots, now, now);
        reservationIds.ExceptWith(reservations.Select(r => r.Id));
        var settledBefore = await rows.Database.ReadManyAsync<LedgerEntry>(
            rows.Db, [nameof(LedgerEntry.RequestId)], reservationIds.Select(id => (object?[])[id]), isLocking: false, null, default);
        await rows.Policy.LoadAsync(converters, counters.Resellers, now);
        return new MeterBatch(
            rows, counters, now, isRepeated, settledBefore.ToDictionary(e => e.RequestId, e => (e.Sequence, e.Quantity)));
    }

    public Guid NewId() => _rows.Random.NextId(_now);

    public ReserveResult Reserve(Guid reservationId, ReserveRequest request)
    {
        if (FindToken(request.SecretHash) is not { } token || (request.Reseller is { } only && only != token.ResellerId))
        {
            return new ReserveResult.UnknownToken();
        }

        if (_isRepeated && _rows.FindReservation(reservationId) is { } before)
        {
            return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, before.Quantity);
        }

        var month = _counters.StartMonth(token);
        if (TokenAdmissionPolicy.Evaluate(token, request, _now, month) is { } refusal)
        {
            return refusal;
        }

        var (least, wanted) = request.Quantity is { } asked
            ? (asked, asked)
            : _rows.Policy.GetQuantities(token.ResellerId, request.Converter);
        if (token.GetRemaining(month) is { } remaining)
        {
            if (remaining < least)
            {
                return new ReserveResult.LimitReached(
                    token.UsageLimit!.Value, token.LimitPeriod == LimitPeriod.Month ? month.AddMonths(1) : null);
            }

            // A limit's last conversions stay usable even if such requests have cost more before.
            wanted = Math.Min(wanted, remaining);
        }

        if (token.IsPrepaid)
        {
            var covered = _counters.GetCustomer(token).GetCoverage(request.Converter, _now);
            if (covered < least)
            {
                return new ReserveResult.CoverageUnknown(
                    new CoverageQuestion(token.ResellerId, token.CustomerId, request.Converter, token.Environment, least));
            }

            wanted = Math.Min(wanted, covered);
        }

        var parts = _counters.Allocate(token.ResellerId, wanted, _now);
        var quantity = 0L;
        foreach (var (_, part) in parts)
        {
            quantity += part;
        }

        if (quantity < least)
        {
            return new ReserveResult.CreditsExhausted();
        }

        _counters.Hold(token, parts, quantity);
        var reservation = new Reservation
        {
            Id = reservationId,
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            Converter = request.Converter,
            Quantity = quantity,
            Parts = parts.ConvertAll(static p => new LotPart(p.Lot.Id, p.Quantity)),
            CreatedAtUtc = _now,
        };
        _held.Add(reservation);
        _rows.Add(reservation);
        return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, quantity);
    }

    public SettleResult Settle(SettleRequest request)
    {
        if (_rows.FindReservation(request.ReservationId) is not { } reservation)
        {
            return _settledBefore.TryGetValue(request.ReservationId, out var earlier)
                ? new SettleResult.Recorded(earlier.Sequence, earlier.Quantity)
                : new SettleResult.Gone();
        }

        _counters.Release(reservation);
        _ended.Add(reservation);
        _rows.Remove(reservation);
        var quantity = request.Quantity ?? reservation.Quantity;
        if (quantity == 0)
        {
            return new SettleResult.Released();
        }

        var token = _counters.GetToken(reservation.TokenId);
        var fact = new UsageFact(
            token.Id,
            _now,
            reservation.Converter,
            quantity,
            UsageSource.Gateway,
            reservation.Id,
            request.Reference,
            IsUnconfirmed: request.Quantity is null);
        var entry = _posting.Append(token, fact, reservation.Parts);
        _rows.Policy.Raise(token.ResellerId, fact.Converter, quantity);
        _settledBefore[reservation.Id] = (entry.Sequence, quantity);
        return new SettleResult.Recorded(entry.Sequence, quantity);
    }

    /// <summary>Writes the changes of all commands; the caller commits the transaction.</summary>
    public async Task WriteAsync()
    {
        await _rows.Database.InsertManyAsync(_rows.Db, _held, default);
        await _rows.Database.DeleteManyAsync(_rows.Db, _ended, default);
        await _posting.WriteAsync(default);
    }

    /// <summary>Loads the reservations to settle, and locks the tokens of all commands.</summary>
    private static async Task<List<Reservation>> LoadReservationsAsync(
        LedgerRowCache rows,
        HashSet<HashKey> hashes,
        HashSet<Guid> reservationIds)
    {
        await rows.LoadReservationsAsync(reservationIds);
        var reservations = FindReservations(rows, reservationIds);
        await rows.LoadTokensAsync(hashes, [.. reservations.Select(r => r.TokenId).Distinct()]);
        if (rows.Database.Dialect.HasRowLocks && reservations.Count > 0)
        {
            // The tokens' locks ensure that only one transaction settles a reservation.
            await rows.ReloadReservationsAsync(reservationIds);
            reservations = FindReservations(rows, reservationIds);
        }

        return reservations;
    }

    /// <summary>The token with this secret, or with this previous secret while that is still valid.</summary>
    private ApiToken? FindToken(byte[] secretHash) =>
        _rows.FindToken(secretHash) is { } token
            && (token.SecretHash.AsSpan().SequenceEqual(secretHash) || token.PreviousSecretEndsAtUtc > _now)
            ? token
            : null;

    private static List<Reservation> FindReservations(LedgerRowCache rows, IEnumerable<Guid> ids) =>
        [.. ids.Select(rows.FindReservation).OfType<Reservation>()];
}
