using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Erases personal data from the history: texts are replaced, the chain keeps its hashes, and the original texts can no longer be proved.
/// </summary>
public static class AuditEraser
{
    /// <summary>The event of joining a team, which records the user's id in that team's history.</summary>
    public const string Joined = "members.accept";

    /// <summary>Replaces words (a name, an address) in a customer's sealed entries, in the caller's transaction.</summary>
    /// <param name="words">The words to replace, each with its replacement.</param>
    public static Task ReplaceAsync(
        PortalDbContext db,
        CustomerId customer,
        IReadOnlyList<(string Word, string Replacement)> words,
        CancellationToken cancellationToken) =>
        ReplaceAsync(db, db.AuditEntries.Where(a => a.CustomerId == customer), words, cancellationToken);

    /// <summary>
    /// Replaces a user's address by a pseudonym, in the caller's transaction: in the entries that the user caused, known by id, and in
    /// those that name the address in a team that the user joined. Other tenants' entries are left alone even if they name the address.
    /// </summary>
    /// <param name="within">Only this reseller's entries; null for those of all tenants.</param>
    public static async Task ReplaceUserAsync(
        PortalDbContext db,
        Guid userId,
        string email,
        string pseudonym,
        ResellerId? within,
        CancellationToken cancellationToken)
    {
        (string, string)[] words = [(email, pseudonym)];
        var own = db.AuditEntries.Where(a => a.UserId == userId && (within == null || a.ResellerId == within));
        await ReplaceAsync(db, own, words, cancellationToken);

        var joined = await own
            .Where(a => a.Action == Joined)
            .Select(a => new { a.ResellerId, a.CustomerId })
            .ToListAsync(cancellationToken);
        var current = await db.Members
            .Where(m => m.UserId == userId && (within == null || m.ResellerId == within))
            .Select(m => new { m.ResellerId, m.CustomerId })
            .ToListAsync(cancellationToken);
        foreach (var team in joined.Union(current))
        {
            await ReplaceAsync(
                db,
                db.AuditEntries.Where(a => a.ResellerId == team.ResellerId && a.CustomerId == team.CustomerId),
                words,
                cancellationToken);
        }
    }

    private static async Task ReplaceAsync(
        PortalDbContext db,
        IQueryable<AuditEntry> candidates,
        IReadOnlyList<(string Word, string Replacement)> words,
        CancellationToken cancellationToken)
    {
        foreach (var (word, _) in words)
        {
            var entries = await candidates.AsNoTracking()
                .Where(a => a.Hash != null
                    && (a.ActorName.Contains(word) || a.Subject.Contains(word) || (a.Changes != null && a.Changes.Contains(word))))
                .Select(a => new { a.Chain, a.Id, a.ActorName, a.Subject, a.Changes }).ToListAsync(cancellationToken);
            foreach (var entry in entries)
            {
                var (name, subject, changes) = (
                    ReplaceWords(entry.ActorName, words)!.Truncate(AuditEntry.MaxActorName),
                    ReplaceWords(entry.Subject, words)!.Truncate(AuditEntry.MaxSubject),
                    ReplaceWords(entry.Changes, words));
                if ((name, subject, changes) == (entry.ActorName, entry.Subject, entry.Changes))
                {
                    continue;
                }

                await db.AuditEntries.Where(a => a.Chain == entry.Chain && a.Id == entry.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(a => a.ActorName, name).SetProperty(a => a.Subject, subject).SetProperty(a => a.Changes, changes)
                        .SetProperty(a => a.FromAddress, (string?)null).SetProperty(a => a.Salt, (byte[]?)null),
                    cancellationToken);
            }
        }
    }

    /// <summary>Erases network addresses older than an instant; the entries are otherwise unchanged.</summary>
    public static Task<int> DropAddressesAsync(PortalDbContext db, DateTimeOffset before, CancellationToken cancellationToken) =>
        db.AuditEntries
            .Where(a => a.FromAddress != null && a.AtUtc < before && a.Hash != null)
            .OrderBy(a => a.Id)
            .UpdateAllAsync(set => set.SetProperty(a => a.FromAddress, (string?)null), cancellationToken);

    /// <summary>Erases the changed fields of a customer's entries, which may contain addresses and contacts.</summary>
    public static Task<int> DropChangesAsync(PortalDbContext db, CustomerId customer, CancellationToken cancellationToken) =>
        db.AuditEntries
            .Where(a => a.CustomerId == customer && a.Hash != null && (a.Changes != null || a.FromAddress != null))
            .OrderBy(a => a.Id)
            .UpdateAllAsync(
                set => set
                    .SetProperty(a => a.Changes, (string?)null)
                    .SetProperty(a => a.FromAddress, (string?)null)
                    .SetProperty(a => a.Salt, (byte[]?)null),
                cancellationToken);

    private static string? ReplaceWords(string? text, IReadOnlyList<(string Word, string Replacement)> words) =>
        words.Aggregate(text, (left, word) => left is null
            ? null
            : Regex.Replace(
                left,
                WholeWord(word.Word),
                word.Replacement.Replace("$", "$$", StringComparison.Ordinal),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    /// <summary>
    /// Matches whole words only. An address stands between what separates words, since it may hold almost anything else (RFC 5322,
    /// RFC 6531): "ann@x.example" is part of neither "jo.ann@x.example" nor "ann@x.example.org".
    /// </summary>
    private static string WholeWord(string word) => word.Contains('@', StringComparison.Ordinal)
        ? $@"(?<=^|[\s(\[<:,;""]){Regex.Escape(word)}(?![\w@-]|\.\w|""@)"
        : $@"(?<![\w.+-]){Regex.Escape(word)}(?![\w-])";
}
