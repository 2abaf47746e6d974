using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

/// <summary>
/// Takes persons out of the history: their words are replaced, the chain keeps its hashes, and the texts can no longer be proved.
/// </summary>
public static class AuditEraser
{
    /// <summary>Replaces words (a name, an address) in sealed entries, in the caller's transaction.</summary>
    /// <param name="customer">Whose entries; null for all that the context reaches, which is for words that name one person in the whole
    /// installation.</param>
    /// <param name="words">What to replace, each with what stands there afterwards.</param>
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
                    Cleared(entry.ActorName, words)!,
                    Cleared(entry.Subject, words)!,
                    Cleared(entry.Changes, words));
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

    /// <summary>Drops network addresses older than an instant. Nothing else of the entries changes.</summary>
    public static Task<int> DropAddressesAsync(PortalDbContext db, DateTimeOffset before, CancellationToken cancellationToken) =>
        db.AuditEntries.Where(a => a.FromAddress != null && a.AtUtc < before && a.Hash != null).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.FromAddress, (string?)null), cancellationToken);

    /// <summary>Drops the fields that a customer's entries tell of, which may hold addresses and contacts.</summary>
    public static Task<int> DropChangesAsync(PortalDbContext db, CustomerId customer, CancellationToken cancellationToken) =>
        db.AuditEntries.Where(a => a.CustomerId == customer && a.Hash != null && (a.Changes != null || a.FromAddress != null))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(a => a.Changes, (string?)null)
                    .SetProperty(a => a.FromAddress, (string?)null)
                    .SetProperty(a => a.Salt, (byte[]?)null),
                cancellationToken);

    /// <summary>Whole words alone: "ann@x.example" is no part of "joann@x.example".</summary>
    private static string? Cleared(string? text, IReadOnlyList<(string Word, string Replacement)> words) =>
        words.Aggregate(text, (left, word) => left is null
            ? null
            : Regex.Replace(
                left,
                $@"(?<![\w.+-]){Regex.Escape(word.Word)}(?![\w-])",
                word.Replacement.Replace("$", "$$", StringComparison.Ordinal),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
}
