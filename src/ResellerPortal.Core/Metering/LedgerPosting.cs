using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>One usage that happened.</summary>
public sealed record UsageFact(
    Guid TokenId,
    DateTimeOffset OccurredAtUtc,
    string Converter,
    long Quantity,
    UsageSource Source,
    Guid RequestId,
    string? Reference = null,
    bool IsUnconfirmed = false);

/// <summary>
/// The only code that writes ledger entries: number, chain, lot draws, counters, rollups and alerts move together, on rows
/// locked in the order token, customer, lots. What it moves is gathered and written at once.
/// </summary>
internal sealed class LedgerPosting
{
    private static readonly string[] TokenCounters =
    [
        nameof(ApiToken.Used), nameof(ApiToken.Reserved), nameof(ApiToken.LimitMonth), nameof(ApiToken.UsedBeforeMonth),
        nameof(ApiToken.OpenRequests), nameof(ApiToken.RateClearsAtUtc), nameof(ApiToken.AlertedPercent),
    ];

    private static readonly string[] CustomerCounters =
        [
            nameof(Customer.LastSequence),
            nameof(Customer.ChainHead),
            nameof(Customer.UsageMonth),
            nameof(Customer.UsedInMonth),
            nameof(Customer.AlertedPercent),
            nameof(Customer.ConversionsConsumed),
        ];

    private static readonly string[] LotCounters = [nameof(CreditLot.Used), nameof(CreditLot.Reserved), nameof(CreditLot.AlertedPercent)];
    private static readonly string[] RollupSums = [
        nameof(UsageRollup.Entries), nameof(UsageRollup.Quantity), nameof(UsageRollup.CostMicros),
    ];
    private static readonly string[] PeakMaxima = [nameof(ConverterPeak.Highest)];

    private const int SaltSize = 16;

    private readonly LedgerRowCache _rows;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<ResellerId, DateOnly> _today;
    private readonly CreditLotAllocator _allocator;
    private readonly HashSet<ApiToken> _touchedTokens = [];
    private readonly HashSet<Customer> _touchedCustomers = [];
    private readonly HashSet<CreditLot> _touchedLots = [];
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<LotDraw> _draws = [];
    private readonly RollupAccumulator _rollups = new();
    private readonly List<UsageAlert> _alerts = [];

    private LedgerPosting(LedgerRowCache rows, DateTimeOffset now, Dictionary<ResellerId, DateOnly> today, CreditLotAllocator allocator) =>
        (_rows, _now, _today, _allocator) = (rows, now, today, allocator);

    public IReadOnlyCollection<ResellerId> Resellers => _today.Keys;

    /// <summary>Locks and reads what usages of these tokens need. The tokens are among the rows already.</summary>
    /// <param name="customerIds">Customers who get entries.</param>
    /// <param name="heldLotIds">Lots that must be at hand although they may be expired or full.</param>
    /// <param name="earliest">The oldest usage that will be appended.</param>
    public static async Task<LedgerPosting> OpenAsync(
        LedgerRowCache rows,
        IEnumerable<ApiToken> tokens,
        IEnumerable<CustomerId> customerIds,
        HashSet<Guid> heldLotIds,
        DateTimeOffset earliest,
        DateTimeOffset now)
    {
        ResellerId[] resellerIds = [.. tokens.Select(t => t.ResellerId).Distinct()];
        await rows.LoadCustomersAsync(customerIds);
        await rows.LoadResellersAsync(resellerIds);
        return new LedgerPosting(
            rows,
            now,
            resellerIds.ToDictionary(id => id, id => rows.GetReseller(id).Zone.GetDay(now)),
            await CreditLotAllocator.LoadAsync(rows, resellerIds, heldLotIds, earliest, now));
    }

    /// <summary>First day of a reseller's present month.</summary>
    public DateOnly GetMonth(ResellerId reseller) => BillingPeriod.Containing(_today[reseller]).FirstDay;

    public ApiToken GetToken(Guid id) => _rows.GetToken(id);

    public CreditLot GetLot(Guid id) => _allocator[id];

    public Customer GetCustomer(ApiToken token) => _rows.GetCustomer(token.CustomerId);

