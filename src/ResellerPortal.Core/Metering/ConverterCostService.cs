using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>What the operator states of a converter's cost, and the highest costs of any reseller's requests with it.</summary>
/// <param name="Stated">Null if the operator states nothing.</param>
/// <param name="HighestPerFile">0 if it was not used yet.</param>
public sealed record ConverterCostRow(string Converter, ConverterCost? Stated, long HighestPerFile, long HighestPerRequest);

/// <summary>The figures that the operator states for a converter.</summary>
public sealed record StatedCost(
    long PerFile,
    long? PagesPerConversion = null,
    long? MegabytesPerConversion = null,
    long? CeilingPerRequest = null);

/// <summary>The operator's record of what converters cost.</summary>
public sealed class ConverterCostService(PortalDatabase database, TimeProvider clock)
{
    private const long MaxConversions = 10_000;
    private const long MaxUnits = 1_000_000;

    /// <summary>Lists the converters that the operator states a cost for, or whose files have cost more than 1 conversion.</summary>
    public async Task<IReadOnlyList<ConverterCostRow>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        var stated = await db.ConverterCosts.AsNoTracking().ToDictionaryAsync(c => c.Converter, cancellationToken);
        var seen = await db.WorstCosts
            .GroupBy(w => w.Converter)
            .Select(g => new { Converter = g.Key, PerFile = g.Max(w => w.PerFile), PerRequest = g.Max(w => w.PerRequest) })
            .ToDictionaryAsync(w => w.Converter, cancellationToken);
        return [.. stated.Keys
            .Union(seen.Values.Where(w => w.PerFile > ConverterCost.DefaultPerFile).Select(w => w.Converter))
            .Order(StringComparer.Ordinal)
            .Select(name => new ConverterCostRow(
                name,
                stated.GetValueOrDefault(name),
                seen.GetValueOrDefault(name)?.PerFile ?? 0,
                seen.GetValueOrDefault(name)?.PerRequest ?? 0))];
    }

    /// <summary>
    /// States what a converter costs; one without figures costs what <see cref="ReserveQuantityPolicy"/> says.
    /// Refused: the converter name is not valid; a figure is out of range; the ceiling is below the cost of a file.
    /// </summary>
    public async Task<Outcome<ConverterCost>> SetAsync(
        Actor actor,
        string converter,
        StatedCost figures,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ConvertersManage);
        var name = converter.Trim().ToLowerInvariant();
        if (!ConverterName.IsValid(name) && name != ConverterCost.AllConverters)
        {
            return Refusal.Because(
                $"Enter a converter name such as docx-to-pdf or docx-to-pdf/openoffice, or {ConverterCost.AllConverters} for all others.",
                nameof(converter));
        }

        if (Check(figures) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var cost = await db.ConverterCosts.SingleOrDefaultAsync(c => c.Converter == name, cancellationToken);
        if (cost is null)
        {
            cost = new ConverterCost { Converter = name };
            db.ConverterCosts.Add(cost);
        }

        (cost.PerFile, cost.PagesPerConversion, cost.MegabytesPerConversion, cost.CeilingPerRequest) =
            (figures.PerFile, figures.PagesPerConversion, figures.MegabytesPerConversion, figures.CeilingPerRequest);
        db.Audit(actor, clock.GetUtcNow(), Permission.ConvertersManage, $"{name}: costs {Describe(figures)}", null);
        await db.SaveChangesAsync(cancellationToken);
        return cost;
    }

    /// <summary>
    /// Removes the highest costs of a converter for every reseller, for instance after the upstream charged too much by mistake. What its
    /// requests cost from then on counts again.
    /// Refused: the converter has no highest cost.
    /// </summary>
    /// <returns>What was removed, one for each reseller.</returns>
    public async Task<Outcome<IReadOnlyList<WorstCost>>> ResetHighestAsync(
        Actor actor,
        string converter,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ConvertersManage);
        await using var db = database.Open(actor.Scope);
        var seen = await db.WorstCosts.Where(w => w.Converter == converter).ToListAsync(cancellationToken);
        if (seen.Count == 0)
        {
            return Refusal.Because("This converter has no highest cost. Reload the page to see its current figures.", nameof(converter));
        }

        var subject = $"{converter}: highest cost {seen.Max(w => w.PerFile):N0} per file reset";
        db.WorstCosts.RemoveRange(seen);
        db.Audit(actor, clock.GetUtcNow(), Permission.ConvertersManage, subject, null);
        await db.SaveChangesAsync(cancellationToken);
        return seen;
    }

    private static Refusal? Check(StatedCost figures) => figures switch
    {
        { PerFile: < 1 or > MaxConversions } =>
            Refusal.Because($"Enter from 1 to {MaxConversions:N0} conversions per file.", nameof(figures.PerFile)),
        { PagesPerConversion: < 1 or > MaxUnits } => Refusal.Because(
            $"Enter from 1 to {MaxUnits:N0} pages, or leave it empty if pages do not count.", nameof(figures.PagesPerConversion)),
        { MegabytesPerConversion: < 1 or > MaxUnits } => Refusal.Because(
            $"Enter from 1 to {MaxUnits:N0} MB, or leave it empty if size does not count.", nameof(figures.MegabytesPerConversion)),
        { CeilingPerRequest: { } ceiling } when ceiling < figures.PerFile || ceiling > MaxConversions => Refusal.Because(
            $"Enter from {figures.PerFile:N0} to {MaxConversions:N0} conversions per request, or leave it empty if it is unknown.",
            nameof(figures.CeilingPerRequest)),
        _ => null,
    };

    private static string Describe(StatedCost figures) =>
        $"{figures.PerFile:N0} conversions per file"
        + (figures.PagesPerConversion is { } pages ? $", 1 per {pages:N0} pages" : "")
        + (figures.MegabytesPerConversion is { } megabytes ? $", 1 per {megabytes:N0} MB" : "")
        + (figures.CeilingPerRequest is { } ceiling ? $", at most {ceiling:N0} per request" : "");
}
