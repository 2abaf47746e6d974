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
/// Records in the history that lots and tokens expired and what was unused. Expiry itself takes effect at its instant whether or not this
/// worker has run.
/// </summary>
public sealed class ExpiryWorker(PortalDatabase database, TimeProvider clock, ILogger<ExpiryWorker> logger) : PeriodicWorker(clock, logger)
{
    private const int MaxPerRun = 500;

    public override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override bool RunsAtStart => true;
    private static readonly TenantScope Scope = TenantScope.ServedTenants("expiry: lots and tokens of all tenants");
    private static readonly Actor Portal = Actor.Portal("expiry", Scope);

    /// <summary>Records lots and tokens that have expired since the last run.</summary>
    /// <returns>The number of lots and tokens recorded.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var now = Clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var lots = await db.CreditLots.AsNoTracking()
            .Where(l => l.ExpiresAtUtc <= now && l.ExpiryRecordedAtUtc == null)
            .OrderBy(l => l.ExpiresAtUtc)
            .Take(MaxPerRun)
            .ToListAsync(cancellationToken);
        foreach (var lot in lots)
        {
            // Conditional update, so that only one of several nodes records the expiry.
            if (await db.CreditLots
                .Where(l => l.ResellerId == lot.ResellerId && l.Id == lot.Id && l.ExpiryRecordedAtUtc == null)
                .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiryRecordedAtUtc, now), cancellationToken) == 1)
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
            .Take(MaxPerRun)
            .ToListAsync(cancellationToken);
        foreach (var token in tokens)
        {
            if (await db.ApiTokens
                .Where(t => t.ResellerId == token.ResellerId && t.Id == token.Id && t.ExpiryRecordedAtUtc == null)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiryRecordedAtUtc, now), cancellationToken) == 1)
            {
                db.AuditToken(
                    Portal,
                    token.ExpiresAtUtc!.Value,
                    "tokens.expired",
                    $"token {token.Environment} (…{token.SecretEnding}): expired after {token.Used:N0} conversions",
                    token);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ReturnUnusedGrantsAsync(db, now, cancellationToken);
        return lots.Count + tokens.Count;
    }

    /// <summary>Returns what ended tokens left unused to the master tokens that issued them.</summary>
    private async Task ReturnUnusedGrantsAsync(PortalDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var masters = await db.ApiTokens.AsNoTracking()
            .Where(t => t.Granted > 0 && t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now))
            .Join(db.Resellers, t => t.ResellerId, r => r.Id, (t, r) => new { t.ResellerId, t.Id, Reseller = r })
            .ToListAsync(cancellationToken);
        foreach (var found in masters)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await database.LockRowsAsync<ApiToken>(db, found.ResellerId, [found.Id], cancellationToken);
            db.ChangeTracker.Clear();
            var master = await db.ApiTokens.SingleAsync(t => t.ResellerId == found.ResellerId && t.Id == found.Id, cancellationToken);
            await MasterTokenTerms.UpdateGrantedAsync(db, master, found.Reseller.Zone, now, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
