using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The locked rows of one transaction of meter commands, and the rules that move them.</summary>
internal sealed class MeterBatch
{
    private readonly LedgerRows _rows;
    private readonly DateTimeOffset _now;
    private readonly LedgerBook _book;
    private readonly Dictionary<HashKey, ApiToken> _tokensByHash = [];
    private readonly Dictionary<Guid, Reservation> _reservations;
    private readonly HashSet<Guid> _heldBefore;
    private readonly Dictionary<Guid, (long Sequence, long Quantity)> _settledBefore;
    private readonly List<Reservation> _made = [];
    private readonly List<Reservation> _ended = [];

    private MeterBatch(
        LedgerRows rows,
        DateTimeOffset now,
        LedgerBook book,
        Dictionary<Guid, Reservation> reservations,
        HashSet<Guid> heldBefore,
        Dictionary<Guid, (long, long)> settledBefore)
    {
        (_rows, _now, _book, _reservations, _heldBefore, _settledBefore) = (rows, now, book, reservations, heldBefore, settledBefore);
        foreach (var token in book.Tokens)
        {
            _tokensByHash[new HashKey(token.SecretHash)] = token;
            if (token.FormerSecretHash is { } former && token.FormerSecretEndsAtUtc > now)
            {
                _tokensByHash[new HashKey(former)] = token;
            }
        }
    }

    /// <param name="isRepeated">Whether the batch may have been committed before without an answer.</param>
    public static async Task<MeterBatch> LoadAsync(LedgerRows rows, IReadOnlyList<MeterCommand> commands, DateTimeOffset now, bool isRepeated)
    {
        var reserves = commands.OfType<ReserveCommand>().ToList();
        Guid[] settleIds = [.. commands.OfType<SettleCommand>().Select(c => c.Request.ReservationId).Distinct()];
        Guid[] reservationIds = isRepeated ? [.. settleIds, .. reserves.Select(c => c.ReservationId)] : settleIds;

        var reservations = await rows.ReservationsAsync(reservationIds);
        var tokens = await rows.TokensAsync(reserves.Select(c => c.Request.SecretHash), reservations.Select(r => r.TokenId));
        if (rows.Database.Dialect.HasRowLocks && reservations.Count > 0)
        {
            // Under the tokens' locks a reservation is settled by one transaction only.
            reservations = await rows.ReservationsAgainAsync(reservationIds);
        }

        var book = await LedgerBook.OpenAsync(
            rows, tokens, reservations.Select(r => r.CustomerId).Concat(tokens.Where(t => t.IsPrepaid).Select(t => t.CustomerId)), reservations.SelectMany(r => r.Parts).Select(p => p.LotId), now, now);
        var gone = reservationIds.Except(reservations.Select(r => r.Id)).Select(id => (object?[])[id]);
        var settledBefore = await rows.Database.ReadManyAsync<LedgerEntry>(rows.Db, [nameof(LedgerEntry.RequestId)], gone, isLocking: false, null, default);
        await rows.Policy.LoadAsync(reserves.Where(c => c.Request.Quantity is null).Select(c => c.Request.Converter), book.Resellers, now);
        return new MeterBatch(
            rows,
            now,
            book,
            reservations.ToDictionary(r => r.Id),
            isRepeated ? [.. reservations.Select(r => r.Id).Except(settleIds)] : [],
            settledBefore.ToDictionary(e => e.RequestId, e => (e.Sequence, e.Quantity)));
    }

    public ReserveResult Reserve(Guid reservationId, ReserveRequest request)
    {
        if (!_tokensByHash.TryGetValue(new HashKey(request.SecretHash), out var token))
        {
            return new ReserveResult.UnknownToken();
        }

        if (_heldBefore.Contains(reservationId))
        {
            return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, _reservations[reservationId].Quantity);
        }

        var month = _book.MonthOf(token.ResellerId);
        token.EnterMonth(month);
        if (Admission.Judge(token, request, _now, month) is { } refusal)
        {
            return refusal;
        }

        var (least, wanted) = request.Quantity is { } asked ? (asked, asked) : _rows.Policy.Of(token.ResellerId, request.Converter);
        if (token.RemainingIn(month) is { } remaining)
        {
            if (remaining < least)
            {
                return new ReserveResult.LimitReached(token.UsageLimit!.Value, token.LimitPeriod == LimitPeriod.Month ? month.AddMonths(1) : null);
            }

            // The last conversions of a limit may still be used, though such a request has cost more before.
            wanted = Math.Min(wanted, remaining);
        }

        if (token.IsPrepaid)
        {
            var covered = _book.CustomerOf(token).CoverageOf(request.Converter, _now);
            if (covered < least)
            {
                return new ReserveResult.CoverageUnknown(new CoverageQuestion(token.ResellerId, token.CustomerId, request.Converter, token.Environment, least));
            }

            wanted = Math.Min(wanted, covered);
        }

        var parts = _book.Allocate(token.ResellerId, wanted, _now);
        var quantity = parts.Sum(p => p.Quantity);
        if (quantity < least)
        {
            return new ReserveResult.CreditsExhausted();
        }

        foreach (var (lot, part) in parts)
        {
            lot.Reserved += part;
            _book.Touch(lot);
        }

        _book.Take(token, quantity);
        token.Reserved += quantity;
        token.OpenRequests++;
        token.RateClearsAtUtc = Admission.NextRateInstant(token, _now);
        _book.Touch(token);
        _made.Add(new Reservation
        {
            Id = reservationId,
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            Converter = request.Converter,
            Quantity = quantity,
            Parts = [.. parts.Select(p => new LotPart(p.Lot.Id, p.Quantity))],
            CreatedAtUtc = _now,
        });
        return new ReserveResult.Held(reservationId, token.ResellerId, token.CustomerId, quantity);
    }

    public SettleResult Settle(SettleRequest request)
    {
        if (!_reservations.Remove(request.ReservationId, out var reservation))
        {
            return _settledBefore.TryGetValue(request.ReservationId, out var earlier)
                ? new SettleResult.Recorded(earlier.Sequence, earlier.Quantity)
                : new SettleResult.Gone();
        }

        var token = _book.Token(reservation.TokenId);
        _book.Take(token, -reservation.Quantity);
        token.Reserved -= reservation.Quantity;
        token.OpenRequests--;
        _book.Touch(token);
        foreach (var part in reservation.Parts)
        {
            var lot = _book.Lot(part.LotId);
            lot.Reserved -= part.Quantity;
            _book.Touch(lot);
        }

        _ended.Add(reservation);
        var quantity = request.Quantity ?? reservation.Quantity;
        if (quantity == 0)
        {
            return new SettleResult.Released();
        }

        var fact = new UsageFact(
            token.Id, _now, reservation.Converter, quantity, UsageSource.Gateway, reservation.Id, request.Reference, IsUnconfirmed: request.Quantity is null);
        var entry = _book.Append(token, fact, reservation.Parts);
        _rows.Policy.Raise(token.ResellerId, fact.Converter, quantity);
        _settledBefore[reservation.Id] = (entry.Sequence, quantity);
        return new SettleResult.Recorded(entry.Sequence, quantity);
    }

    /// <summary>Writes what the commands moved; the transaction is the caller's to commit.</summary>
    public async Task WriteAsync()
    {
        await _rows.Database.InsertManyAsync(_rows.Db, _made, default);
        await _rows.Database.DeleteManyAsync(_rows.Db, _ended, default);
        await _book.WriteAsync(default);
        _rows.Note(_made, _ended);
    }
}
