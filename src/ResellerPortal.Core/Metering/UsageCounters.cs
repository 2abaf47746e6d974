using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// The counters of tokens, customers and credit lots in one transaction. All changes go through this class: hold, release, use, return,
/// record, and alert marks. Rows are locked in the order token, customer, lots, and written once.
/// </summary>
internal sealed class UsageCounters
{
    private static readonly string[] TokenColumns =
    [
        nameof(ApiToken.Used),
        nameof(ApiToken.Reserved),
        nameof(ApiToken.LimitMonth),
        nameof(ApiToken.UsedBeforeMonth),
        nameof(ApiToken.OpenRequests),
        nameof(ApiToken.RateClearsAtUtc),
        nameof(ApiToken.AlertedPercent),
        nameof(ApiToken.LastUsedAtUtc),
    ];

    private static readonly string[] CustomerColumns =
    [
        nameof(Customer.LastSequence),
        nameof(Customer.ChainHead),
        nameof(Customer.UsageMonth),
        nameof(Customer.UsedInMonth),
        nameof(Customer.AlertedPercent),
        nameof(Customer.ConversionsConsumed),
        nameof(Customer.Reserved),
    ];

    private static readonly string[] LotColumns = [nameof(CreditLot.Used), nameof(CreditLot.Reserved), nameof(CreditLot.AlertedPercent)];

    private readonly LedgerRowCache _rows;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _earliest;
    private readonly HashSet<RowKey> _heldLots;
    private readonly Dictionary<ResellerId, DateOnly> _today;
    private readonly HashSet<ApiToken> _tokens = [];
    private readonly HashSet<Customer> _customers = [];
    private readonly HashSet<CreditLot> _lots = [];

    private UsageCounters(
        LedgerRowCache rows,
        IEnumerable<ResellerId> resellers,
        HashSet<RowKey> heldLots,
        DateTimeOffset earliest,
        DateTimeOffset now)
    {
        (_rows, _heldLots, _earliest, _now) = (rows, heldLots, earliest, now);
        _today = resellers.ToDictionary(id => id, id => rows.GetReseller(id).Zone.GetDay(now));
    }

    public IReadOnlyCollection<ResellerId> Resellers => _today.Keys;

    /// <summary>Locks and reads the rows that usage of these tokens changes.</summary>
    /// <param name="heldLots">Lots needed even if expired or full.</param>
    /// <param name="earliest">The time of the oldest usage to be recorded.</param>
    public static async Task<UsageCounters> LoadAsync(
        LedgerRowCache rows,
        LedgerKeys keys,
        HashSet<RowKey> heldLots,
        DateTimeOffset earliest,
        DateTimeOffset now)
    {
        await rows.LockAsync(keys);
        await rows.LockLotsAsync(heldLots);
        var resellers = keys.Resellers;
        var counters = new UsageCounters(rows, resellers, heldLots, earliest, now);
        foreach (var reseller in resellers)
        {
            if (counters.FindLastLot(reseller) is null)
            {
                // No lot has capacity left, but an overrun that has happened must still be drawn from the newest one.
                var newest = await rows.Db.CreditLots
                    .Where(l => l.ResellerId == reseller)
                    .OrderByDescending(l => l.ExpiresAtUtc)
                    .Select(l => new RowKey(l.ResellerId, l.Id))
                    .Take(1)
                    .ToListAsync();
                await rows.LockLotsAsync(newest);
                heldLots.UnionWith(newest);
            }
        }

        return counters;
    }

    /// <summary>Today in the reseller's time zone.</summary>
    public DateOnly GetToday(ResellerId reseller) => _today[reseller];

    public ApiToken GetToken(Guid id) => _rows.GetToken(id);

    public Customer GetCustomer(ApiToken token) => _rows.GetCustomer(token.CustomerId);

    /// <summary>Moves monthly counters to the current month; they count what is recorded in it.</summary>
    /// <returns>First day of the current month.</returns>
    public DateOnly StartMonth(ApiToken token)
    {
        var month = BillingPeriod.Containing(_today[token.ResellerId]).FirstDay;
        token.StartMonth(month);
        return month;
    }

