using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Privacy;

/// <summary>Retention periods, in days, of personal data without a statutory period. Settings section Privacy.</summary>
public sealed class RetentionOptions
{
    /// <summary>IP addresses in the history.</summary>
    public int AddressDays { get; set; } = 90;

    /// <summary>Ended sessions, with IP address and browser.</summary>
    public int SessionDays { get; set; } = 90;

    /// <summary>Content and recipients of emails to customers; the fact that they were sent is kept.</summary>
    public int EmailDays { get; set; } = 730;

    /// <summary>Account emails, and invitations that were not accepted.</summary>
    public int AccountEmailDays { get; set; } = 30;
}

/// <summary>Deletes data whose retention period has passed.</summary>
public sealed class RetentionWorker(
    PortalDatabase database,
    RetentionOptions settings,
    TimeProvider clock,
    ILogger<RetentionWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromHours(6);

    private static readonly TenantScope Scope = TenantScope.ServedTenants("retention: all tenants");

    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var now = Clock.GetUtcNow();
        var (sessions, emails, accounts) = (
            now.AddDays(-settings.SessionDays),
            now.AddDays(-settings.EmailDays),
            now.AddDays(-settings.AccountEmailDays));
        await using var db = database.Open(Scope);
        var deleted = await db.UserSessions
            .Where(s => s.ExpiresAtUtc < sessions || s.EndedAtUtc < sessions)
            .OrderBy(s => s.Id)
            .DeleteAllAsync(cancellationToken);
        deleted += await db.OutboxEmails
            .Where(e => e.CustomerId == null && e.QueuedAtUtc < accounts)
            .OrderBy(e => e.Id)
            .DeleteAllAsync(cancellationToken);
        var forgotten = now - SignInThrottle.Memory;
        deleted += await db.Set<SignInFailure>()
            .Where(f => f.LastAtUtc < forgotten)
            .OrderBy(f => f.LastAtUtc)
            .DeleteAllAsync(cancellationToken);
        deleted += await db.Invitations
            .Where(i => i.ExpiresAtUtc < accounts || i.ClosedAtUtc < accounts)
            .OrderBy(i => i.Id)
            .DeleteAllAsync(cancellationToken);
        deleted += await db.OutboxEmails
            .Where(e => e.QueuedAtUtc < emails && e.NextAttemptAtUtc == null && e.Text != "")
            .OrderBy(e => e.Id)
            .UpdateAllAsync(set => set.SetProperty(e => e.Text, "").SetProperty(e => e.To, "(no longer kept)"), cancellationToken);
        await AuditEraser.DropAddressesAsync(db, now.AddDays(-settings.AddressDays), cancellationToken);
        return deleted;
    }
}
