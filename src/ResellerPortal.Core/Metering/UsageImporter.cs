using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>A line of a statistics file as text, with its line number in the file.</summary>
public sealed record ImportLine(int Number, string Token, string At, string Quantity, string? Converter);

/// <summary>A skipped line, and the reason.</summary>
public sealed record RejectedLine(int Number, string Reason);

/// <summary>A file's contents, and what importing it adds or added.</summary>
/// <param name="UnknownTokens">Token names not yet matched to a token.</param>
public sealed record ImportReport(
    int Lines,
    long Conversions,
    long NewConversions,
    long KnownConversions,
    IReadOnlyList<RejectedLine> RejectedLines,
    IReadOnlyList<string> UnknownTokens)
{
    public bool IsNothingNew => NewConversions == 0;
}

/// <summary>
/// Imports usage that ConvertAPI counted for tokens used there directly. Lines are summed by token, time and converter, and quantities
/// already recorded by earlier imports are skipped, so importing a file twice adds nothing and an overlapping file adds only what is new.
/// </summary>
public sealed class UsageImporter(PortalDatabase database, UsageRecorder recorder, TimeProvider clock)
{
    public const int MaxLines = 200_000;
    public const string UnknownConverter = "unknown";
    private const int MaxBadLines = 1000;

    private static readonly string[] TimeForms =
        [
            "yyyy-MM-dd",
            "yyyy-MM-dd HH:mm",
            "yyyy-MM-dd HH:mm:ss",
            "yyyy-MM-dd'T'HH:mm:ss",
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
            "yyyy-MM-dd'T'HH:mm:sszzz",
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        ];