    /// <summary>
    /// Allocates a quantity to the lots valid at an instant, first-expiring first; less than requested if they have too little left.
    /// </summary>
    public List<(CreditLot Lot, long Quantity)> Allocate(ResellerId reseller, long quantity, DateTimeOffset at)
    {
        var parts = new List<(CreditLot, long)>(1);
        foreach (var lot in _rows.GetOpenLots(reseller))
        {
            var part = lot.IsValidAt(at) ? Math.Min(lot.Available, quantity) : 0;
            if (part > 0)
            {
                parts.Add((lot, part));
                quantity -= part;
            }

            if (quantity == 0)
            {
                break;
            }
        }

        return parts;
    }

    /// <summary>What the lots of a reseller have left.</summary>
    /// <param name="isReservedIncluded">Whether to include what requests in flight hold.</param>
    public long GetLeft(ResellerId reseller, bool isReservedIncluded = false)
    {
        var left = 0L;
        foreach (var lot in _rows.GetOpenLots(reseller))
        {
            if (lot.IsValidAt(_now))
            {
                left += lot.Available + (isReservedIncluded ? lot.Reserved : 0);
            }
        }

        return left;
    }

    /// <summary>
    /// How many more conversions a customer with requests in flight may hold. If it has neighbors, all of its requests hold at most half of
    /// what the lots have left together with what it holds, so that the neighbors can always go on.
    /// </summary>
    public long GetShareLeft(ApiToken token)
    {
        var (left, held) = (GetLeft(token.ResellerId), GetCustomer(token).Reserved);
        return _rows.HasSeveralCustomers(token.ResellerId) ? Math.Max(0, ((left + held) / 2) - held) : left;
    }

    /// <summary>Reserves the allocated quantity for a request that starts now.</summary>
    public void Hold(ApiToken token, List<(CreditLot Lot, long Quantity)> parts, long quantity)
    {
        token.OpenRequests++;
        token.RateClearsAtUtc = TokenAdmissionPolicy.GetNextRateInstant(token, _now);
        token.LastUsedAtUtc = _now;
        HoldMore(token, parts, quantity);
    }

    /// <summary>Reserves a further quantity for a request in flight.</summary>
    public void HoldMore(ApiToken token, List<(CreditLot Lot, long Quantity)> parts, long quantity)
    {
        foreach (var (lot, part) in parts)
        {
            lot.Reserved += part;
            _lots.Add(lot);
        }

        Reserve(token, quantity);
    }

    /// <summary>Releases a reservation; charged conversions are used again by its ledger entry.</summary>
    public void Release(Reservation reservation)
    {
        var token = _rows.GetToken(reservation.TokenId);
        foreach (var part in reservation.Parts)
        {
            var lot = _rows.GetLot(part.LotId);
            lot.Reserved -= part.Quantity;
            _lots.Add(lot);
        }

        Reserve(token, -reservation.Quantity);
        token.OpenRequests--;
    }

    /// <summary>
    /// Uses a quantity: first from the preferred lots up to what they held, then from other lots, then as overrun on the last lot.
    /// </summary>
    /// <param name="isOverrun">
    /// Whether the usage exceeded the lots, the token's limit, or what a prepaid balance is known to cover. What was held never does, even
    /// if a charge before it used up the limit.
    /// </param>
    public List<(CreditLot Lot, long Quantity)> Use(
        ApiToken token,
        long quantity,
        DateTimeOffset at,
        IReadOnlyList<LotPart> preferred,
        out bool isOverrun)
    {
        var isOverHeld = quantity > preferred.Sum(part => part.Quantity);
        var isOverLimit = token.GetRemaining(StartMonth(token)) < quantity;
        ConsumeCoverage(token, quantity);
        var isOverBalance = token.IsPrepaid && preferred.Count > 0 && GetCustomer(token).IsBeyondCoverage;
        var parts = Draw(token.ResellerId, quantity, at, preferred, out var isOverdrawn);
        isOverrun = isOverdrawn || (isOverHeld && (isOverLimit || isOverBalance));
        return parts;
    }

    /// <summary>Returns usage to the lots, last drawn first.</summary>
    public List<(CreditLot Lot, long Quantity)> Return(long quantity, IReadOnlyList<LotPart> drawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>(1);
        foreach (var (lotId, used) in drawn.Reverse())
        {
            quantity += Draw(parts, _rows.GetLot(lotId), -Math.Min(used, quantity));
        }

        return quantity == 0 ? parts : throw new InvalidOperationException("Cannot return more than was drawn.");
    }

