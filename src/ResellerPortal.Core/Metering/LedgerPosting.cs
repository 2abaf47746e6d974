using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>One occurrence of usage.</summary>
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
/// The only code that creates ledger entries: number, chain, lot draws, rollups and alerts, with the counters they change. Everything is
/// collected and written together in the transaction that locked the counters' rows.
/// </summary>
internal sealed class LedgerPosting(LedgerRowCache rows, UsageCounters counters, DateTimeOffset now)
{
    private const int SaltSize = 16;
    private const string ConfirmedReason = "Actual cost";

    private static readonly string[] RollupSums =
        [nameof(UsageRollup.Entries), nameof(UsageRollup.Quantity), nameof(UsageRollup.CostMicros)];

    private static readonly string[] WorstMaxima = [nameof(WorstCost.PerFile), nameof(WorstCost.PerRequest)];

    private readonly List<LedgerEntry> _entries = [];
    private readonly List<LotDraw> _draws = [];
    private readonly RollupAccumulator _rollups = new();
    private readonly List<UsageAlert> _alerts = [];

    /// <summary>
    /// Appends the usage that a reservation was held for. A charge above what was held is an alert if it is an overrun, as it always is
    /// above the operator's ceiling.
    /// </summary>
    public LedgerEntry Append(ApiToken token, UsageFact fact, Reservation reservation)
    {
        var entry = Append(token, fact, reservation.Parts, IsAboveCeiling(token, fact.Converter, fact.Quantity));
        if (!fact.IsUnconfirmed)
        {
            Raise(
                token.ResellerId,
                fact.Converter,
                ReserveQuantityPolicy.DivideUp(fact.Quantity, reservation.Files),
                fact.Quantity);
        }

        if (entry.Flags.HasFlag(EntryFlags.Overrun))
        {
            _alerts.Add(CreateOverrunAlert(token, fact.Converter, fact.Quantity, reservation.Quantity));
        }

        return entry;
    }

    /// <summary>Appends one usage. Quantity that exceeds the preferred and all other lots is an overrun on the last lot.</summary>
    public LedgerEntry Append(ApiToken token, UsageFact fact, IReadOnlyList<LotPart> preferredLots, bool isAboveCeiling = false)
    {
        var parts = counters.Use(token, fact.Quantity, fact.OccurredAtUtc, preferredLots, out var isOverrun);
        var flags = (isOverrun || isAboveCeiling ? EntryFlags.Overrun : EntryFlags.None)
            | (fact.IsUnconfirmed ? EntryFlags.Unconfirmed : EntryFlags.None);
        var entry = AddEntry(token, EntryKind.Usage, fact, flags, corrects: null, parts);
        _alerts.AddRange(counters.Alert(token));
        return entry;
    }

    /// <summary>Appends a correction of an earlier entry, returned to the lots it was drawn from or drawn as additional usage.</summary>
    /// <param name="change">Conversions to add; negative to return some.</param>
    /// <param name="drawn">Net draws of the corrected entry and its earlier corrections, by lot.</param>
    public LedgerEntry Correct(ApiToken token, LedgerEntry original, long change, string reason, IReadOnlyList<LotPart> drawn)
    {
        var parts = change < 0
            ? counters.Return(-change, drawn)
            : counters.Use(token, change, original.OccurredAtUtc, [], out _);
        var requestId = Guid.CreateVersion7(now);
        var fact = new UsageFact(
            token.Id, original.OccurredAtUtc, original.Converter, change, UsageSource.Manual, requestId, reason);
        return AddEntry(token, EntryKind.Correction, fact, EntryFlags.None, original.Sequence, parts);
    }

