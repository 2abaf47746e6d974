using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Writes into the history that lots and tokens expired, and what was left of them. Nothing depends on it: an expiry holds
/// at its instant, noted or not.
/// </summary>
public sealed class ExpiryWorker(PortalDatabase database, TimeProvider clock, ILogger<ExpiryWorker> logger) : PeriodicWorker(clock, logger)
{
    private const int MostAtOnce = 500;

    public override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override bool RunsAtStart => true;
    private static readonly TenantScope Scope = TenantScope.CrossTenants("expiry: lots and tokens of all tenants");
    private static readonly Actor Portal = Actor.Portal("expiry", Scope);

    /// <summary>Notes what has expired since.</summary>
    /// <returns>How many lots and tokens were noted.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var now = Clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var lots = await db.CreditLots.AsNoTracking()
            .Where(l => l.ExpiresAtUtc <= now && l.ExpiryRecordedAtUtc == null)
            .OrderBy(l => l.ExpiresAtUtc)
            .Take(MostAtOnce)
            .ToListAsync(cancellationToken);
        foreach (var lot in lots)
        {
            // Conditional, so that two nodes write one note.
            if (await db.CreditLots.Where(l => l.Id == lot.Id && l.ExpiryRecordedAtUtc == null).ExecuteUpdateAsync(
                set => set.SetProperty(l => l.ExpiryRecordedAtUtc, now), cancellationToken) == 1)
            {
                db.Audit(
                    Portal,
                    lot.ExpiresAtUtc,
                    "lots.expired",
                    $"lot {lot.PlanName}: expired with {lot.Conversions - lot.Used:N0} of {lot.Conversions:N0} conversions unused",
                    lot.ResellerId);
            }
        }

        var tokens = await db.ApiTokens.AsNoTracking()
            .Where(t => t.ExpiresAtUtc <= now && t.ExpiryRecordedAtUtc == null && t.RevokedAtUtc == null)
            .OrderBy(t => t.ExpiresAtUtc)
            .Take(MostAtOnce)
            .ToListAsync(cancellationToken);
        foreach (var token in tokens)
        {
            if (await db.ApiTokens.Where(t => t.Id == token.Id && t.ExpiryRecordedAtUtc == null).ExecuteUpdateAsync(
                set => set.SetProperty(t => t.ExpiryRecordedAtUtc, now), cancellationToken) == 1)
            {
                db.Audit(
                    Portal,
                    token.ExpiresAtUtc!.Value,
                    "tokens.expired",
                    $"token {token.Environment} (…{token.SecretEnding}): expired after {token.Used:N0} conversions",
                    token.ResellerId,
                    token.CustomerId);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lots.Count + tokens.Count;
    }
}
