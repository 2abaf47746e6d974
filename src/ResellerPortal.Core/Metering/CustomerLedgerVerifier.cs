using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>Totals of all customers' entries.</summary>
internal sealed class LedgerTotals
{
    public long Entries { get; set; }

    public Dictionary<Guid, long> UsedByToken { get; } = [];

    /// <summary>By token with a monthly limit: usage recorded before the current limit month, and corrections of such usage.</summary>
    public Dictionary<Guid, long> UsedBeforeMonth { get; } = [];

    public Dictionary<Guid, long> UsedByLot { get; } = [];

    /// <summary>Customers some of whose entries were not read, so that nothing can be said about what they add up to.</summary>
    public Dictionary<CustomerId, ResellerId> Partial { get; } = [];

    public static void Add(Dictionary<Guid, long> sums, Guid key, long quantity) => sums[key] = sums.GetValueOrDefault(key) + quantity;
}

/// <summary>Verifies one customer's entries, read in ascending sequence.</summary>
internal sealed class CustomerLedgerVerifier(
    Customer customer,
    TimeZoneInfo zone,
    IReadOnlyDictionary<Guid, ApiToken> tokens,
    LedgerTotals totals,
    List<string> faults,
    List<string> unverified)
{
    private readonly Dictionary<(DateOnly Day, Guid TokenId, string Converter, long UnitCostMicros), (long Entries, long Quantity,
    long CostMicros)> _rollups = [];
    private byte[] _head = LedgerHash.Genesis;
    private long _last;
    private long _usedInMonth;

    public void Read(LedgerEntry entry, IReadOnlyList<LotDraw> draws)
    {
        if (entry.Sequence != _last + 1)
        {
            faults.Add($"{customer.Name}: entry {_last + 1} is missing; the next is {entry.Sequence}.");
        }

        if (!entry.PreviousHash.AsSpan().SequenceEqual(_head) || !LedgerHash.Compute(entry).AsSpan().SequenceEqual(entry.Hash))
        {
            faults.Add($"{customer.Name}: the chain breaks at entry {entry.Sequence}.");
        }

        if (draws.Sum(d => d.Quantity) != entry.Quantity || !LedgerHash.Commit(draws).AsSpan().SequenceEqual(entry.CostCommitment))
        {
            faults.Add($"{customer.Name}: the lot draws of entry {entry.Sequence} do not match its cost commitment.");
        }

        if (draws.Any(d => d.RecordedAtUtc != entry.RecordedAtUtc))
        {
            faults.Add($"{customer.Name}: the lot draws of entry {entry.Sequence} are of another instant than the entry.");
        }

        Sum(entry, draws);
        (_head, _last) = (entry.Hash, entry.Sequence);
    }

    /// <summary>Goes on behind entries whose archive was not given.</summary>
    public void Skip(ArchivedRange range)
    {
        if (range.FirstSequence != _last + 1 || !range.PreviousHash.AsSpan().SequenceEqual(_head))
        {
            faults.Add($"{customer.Name}: the archived entries from {range.FirstSequence} on do not follow from entry {_last}.");
        }

        unverified.Add(
            $"{customer.Name}: entries {range.FirstSequence} to {range.LastSequence} are in "
                + $"{ArchiveFolder.GetFileName(ArchiveKind.Ledger, range.Month)}, which was not given; "
                + $"the chain is verified from entry {range.LastSequence + 1} on, and what the entries add up to is not.");
        totals.Partial[customer.Id] = customer.ResellerId;
        (_head, _last) = (range.LastHash, range.LastSequence);
    }

    public void Finish(IReadOnlyList<UsageRollup> stored)
    {
        if (customer.LastSequence != _last || !customer.ChainHead.AsSpan().SequenceEqual(_head))
        {
            faults.Add(
                $"{customer.Name}: the account's chain head at entry {customer.LastSequence} does not match the ledger's end at {_last}.");
        }

        if (totals.Partial.ContainsKey(customer.Id))
        {
            return;
        }

        if (customer.UsedInMonth != _usedInMonth)
        {
            faults.Add(
                $"{customer.Name}: the account counts {customer.UsedInMonth} conversions this month, "
                    + $"but its entries add up to {_usedInMonth}.");
        }

        var found = stored.ToDictionary(r => (r.Day, r.TokenId, r.Converter, r.UnitCostMicros), r => (r.Entries, r.Quantity, r.CostMicros));
        faults.AddRange(_rollups.Keys.Union(found.Keys)
            .Where(key => _rollups.GetValueOrDefault(key) != found.GetValueOrDefault(key))
            .Select(key => $"{customer.Name}: the daily usage of {key.Day:yyyy-MM-dd}, {key.Converter}, differs from its entries."));
    }

    private void Sum(LedgerEntry entry, IReadOnlyList<LotDraw> draws)
    {
        totals.Entries++;
        LedgerTotals.Add(totals.UsedByToken, entry.TokenId, entry.Quantity);
        var recordedIn = BillingPeriod.Containing(entry.RecordedAtUtc, zone).FirstDay;
        if (tokens[entry.TokenId].LimitMonth is { } limitMonth
            && (recordedIn < limitMonth || (entry.Kind == EntryKind.Correction && zone.GetDay(entry.OccurredAtUtc) < limitMonth)))
        {
            LedgerTotals.Add(totals.UsedBeforeMonth, entry.TokenId, entry.Quantity);
        }

        if (customer.UsageMonth is { } usageMonth && recordedIn == usageMonth)
        {
            _usedInMonth += entry.Quantity;
        }

        var entries = 1;
        foreach (var draw in draws.OrderBy(d => d.LotId))
        {
            LedgerTotals.Add(totals.UsedByLot, draw.LotId, draw.Quantity);
            var key = (zone.GetDay(entry.OccurredAtUtc), entry.TokenId, entry.Converter, draw.UnitCostMicros);
            var sum = _rollups.GetValueOrDefault(key);
            _rollups[key] = (sum.Entries + entries, sum.Quantity + draw.Quantity, sum.CostMicros + draw.CostMicros);
            entries = 0;
        }
    }
}