    /// <summary>Corrects an unconfirmed entry to the cost that became known after it was recorded.</summary>
    public void Confirm(ApiToken token, SettledReservation settled, long quantity, string? reference)
    {
        var (original, change, isOverrun) = (settled.Entry, quantity - settled.Quantity, false);
        var parts = change < 0
            ? counters.Return(-change, settled.Drawn)
            : counters.Use(token, change, original.OccurredAtUtc, [], out isOverrun);
        isOverrun |= IsAboveCeiling(token, original.Converter, quantity);
        var fact = new UsageFact(
            token.Id,
            original.OccurredAtUtc,
            original.Converter,
            change,
            UsageSource.Gateway,
            settled.ConfirmationId,
            reference ?? ConfirmedReason);
        AddEntry(token, EntryKind.Correction, fact, isOverrun ? EntryFlags.Overrun : EntryFlags.None, original.Sequence, parts);

        // The reservation is gone, and with it the number of files.
        Raise(token.ResellerId, fact.Converter, perFile: 0, quantity);
        if (isOverrun)
        {
            _alerts.Add(CreateOverrunAlert(token, fact.Converter, quantity, original.Quantity));
        }

        _alerts.AddRange(counters.Alert(token));
    }

    /// <summary>Writes the entries and the changed counters; the caller commits the transaction.</summary>
    /// <param name="batch">Further writes, which come first.</param>
    public Task WriteAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        batch.Insert(_entries);
        batch.Insert(_draws);
        batch.Merge(_rollups.Rollups, RollupSums, []);
        batch.Merge(_rollups.WorstCosts, [], WorstMaxima);
        batch.Insert(_alerts);
        counters.Write(batch);
        return batch.RunAsync(cancellationToken);
    }

    private bool IsAboveCeiling(ApiToken token, string converter, long charged) =>
        rows.Policy.GetCeiling(token.ResellerId, converter) < charged;

    private void Raise(ResellerId reseller, string converter, long perFile, long perRequest)
    {
        if (rows.Policy.Raise(reseller, converter, perFile, perRequest))
        {
            _rollups.Raise(reseller, converter, perFile, perRequest);
        }
    }

    /// <summary>The alert to the reseller of a charge above what was held, which passed a limit, the lots or the ceiling.</summary>
    private UsageAlert CreateOverrunAlert(ApiToken token, string converter, long charged, long held)
    {
        var customer = counters.GetCustomer(token);
        return new UsageAlert
        {
            Id = Guid.CreateVersion7(now),
            ResellerId = token.ResellerId,
            Subject = AlertSubject.Overrun,
            SubjectId = token.Id,
            SubjectName = $"{converter} with token {token.Environment} (…{token.SecretEnding}) of {customer.Name}",
            Percent = (int)Math.Min(int.MaxValue, charged * 100 / held),
            Used = charged,
            Limit = held,
            AtUtc = now,
        };
    }

    private LedgerEntry AddEntry(
        ApiToken token,
        EntryKind kind,
        UsageFact fact,
        EntryFlags flags,
        long? corrects,
        List<(CreditLot Lot, long Quantity)> parts)
    {
        var customer = counters.GetCustomer(token);
        var sequence = customer.LastSequence + 1;
        var draws = parts.ConvertAll(part => new LotDraw
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = sequence,
            RecordedAtUtc = now,
            LotId = part.Lot.Id,
            Quantity = part.Quantity,
            CostMicros = checked((long)(part.Lot.UnitCost * part.Quantity).Micros),
            UnitCostMicros = part.Lot.UnitCostMicros,
            Currency = part.Lot.Currency,
            Salt = rows.Random.GetBytes(SaltSize),
        });
        var entry = new LedgerEntry
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = sequence,
            Kind = kind,
            OccurredAtUtc = fact.OccurredAtUtc,
            RecordedAtUtc = now,
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
        counters.Record(token, entry);
        _entries.Add(entry);
        _draws.AddRange(draws);
        var day = entry.OccurredAtUtc == now
            ? counters.GetToday(entry.ResellerId)
            : rows.GetReseller(entry.ResellerId).Zone.GetDay(entry.OccurredAtUtc);
        _rollups.Add(entry, day, draws);
        return entry;
    }
}