    /// <summary>Counts a ledger entry for its token and customer, and advances the customer's chain head.</summary>
    public void Record(ApiToken token, LedgerEntry entry)
    {
        var customer = GetCustomer(token);
        var month = StartMonth(token);
        if (customer.UsageMonth is null || customer.UsageMonth < month)
        {
            (customer.UsageMonth, customer.UsedInMonth, customer.AlertedPercent) = (month, 0, 0);
        }

        customer.LastSequence = entry.Sequence;
        customer.ChainHead = entry.Hash;
        customer.UsedInMonth += entry.Quantity;
        token.Used += entry.Quantity;
        if (entry.Kind == EntryKind.Usage && !(token.LastUsedAtUtc >= entry.OccurredAtUtc))
        {
            token.LastUsedAtUtc = entry.OccurredAtUtc;
        }

        if (token.LimitMonth is { } counted
            && entry.Kind == EntryKind.Correction
            && _rows.GetReseller(entry.ResellerId).Zone.GetDay(entry.OccurredAtUtc) < counted)
        {
            // What an earlier month did not cost makes this month's limit no larger.
            token.UsedBeforeMonth += entry.Quantity;
        }

        _customers.Add(customer);
        _tokens.Add(token);
    }

    /// <inheritdoc cref="UsageThresholds.Mark"/>
    public IEnumerable<UsageAlert> Alert(ApiToken token) =>
        UsageThresholds.Mark(token, GetCustomer(token), _lots.Where(lot => lot.ResellerId == token.ResellerId), StartMonth(token), _now);

    /// <summary>Adds writes of the changed counters.</summary>
    public void Write(RowBatch batch)
    {
        batch.Update(_tokens, TokenColumns);
        batch.Update(_customers, CustomerColumns);
        batch.Update(_lots, LotColumns);
    }

    /// <summary>Counts a quantity as held by a token and its customer; negative releases it.</summary>
    private void Reserve(ApiToken token, long quantity)
    {
        var customer = GetCustomer(token);
        ConsumeCoverage(token, quantity);
        token.Reserved += quantity;
        customer.Reserved += quantity;
        _tokens.Add(token);
        _customers.Add(customer);
    }

    /// <summary>Consumes a prepaid customer's covered quantity; negative returns it.</summary>
    private void ConsumeCoverage(ApiToken token, long quantity)
    {
        if (token.IsPrepaid)
        {
            var customer = GetCustomer(token);
            customer.ConversionsConsumed += quantity;
            _customers.Add(customer);
        }
    }

    private List<(CreditLot Lot, long Quantity)> Draw(
        ResellerId reseller,
        long quantity,
        DateTimeOffset at,
        IReadOnlyList<LotPart> preferred,
        out bool isOverdrawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>(1);
        foreach (var (lotId, held) in preferred)
        {
            quantity -= Draw(parts, _rows.GetLot(lotId), Math.Min(held, quantity));
        }

        if (quantity > 0)
        {
            foreach (var (lot, available) in Allocate(reseller, quantity, at))
            {
                quantity -= Draw(parts, lot, available);
            }
        }

        isOverdrawn = quantity > 0;
        if (isOverdrawn)
        {
            var last = parts.Count > 0 ? parts[^1].Lot : FindLastLot(reseller)
                ?? throw new InvalidOperationException("Usage cannot be recorded until the reseller has a credit lot.");
            Draw(parts, last, quantity);
        }

        return parts;
    }

    /// <returns>The drawn quantity.</returns>
    private long Draw(List<(CreditLot Lot, long Quantity)> parts, CreditLot lot, long quantity)
    {
        if (quantity == 0)
        {
            return 0;
        }

        lot.Used += quantity;
        _lots.Add(lot);
        var known = parts.FindIndex(p => p.Lot == lot);
        if (known < 0)
        {
            parts.Add((lot, quantity));
        }
        else
        {
            parts[known] = (lot, parts[known].Quantity + quantity);
        }

        return quantity;
    }

    private CreditLot? FindLastLot(ResellerId reseller) =>
        _rows.GetOpenLots(reseller).LastOrDefault(
            lot => (lot.ExpiresAtUtc > _earliest && lot.ValidFromUtc <= _now) || _heldLots.Contains(new RowKey(lot.ResellerId, lot.Id)));
}