    /// <summary>Counts conversions against what a prepaid customer's balance covers; negative to give them back.</summary>
    public void ConsumeCoverage(ApiToken token, long quantity)
    {
        if (token.IsPrepaid)
        {
            var customer = GetCustomer(token);
            customer.ConversionsConsumed += quantity;
            _touchedCustomers.Add(customer);
        }
    }

    /// <inheritdoc cref="CreditLotAllocator.Allocate"/>
    public List<(CreditLot Lot, long Quantity)> Allocate(ResellerId reseller, long quantity, DateTimeOffset at) =>
        _allocator.Allocate(reseller, quantity, at);

    /// <summary>Marks a token whose counters the caller moved.</summary>
    public void Touch(ApiToken token) => _touchedTokens.Add(token);

    /// <summary>Marks a lot whose counters the caller moved.</summary>
    public void Touch(CreditLot lot) => _touchedLots.Add(lot);

    /// <summary>Appends one usage. What neither the preferred lots nor the others hold is an overrun on the last of them.</summary>
    public LedgerEntry Append(ApiToken token, UsageFact fact, IReadOnlyList<LotPart> preferredLots)
    {
        var parts = _allocator.Draw(token.ResellerId, fact.Quantity, fact.OccurredAtUtc, preferredLots, out var isOverdrawn);
        var month = StartMonth(token);
        var isOverLimit = token.UsageLimit is { } limit && token.GetUsed(month) + fact.Quantity > limit;
        var flags = (isOverdrawn || isOverLimit
            ? EntryFlags.Overrun
            : EntryFlags.None) | (fact.IsUnconfirmed ? EntryFlags.Unconfirmed : EntryFlags.None);
        ConsumeCoverage(token, fact.Quantity);
        var entry = AddEntry(token, EntryKind.Usage, fact, flags, corrects: null, parts);
        _rollups.Raise(token.ResellerId, fact.Converter, DateOnly.FromDateTime(fact.OccurredAtUtc.UtcDateTime), fact.Quantity);
        Alert(token, month);
        return entry;
    }

    /// <summary>Appends a correction of an earlier entry: back to the lots it was drawn from, or drawn from them as well.</summary>
    /// <param name="change">Conversions added; negative to take back.</param>
    /// <param name="drawn">What the corrected entry and its corrections so far drew, by lot.</param>
    public LedgerEntry Correct(ApiToken token, LedgerEntry original, long change, string reason, IReadOnlyList<LotPart> drawn)
    {
        StartMonth(token);
        ConsumeCoverage(token, Math.Max(0, change));
        var parts = change < 0
            ? _allocator.GiveBack(-change, drawn)
            : _allocator.Draw(token.ResellerId, change, original.OccurredAtUtc, [], out _);
        var fact = new UsageFact(
            token.Id, original.OccurredAtUtc, original.Converter, change, UsageSource.Manual, Guid.CreateVersion7(_now), reason);
        return AddEntry(token, EntryKind.Correction, fact, EntryFlags.None, original.Sequence, parts);
    }

