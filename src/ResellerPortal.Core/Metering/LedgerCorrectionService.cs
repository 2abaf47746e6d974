using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>Corrects entries by appending correction entries; recorded entries never change.</summary>
public sealed class LedgerCorrectionService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Sets the total quantity of an entry. The difference to its current total becomes a correction entry on the same day, billed on the
    /// next invoice if that day is already invoiced.
    /// Refused: the reason or the quantity is not valid; no such entry; it is in the archive, or of a billing period that is; the entry is
    /// itself a correction; it already has this quantity.
    /// </summary>
    /// <param name="quantity">The entry's new total in conversions; 0 reverses it completely.</param>
    public async Task<Outcome<LedgerEntry>> CorrectAsync(
        Actor actor, CustomerId customerId, long sequence, long quantity, string reason, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerCorrect);
        if (string.IsNullOrWhiteSpace(reason)
            || reason.Trim().Length > 200
            || !DocumentText.IsClean(reason)
            || !char.IsLetterOrDigit(reason.Trim()[0]))
        {
            return Refusal.Because(
                "Enter a reason of up to 200 characters in one line, starting with a letter or digit; the customer sees it in the "
                    + "ledger.",
                nameof(reason));
        }

        if (quantity is < 0 or > 1_000_000)
        {
            return Refusal.Because("Enter from 0 to 1,000,000 conversions.", nameof(quantity));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var entry = await db.LedgerEntries.AsNoTracking()
            .SingleOrDefaultAsync(e => e.CustomerId == customerId && e.Sequence == sequence, cancellationToken);
        var kept = await db.FindFirstKeptDayAsync(cancellationToken);
        if (entry is null)
        {
            return kept is { } day && await db.ArchivedEntries(customerId).AnyAsync(
                r => r.FirstSequence <= sequence && r.LastSequence >= sequence, cancellationToken)
                ? Refusal.Because($"{ArchivedUsage.Describe(day)} Entry {sequence} is one of them. Credit its invoice instead.")
                : Refusal.NotFound("entry");
        }

        if (entry.Kind == EntryKind.Correction)
        {
            return Refusal.Because($"This entry is itself a correction. Correct entry {entry.CorrectsSequence} instead.");
        }

        var rows = new LedgerRowCache(database, db);
        var keys = new LedgerKeys();
        keys.Add(entry.TokenId, customerId, entry.ResellerId);
        await rows.LockAsync(keys);

        var latest = await db.ArchivedEntries(customerId).MaxAsync(r => (DateTimeOffset?)r.LastOccurredAtUtc, cancellationToken);
        if (kept is { } first && ArchivedUsage.Overlaps(latest, entry.OccurredAtUtc, rows.GetReseller(entry.ResellerId).Zone))
        {
            return Refusal.Because(
                $"{ArchivedUsage.Describe(first)} Usage of this entry's billing period is among them, so that a correction could not be "
                    + "priced. Credit its invoice instead.");
        }

        var drawn = await NetDraws.ReadAsync(db, entry, cancellationToken);
        var change = quantity - drawn.Sum(d => d.Quantity);
        if (change == 0)
        {
            return Refusal.Because($"This entry already counts {quantity:N0} conversions.", nameof(quantity));
        }

        var now = clock.GetUtcNow();
        var token = rows.GetToken(entry.TokenId);
        HashSet<RowKey> lots = [.. drawn.Select(d => new RowKey(entry.ResellerId, d.LotId))];
        var counters = await UsageCounters.LoadAsync(rows, keys, lots, entry.OccurredAtUtc, now);
        var posting = new LedgerPosting(rows, counters, now);
        var correction = posting.Correct(token, entry, change, reason.Trim(), drawn);
        await posting.WriteAsync(new RowBatch(database, db), cancellationToken);
        db.Audit(
            actor,
            now,
            Permission.LedgerCorrect,
            $"entry {sequence} by {change:+#,0;-#,0} conversions: {reason.Trim()}",
            entry.ResellerId,
            customerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return correction;
    }
}
