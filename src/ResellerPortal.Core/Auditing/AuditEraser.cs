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
    /// <summary>Replaces words (a name, an address) in sealed entries, in the caller's transaction.</summary>
    /// <param name="customer">The customer whose entries are changed; null for all entries in the context, for words that identify one
    /// person in the whole installation.</param>
    /// <param name="words">The words to replace, each with its replacement.</param>
    public static async Task ReplaceAsync(
        PortalDbContext db,
        CustomerId? customer,
        IReadOnlyList<(string Word, string Replacement)> words,
        CancellationToken cancellationToken)
    {
        foreach (var (word, _) in words)
        {
            var entries = await db.AuditEntries.AsNoTracking()
                .Where(a => a.Hash != null
                    && (customer == null || a.CustomerId == customer)
                    && (a.ActorName.Contains(word) || a.Subject.Contains(word) || (a.Changes != null && a.Changes.Contains(word))))
                .Select(a => new { a.Id, a.ActorName, a.Subject, a.Changes }).ToListAsync(cancellationToken);
            foreach (var entry in entries)
            {
                var (name, subject, changes) = (
                    ReplaceWords(entry.ActorName, words)!,
                    ReplaceWords(entry.Subject, words)!,
                    ReplaceWords(entry.Changes, words));
                if ((name, subject, changes) == (entry.ActorName, entry.Subject, entry.Changes))
                {
                    continue;
                }

                await db.AuditEntries.Where(a => a.Id == entry.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(a => a.ActorName, name).SetProperty(a => a.Subject, subject).SetProperty(a => a.Changes, changes)
                        .SetProperty(a => a.FromAddress, (string?)null).SetProperty(a => a.Salt, (byte[]?)null),
                    cancellationToken);
            }
        }
    }

    /// <summary>Erases network addresses older than an instant; the entries are otherwise unchanged.</summary>
    public static Task<int> DropAddressesAsync(PortalDbContext db, DateTimeOffset before, CancellationToken cancellationToken) =>
        db.AuditEntries.Where(a => a.FromAddress != null && a.AtUtc < before && a.Hash != null).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.FromAddress, (string?)null), cancellationToken);

    /// <summary>Erases the changed fields of a customer's entries, which may contain addresses and contacts.</summary>
    public static Task<int> DropChangesAsync(PortalDbContext db, CustomerId customer, CancellationToken cancellationToken) =>
        db.AuditEntries.Where(a => a.CustomerId == customer && a.Hash != null && (a.Changes != null || a.FromAddress != null))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(a => a.Changes, (string?)null)
                    .SetProperty(a => a.FromAddress, (string?)null)
                    .SetProperty(a => a.Salt, (byte[]?)null),
                cancellationToken);

    /// <summary>Matches whole words only: "ann@x.example" is not part of "joann@x.example".</summary>
    private static string? ReplaceWords(string? text, IReadOnlyList<(string Word, string Replacement)> words) =>
        words.Aggregate(text, (left, word) => left is null
            ? null
            : Regex.Replace(
                left,
                $@"(?<![\w.+-]){Regex.Escape(word.Word)}(?![\w-])",
                word.Replacement.Replace("$", "$$", StringComparison.Ordinal),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
}
