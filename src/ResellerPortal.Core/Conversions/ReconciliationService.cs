using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Conversions;

/// <summary>A reading for display.</summary>
/// <param name="Owner">The reseller's name, or "Operator".</param>
/// <param name="Since">Later changes by corrections and late statistics for that period; only determined if the reading differs.</param>
/// <param name="Open">The difference not explained by requests in flight or later changes; 0 if all agrees.</param>
public sealed record ReadingRow(UpstreamReading Reading, string Owner, long Since, long Open);

/// <summary>An entry with unconfirmed cost, and the proposed quantity.</summary>
public sealed record ReadingEntry(
    ResellerId Reseller,
    CustomerId Customer,
    string CustomerName,
    long Sequence,
    DateTimeOffset OccurredAtUtc,
    string Converter,
    long Counts,
    long WouldCount);

/// <summary>Compares the ledger with what the upstream charged, per account and day.</summary>
public sealed class ReconciliationService(PortalDatabase database, LedgerCorrectionService corrections)
{
    private const int Shown = 60;

    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("reconciliation: accounts of all tenants");

    /// <summary>The prefix of the secret's hash: enough to tell accounts apart, too short to reveal the secret.</summary>
    public static string ComputeAccountFingerprint(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))[..16];

    /// <summary>When an account was last read; null if never.</summary>
    public async Task<DateTimeOffset?> FindLastReadingAsync(ResellerId? owner, string account, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        return await db.UpstreamReadings.Where(r => r.ResellerId == owner && r.Account == account).MaxAsync(
            r => (DateTimeOffset?)r.AtUtc, cancellationToken);
    }

    /// <summary>Stores an account's consumption, with what the ledger recorded since the previous reading.</summary>
    /// <param name="counted">What its statistics count since the previous reading; null if unknown.</param>
    /// <param name="takenAtUtc">When the upstream was queried.</param>
    public async Task<UpstreamReading> RecordAsync(
        ResellerId? owner,
        string account,
        long consumed,
        long? counted,
        DateTimeOffset takenAtUtc,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var before = await db.UpstreamReadings.AsNoTracking()
            .Where(r => r.ResellerId == owner && r.Account == account)
            .OrderByDescending(r => r.AtUtc)
            .FirstOrDefaultAsync(cancellationToken);
        var resellers = await ListResellersAsync(db, owner, cancellationToken);
        var reading = new UpstreamReading
        {
            ResellerId = owner,
            Account = account,
            FromUtc = before?.AtUtc,
            AtUtc = takenAtUtc,
            Consumed = consumed,
            Counted = before is null ? null : counted,
            Held = await db.Reservations.Where(r => resellers.Contains(r.ResellerId)).SumAsync(r => r.Quantity, cancellationToken),
            HeldBefore = before?.Held ?? 0,
            Charged = before is null ? 0 : consumed - before.Consumed,
            Recorded = before is null
                ? 0
                : await Entries(db, resellers, before.AtUtc, takenAtUtc).Where(e => e.RecordedAtUtc <= takenAtUtc).SumAsync(
                    e => e.Quantity, cancellationToken),
        };
        db.UpstreamReadings.Add(reading);
        await db.SaveChangesAsync(cancellationToken);
        return reading;
    }

    /// <summary>The newest readings: of all accounts for the operator, of its own for a reseller.</summary>
    public async Task<IReadOnlyList<ReadingRow>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using var db = database.Open(actor.Scope);
        var readings = await db.UpstreamReadings.AsNoTracking().OrderByDescending(r => r.AtUtc).Take(Shown).ToListAsync(cancellationToken);
        var names = await db.Resellers.ToDictionaryAsync(r => r.Id, r => r.Name, cancellationToken);
        var ofOperator = await ListResellersAsync(db, owner: null, cancellationToken);
        var rows = new List<ReadingRow>();
        foreach (var reading in readings)
        {
            var since = reading.IsExplained(since: 0)
                ? 0
                : await SumSinceAsync(db, reading, reading.ResellerId is { } one ? [one] : ofOperator, cancellationToken);
            rows.Add(new ReadingRow(
                reading,
                reading.ResellerId is { } owner ? names[owner] : "Operator",
                since,
                reading.IsExplained(since) ? 0 : reading.Difference - since));
        }

        return rows;
    }

    /// <summary>The entries that may be wrong, and the quantities that would make the reading agree: newest first, none negative.</summary>
    public async Task<IReadOnlyList<ReadingEntry>> ListAffectedEntriesAsync(
        Actor actor,
        Guid readingId,
        CancellationToken cancellationToken = default)
    {
        Demand(actor);
        await using var db = database.Open(actor.Scope);
        if (await db.UpstreamReadings.AsNoTracking()
            .SingleOrDefaultAsync(r => r.Id == readingId, cancellationToken) is not { FromUtc: { } from } reading)
        {
            return [];
        }

        var resellers = await ListResellersAsync(db, reading.ResellerId, cancellationToken);
        var since = await SumSinceAsync(db, reading, resellers, cancellationToken);
        var open = reading.IsExplained(since) ? 0 : reading.Difference - since;
        IQueryable<LedgerEntry> all = db.LedgerEntries;
        var unconfirmed = await Entries(db, resellers, from, reading.AtUtc)
            .Where(e => (e.Flags & EntryFlags.Unconfirmed) != 0)
            .Join(db.Customers, e => new { e.ResellerId, e.CustomerId }, c => new { c.ResellerId, CustomerId = c.Id }, (e, c) => new
            {
                Entry = e,
                c.Name,
                Counts = e.Quantity
                    + all.Where(x => x.ResellerId == e.ResellerId && x.CustomerId == e.CustomerId && x.CorrectsSequence == e.Sequence)
                        .Sum(x => x.Quantity),
            })
            .OrderByDescending(e => e.Entry.OccurredAtUtc)
            .Take(1000)
            .ToListAsync(cancellationToken);
        var entries = new List<ReadingEntry>();
        foreach (var (entry, name, counts) in unconfirmed.Select(u => (u.Entry, u.Name, u.Counts)))
        {
            var wouldCount = Math.Max(0, counts + open);
            open -= wouldCount - counts;
            entries.Add(new ReadingEntry(
                entry.ResellerId, entry.CustomerId, name, entry.Sequence, entry.OccurredAtUtc, entry.Converter, counts, wouldCount));
        }

        return entries;
    }

    /// <summary>
    /// Corrects the entries as proposed. Repeating it finds nothing left to correct.
    /// Refused: no unconfirmed entry of the period is left.
    /// </summary>
    /// <returns>The corrected entries.</returns>
    public async Task<Outcome<List<ReadingEntry>>> CorrectAsync(Actor actor, Guid readingId, CancellationToken cancellationToken = default)
    {
        var wrong = (await ListAffectedEntriesAsync(actor, readingId, cancellationToken)).Where(e => e.Counts != e.WouldCount).ToList();
        if (wrong.Count == 0)
        {
            return Refusal.Because(
                "No unconfirmed entry of that period is left to correct. Check for charges outside the gateway, or correct an entry "
                    + "in the ledger.");
        }

        foreach (var entry in wrong)
        {
            var portal = Actor.Portal($"{actor.Name} (reconciliation)", TenantScope.ForReseller(entry.Reseller));
            var outcome = await corrections.CorrectAsync(
                portal, entry.Customer, entry.Sequence, entry.WouldCount, "Reconciled with the upstream's count", cancellationToken);
            if (outcome.IsRefused)
            {
                return outcome.Refusal!;
            }
        }

        return wrong;
    }

    private static void Demand(Actor actor) =>
        actor.Demand(actor.Scope.CrossesTenants ? Permission.AccountsReconcile : Permission.UsageReconcile);

    /// <summary>The resellers that convert under an account.</summary>
    private static async Task<List<ResellerId>> ListResellersAsync(
        PortalDbContext db,
        ResellerId? owner,
        CancellationToken cancellationToken) => owner is { } own
        ? [own]
        : await db.Resellers.Where(r => r.ProtectedUpstreamSecret == null).Select(r => r.Id).ToListAsync(cancellationToken);

    /// <summary>Entries of conversions under an account: through the gateway, or with native tokens.</summary>
    private static IQueryable<LedgerEntry> Entries(
        PortalDbContext db,
        List<ResellerId> resellers,
        DateTimeOffset after,
        DateTimeOffset until)
    {
        var native = db.ApiTokens.Where(t => t.IsNative).Select(t => t.Id);
        return db.LedgerEntries.AsNoTracking().Where(e =>
            resellers.Contains(e.ResellerId) && e.OccurredAtUtc > after && e.OccurredAtUtc <= until
            && (e.Source == UsageSource.Gateway || (e.Source == UsageSource.Import && native.Contains(e.TokenId))));
    }

    /// <summary>What the ledger recorded later for a reading's period: corrections and late statistics.</summary>
    private static async Task<long> SumSinceAsync(
        PortalDbContext db,
        UpstreamReading reading,
        List<ResellerId> resellers,
        CancellationToken cancellationToken)
    {
        if (reading.FromUtc is not { } from)
        {
            return 0;
        }

        var entries = Entries(db, resellers, from, reading.AtUtc);
        var late = await entries.Where(e => e.RecordedAtUtc > reading.AtUtc && e.Kind == EntryKind.Usage).SumAsync(
            e => e.Quantity, cancellationToken);
        var corrected = await entries
            .Join(db.LedgerEntries.Where(
                e => e.CorrectsSequence != null), e => new
                {
                    e.ResellerId,
                    e.CustomerId,
                    Sequence = (long?)e.Sequence,
                }, c => new { c.ResellerId, c.CustomerId, Sequence = c.CorrectsSequence }, (e, c) => c.Quantity)
            .SumAsync(cancellationToken);
        return late + corrected;
    }
}
