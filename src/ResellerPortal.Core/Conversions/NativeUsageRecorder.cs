using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Conversions;

/// <summary>Conversions of one token as counted by the upstream.</summary>
/// <param name="Token">The token's secret or name in the statistics; empty if they name none.</param>
/// <param name="HasTime">False if the statistics only state the day.</param>
/// <param name="Converter">"docx-to-pdf", or the statistics' own name.</param>
public readonly record struct CountedUsage(string Token, DateTimeOffset AtUtc, bool HasTime, string? Converter, long Conversions);

/// <summary>A reseller with due statistics.</summary>
/// <param name="Since">The first day (UTC) to request.</param>
public sealed record DueStatistics(ResellerId Reseller, DateOnly Since);

/// <summary>Records native tokens' usage in the ledger. Recording days again only adds what is new.</summary>
public sealed class NativeUsageRecorder(PortalDatabase database, UsageImporter imports, TimeProvider clock)
{
    /// <summary>Statistics may arrive late, so this many previous days are requested again.</summary>
    private const int LateDays = 2;

    /// <summary>How long after its end a token may still appear in statistics.</summary>
    private static readonly TimeSpan LateUsage = TimeSpan.FromDays(LateDays + 1);

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("statistics of all resellers' native tokens");

    /// <summary>Resellers with their own account and active native tokens that are due for a pull.</summary>
    public async Task<IReadOnlyList<DueStatistics>> ListDueAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (asked, ended) = (now - every, now - LateUsage);
        await using var db = database.Open(AllTenants);
        var first = await db.ApiTokens
            .Where(t => t.IsNative && t.ExpiresAtUtc > ended && (t.DeletedUpstreamAtUtc == null || t.DeletedUpstreamAtUtc > ended))
            .GroupBy(t => t.ResellerId)
            .Select(g => new { Reseller = g.Key, At = g.Min(t => t.CreatedAtUtc) })
            .ToListAsync(cancellationToken);
        var own = await db.Resellers.Where(r => r.ProtectedUpstreamSecret != null).Select(r => r.Id).ToListAsync(cancellationToken);
        var pulls = await db.StatisticsPulls.AsNoTracking().ToDictionaryAsync(p => p.ResellerId, cancellationToken);
        return [.. first
            .Where(f => own.Contains(f.Reseller) && !(pulls.GetValueOrDefault(f.Reseller)?.AtUtc > asked))
            .Select(
                f => new DueStatistics(f.Reseller, pulls.GetValueOrDefault(f.Reseller)?.ThroughDay?.AddDays(-LateDays) ?? GetDay(f.At)))];
    }

    /// <summary>Records a day's statistics; usage of other tokens is ignored.</summary>
    /// <returns>The number of new conversions, and the refusal of the rest, if any.</returns>
    public async Task<(long Added, Refusal? Refusal)> RecordAsync(
        ResellerId reseller,
        IReadOnlyCollection<CountedUsage> counted,
        CancellationToken cancellationToken)
    {
        var scope = TenantScope.ForReseller(reseller);
        var names = await ListTokenNamesAsync(scope, counted.Select(c => c.Token).Distinct(), cancellationToken);
        var actor = Actor.Portal("ConvertAPI's statistics", scope);
        var added = 0L;
        foreach (var chunk in Aggregate(counted.Where(c => c.Conversions > 0 && names.Contains(c.Token))).Chunk(UsageImporter.MaxLines))
        {
            var outcome = await imports.ImportAsync(actor, chunk, new Dictionary<string, Guid>(), cancellationToken);
            if (outcome.IsRefused)
            {
                return (added, outcome.Refusal);
            }

            added += outcome.Value.NewConversions;
        }

        return (added, null);
    }

    /// <summary>Records the result of requesting a reseller's statistics.</summary>
    /// <param name="through">The last recorded day; null if the request failed.</param>
    public async Task RecordPullAsync(
        ResellerId reseller,
        DateOnly? through,
        long added,
        string? fault,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForReseller(reseller));
        if (await db.StatisticsPulls.SingleOrDefaultAsync(cancellationToken) is not { } pull)
        {
            pull = new StatisticsPull { ResellerId = reseller };
            db.StatisticsPulls.Add(pull);
        }

        (pull.AtUtc, pull.Error) = (clock.GetUtcNow(), fault?.Truncate(StatisticsPull.MaxError));
        if (through is not null)
        {
            (pull.ThroughDay, pull.Added) = (through, added);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The last request's result; null before the first.</summary>
    public async Task<StatisticsPull?> FindLastPullAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        await using var db = database.Open(actor.Scope);
        return await db.StatisticsPulls.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The names in statistics that belong to native tokens: their secrets, or names matched by a manual import.</summary>
    private async Task<HashSet<string>> ListTokenNamesAsync(
        TenantScope scope,
        IEnumerable<string> names,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var native = await db.ApiTokens.AsNoTracking()
            .Where(t => t.IsNative)
            .Select(t => new { t.SecretHash, t.ImportName })
            .ToListAsync(cancellationToken);
        var hashes = native.Select(t => Convert.ToHexString(t.SecretHash)).ToHashSet();
        var matched = native.Select(t => t.ImportName).ToHashSet();
        return [.. names.Where(name => matched.Contains(name) || hashes.Contains(Convert.ToHexString(TokenSecret.Hash(name))))];
    }

    /// <summary>One line per token, time and converter, so that no two chunks share a line.</summary>
    private static IEnumerable<ImportLine> Aggregate(IEnumerable<CountedUsage> counted) => counted
        .GroupBy(c => (
            c.Token,
            At: FormatTime(c),
            Converter: c.Converter is { } text && ConverterName.TryRead(text, out var converter) ? converter : null))
        .Select((g, index) => new ImportLine(
            index + 1, g.Key.Token, g.Key.At, g.Sum(c => c.Conversions).ToString(CultureInfo.InvariantCulture), g.Key.Converter));

    private static string FormatTime(CountedUsage usage) =>
        usage.AtUtc.UtcDateTime.ToString(usage.HasTime ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly GetDay(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);
}