    /// <summary>
    /// Previews an import without writing anything.
    /// Refused: too many lines.
    /// </summary>
    public async Task<Outcome<ImportReport>> PreviewAsync(
        Actor actor,
        IReadOnlyList<ImportLine> lines,
        IReadOnlyDictionary<string, Guid> chosenTokens,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.UsageImport);
        await using var db = database.Open(actor.Scope);
        return await RunAsync(db, lines, chosenTokens, facts: null, cancellationToken);
    }

    /// <summary>
    /// Imports new usage in one transaction and remembers the chosen token for each name.
    /// Refused: the reseller has no credit lot; too many lines.
    /// </summary>
    /// <param name="chosenTokens">Token names in the file that are not known yet, with the token each one refers to.</param>
    public async Task<Outcome<ImportReport>> ImportAsync(
        Actor actor,
        IReadOnlyList<ImportLine> lines,
        IReadOnlyDictionary<string, Guid> chosenTokens,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.UsageImport);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.CreditLots.AnyAsync(cancellationToken))
        {
            return Refusal.Because("Imported usage is drawn from your credits, and you have no credits yet. Order a plan first.");
        }

        foreach (var (name, tokenId) in chosenTokens)
        {
            await db.ApiTokens.Where(t => t.Id == tokenId).ExecuteUpdateAsync(
                set => set.SetProperty(t => t.ImportName, name), cancellationToken);
        }

        var facts = new List<UsageFact>();
        var outcome = await RunAsync(db, lines, chosenTokens, facts, cancellationToken);
        if (outcome.IsRefused)
        {
            return outcome;
        }

        await recorder.AppendAsync(db, facts, cancellationToken);
        var report = outcome.Value;
        if (!report.IsNothingNew || chosenTokens.Count > 0)
        {
            db.Audit(
                actor,
                clock.GetUtcNow(),
                Permission.UsageImport,
                $"{report.NewConversions:N0} conversions from {report.Lines:N0} lines, {report.RejectedLines.Count:N0} lines skipped",
                actor.Reseller);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return report;
    }

    private async Task<Outcome<ImportReport>> RunAsync(
        PortalDbContext db,
        IReadOnlyList<ImportLine> lines,
        IReadOnlyDictionary<string, Guid> chosenTokens,
        List<UsageFact>? facts,
        CancellationToken cancellationToken)
    {
        if (lines.Count > MaxLines)
        {
            return Refusal.Because($"A file can have up to {MaxLines:N0} lines. Split it; overlapping lines are counted once.");
        }

        var rejected = new List<RejectedLine>();
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var tokens = await MatchAsync(db, lines.Select(l => l.Token.Trim()).Distinct(), chosenTokens, cancellationToken);
        var archived = await db.ReadLatestArchivedAsync(cancellationToken);
        var zone = (await db.Resellers.AsNoTracking().SingleAsync(cancellationToken)).Zone;
        var counted = new SortedDictionary<UsageKey, long>();
        foreach (var line in lines)
        {
            if (!tokens.TryGetValue(line.Token.Trim(), out var token))
            {
                unknown.Add(line.Token.Trim());
                rejected.Add(new RejectedLine(line.Number, $"the token '{Truncate(line.Token)}' is not matched to any of your tokens"));
            }
            else if (Read(line, token.Id, clock.GetUtcNow(), out var key, out var quantity) is { } reason)
            {
                rejected.Add(new RejectedLine(line.Number, reason));
            }
            else if (ArchivedUsage.Overlaps(archived.GetValueOrDefault(token.CustomerId.Value), key.AtUtc, zone))
            {
                rejected.Add(new RejectedLine(line.Number, $"'{Truncate(line.At)}' is in a month that is archived"));
            }
            else
            {
                counted[key] = counted.GetValueOrDefault(key) + quantity;
            }
        }

        if (facts is not null)
        {
            // The tokens' locks prevent concurrent imports of the same usage.
            await database.LockRowsAsync<ApiToken>(db, tokens.Values.Select(t => t.Id), cancellationToken);
        }

        var known = await ReadKnownAsync(db, tokens.Values, counted.Keys, cancellationToken);
        var added = 0L;
        foreach (var (key, quantity) in counted)
        {
            var more = Math.Max(0, quantity - known.GetValueOrDefault(key));
            added += more;
            if (more > 0)
            {
                facts?.Add(new UsageFact(key.TokenId, key.AtUtc, key.Converter, more, UsageSource.Import, Guid.CreateVersion7()));
            }
        }

        var total = counted.Values.Sum();
        return new ImportReport(lines.Count, total, added, total - added, [.. rejected.Take(MaxBadLines)], [.. unknown]);
    }

    /// <summary>Matches names to tokens: chosen by the user, remembered, by the portal's id, or by the secret itself.</summary>
    private static async Task<Dictionary<string, ApiToken>> MatchAsync(
        PortalDbContext db, IEnumerable<string> names, IReadOnlyDictionary<string, Guid> chosen, CancellationToken cancellationToken)
    {
        var own = await db.ApiTokens.AsNoTracking().ToListAsync(cancellationToken);
        var byId = own.ToDictionary(t => t.Id);
        var byName = own.Where(t => t.ImportName is not null).GroupBy(t => t.ImportName!).ToDictionary(g => g.Key, g => g.First());
        var bySecret = own.ToDictionary(t => Convert.ToHexString(t.SecretHash));
        var matched = new Dictionary<string, ApiToken>();
        foreach (var name in names)
        {
            var token = chosen.TryGetValue(name, out var chosenId) ? byId.GetValueOrDefault(chosenId)
                : byName.GetValueOrDefault(name)
                ?? (Guid.TryParse(name, out var id) ? byId.GetValueOrDefault(id) : null)
                ?? bySecret.GetValueOrDefault(Convert.ToHexString(TokenSecret.Hash(name)));
            if (token is not null)
            {
                matched.Add(name, token);
            }
        }

        return matched;
    }

    private static async Task<Dictionary<UsageKey, long>> ReadKnownAsync(
        PortalDbContext db, IEnumerable<ApiToken> tokens, IReadOnlyCollection<UsageKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        var (first, last) = (keys.Min(k => k.AtUtc), keys.Max(k => k.AtUtc));
        var known = new Dictionary<UsageKey, long>();
        foreach (var customerId in tokens.Select(t => t.CustomerId).Distinct())
        {
            var rows = await db.LedgerEntries.AsNoTracking()
                .Where(e => e.CustomerId == customerId
                    && e.OccurredAtUtc >= first
                    && e.OccurredAtUtc <= last
                    && e.Source == UsageSource.Import)
                .GroupBy(e => new { e.TokenId, e.OccurredAtUtc, e.Converter })
                .Select(g => new { g.Key, Quantity = g.Sum(e => e.Quantity) })
                .ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                known[new UsageKey(row.Key.TokenId, row.Key.OccurredAtUtc, row.Key.Converter)] = row.Quantity;
            }
        }

        return known;
    }

    /// <returns>The reason that the line cannot be read, or null.</returns>
    private static string? Read(ImportLine line, Guid tokenId, DateTimeOffset now, out UsageKey key, out long quantity)
    {
        key = default;
        if (!long.TryParse(line.Quantity.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out quantity)
            || quantity is < 1 or > 1_000_000_000)
        {
            return $"'{Truncate(line.Quantity)}' is not a positive number of conversions";
        }

        if (!DateTimeOffset.TryParseExact(
            line.At.Trim(),
            TimeForms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at))
        {
            return $"'{Truncate(line.At)}' is not a time such as 2026-10-31 or 2026-10-31T23:59:59Z";
        }

        if (at > now || at < now.AddYears(-5))
        {
            return $"'{Truncate(line.At)}' is in the future, or more than five years ago";
        }

        // A date without a time counts as noon UTC, which is the same day almost everywhere.
        at = line.At.Trim().Length == 10 ? at.AddHours(12) : at;
        var converter = UnknownConverter;
        if (!string.IsNullOrWhiteSpace(line.Converter))
        {
            if (!ConverterName.TryRead(line.Converter, out converter))
            {
                return $"'{Truncate(line.Converter)}' is not a converter such as docx-to-pdf";
            }
        }

        key = new UsageKey(tokenId, UtcMicroseconds.ToInstant(UtcMicroseconds.From(at)), converter);
        return null;
    }

    private static string Truncate(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private readonly record struct UsageKey(Guid TokenId, DateTimeOffset AtUtc, string Converter) : IComparable<UsageKey>
    {
        public int CompareTo(UsageKey other) => (AtUtc, TokenId, Converter).CompareTo((other.AtUtc, other.TokenId, other.Converter));
    }
}