    /// <summary>Writes what was moved; the transaction is the caller's to commit.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _rows.Database.InsertManyAsync(_rows.Db, _entries, cancellationToken);
        await _rows.Database.InsertManyAsync(_rows.Db, _draws, cancellationToken);
        await _rows.Database.MergeManyAsync(_rows.Db, _rollups.Rollups, RollupSums, [], cancellationToken);
        await _rows.Database.MergeManyAsync(_rows.Db, _rollups.Peaks, [], PeakMaxima, cancellationToken);
        await _rows.Database.InsertManyAsync(_rows.Db, _alerts, cancellationToken);
        await _rows.Database.UpdateManyAsync(_rows.Db, _touchedTokens, TokenCounters, cancellationToken);
        await _rows.Database.UpdateManyAsync(_rows.Db, _touchedCustomers, CustomerCounters, cancellationToken);
        await _rows.Database.UpdateManyAsync(_rows.Db, _touchedLots, LotCounters, cancellationToken);
    }

    private LedgerEntry AddEntry(
        ApiToken token,
        EntryKind kind,
        UsageFact fact,
        EntryFlags flags,
        long? corrects,
        List<(CreditLot Lot, long Quantity)> parts)
    {
        var customer = GetCustomer(token);
        var sequence = customer.LastSequence + 1;
        var draws = new List<LotDraw>(parts.Count);
        foreach (var (lot, quantity) in parts)
        {
            _touchedLots.Add(lot);
            draws.Add(new LotDraw
            {
                ResellerId = token.ResellerId,
                CustomerId = customer.Id,
                Sequence = sequence,
                LotId = lot.Id,
                Quantity = quantity,
                CostMicros = (lot.UnitCost * quantity).Micros,
                UnitCostMicros = lot.UnitCostMicros,
                Currency = lot.Currency,
                Salt = _rows.Random.GetBytes(SaltSize),
            });
        }

        var entry = new LedgerEntry
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = sequence,
            Kind = kind,
            OccurredAtUtc = fact.OccurredAtUtc,
            RecordedAtUtc = _now,
            TokenId = token.Id,
            Environment = token.Environment,
            Converter = fact.Converter,
            Quantity = fact.Quantity,
            Source = fact.Source,
            RequestId = fact.RequestId,
            Reference = fact.Reference,
            Flags = flags,
            CorrectsSequence = corrects,
            CostCommitment = LedgerHash.Commit(draws),
            PreviousHash = customer.ChainHead,
        };
        entry.Hash = LedgerHash.Compute(entry);
        customer.LastSequence = sequence;
        customer.ChainHead = entry.Hash;
        customer.UsedInMonth += entry.Quantity;
        token.Used += entry.Quantity;
        _touchedCustomers.Add(customer);
        _touchedTokens.Add(token);
        _entries.Add(entry);
        _draws.AddRange(draws);
        _rollups.Add(
            entry,
            entry.OccurredAtUtc == _now ? _today[entry.ResellerId] : _rows.GetReseller(entry.ResellerId).Zone.GetDay(entry.OccurredAtUtc),
            draws);
        return entry;
    }

    /// <summary>Limits and budgets of a month count what is recorded in it.</summary>
    private DateOnly StartMonth(ApiToken token)
    {
        var month = GetMonth(token.ResellerId);
        token.StartMonth(month);
        var customer = GetCustomer(token);
        if (customer.UsageMonth is null || customer.UsageMonth < month)
        {
            (customer.UsageMonth, customer.UsedInMonth, customer.AlertedPercent) = (month, 0, 0);
        }

        return month;
    }

    private void Alert(ApiToken token, DateOnly month)
    {
        var customer = GetCustomer(token);
        if (token.UsageLimit is { } limit
            && UsageAlert.Reached(token.GetUsed(month), limit) is var ofToken
            && ofToken > token.AlertedPercent)
        {
            token.AlertedPercent = ofToken;
            _alerts.Add(New(
                AlertSubject.Token,
                token.Id,
                $"token {token.Environment} (…{token.SecretEnding}) of {customer.Name}",
                token.LimitPeriod == LimitPeriod.Month ? month : null,
                ofToken,
                token.GetUsed(month),
                limit));
        }

        if (customer.MonthlyBudget is { } budget
            && UsageAlert.Reached(customer.UsedInMonth, budget) is var ofBudget
            && ofBudget > customer.AlertedPercent)
        {
            customer.AlertedPercent = ofBudget;
            _alerts.Add(New(
                AlertSubject.CustomerBudget,
                customer.Id.Value,
                $"the monthly budget of {customer.Name}",
                month,
                ofBudget,
                customer.UsedInMonth,
                budget));
        }

        foreach (var lot in _touchedLots)
        {
            if (lot.ResellerId == token.ResellerId
                && UsageAlert.Reached(lot.Used, lot.Conversions) is var ofLot
                && ofLot > lot.AlertedPercent)
            {
                lot.AlertedPercent = ofLot;
                _alerts.Add(New(AlertSubject.Lot, lot.Id, $"the lot {lot.PlanName}", null, ofLot, lot.Used, lot.Conversions));
            }
        }

        UsageAlert New(AlertSubject subject, Guid id, string name, DateOnly? counted, int percent, long used, long of) => new()
        {
            Id = Guid.CreateVersion7(_now),
            ResellerId = token.ResellerId,
            CustomerId = subject == AlertSubject.Lot ? null : customer.Id,
            Subject = subject,
            SubjectId = id,
            SubjectName = name,
            Month = counted,
            Percent = percent,
            Used = used,
            Limit = of,
            AtUtc = _now,
        };
    }
}
