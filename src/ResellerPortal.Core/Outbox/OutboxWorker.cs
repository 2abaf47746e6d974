using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Outbox;

/// <summary>
/// Sends the outbox: emails that somebody waits for first, then one of each tenant in turn. One node leases an email at a time; if it
/// crashes between sending and recording, the email is sent again with the same message id. An email that fails is retried later and
/// holds up no other.
/// </summary>
public sealed class OutboxWorker(
    PortalDatabase database,
    IMailer mailer,
    IEnumerable<IEmailComposer> composers,
    TimeProvider clock,
    ILogger<OutboxWorker> logger) : PeriodicWorker(clock, logger)
{
    private const int BatchSize = 20;

    /// <summary>Time after which another node takes over an unfinished email.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Delays before each retry; after the last failed attempt, the email is given up.</summary>
    private static readonly TimeSpan[] RetryDelays =
    [
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(12),
        TimeSpan.FromHours(24),
    ];

    private static readonly TenantScope Scope = TenantScope.ServedTenants("emails of all tenants");

    /// <summary>The tenant that was served last; the next round begins after it.</summary>
    private ResellerId? _servedLast;

    public override TimeSpan Interval => TimeSpan.FromSeconds(3);

    /// <summary>Sends all due emails.</summary>
    /// <returns>The number of emails that the mail server accepted.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        await using var db = database.Open(Scope);
        await ExpireAsync(db, cancellationToken);
        var sent = 0;
        while (await ReadBatchAsync(db, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var email in batch)
            {
                sent += await SendAsync(db, email, cancellationToken) ? 1 : 0;
            }
        }

        return sent;
    }

    private async Task ExpireAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        await db.OutboxEmails
            .Where(e => e.NextAttemptAtUtc <= now && e.ExpiresAtUtc <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.NextAttemptAtUtc, (DateTimeOffset?)null), cancellationToken);
    }

    /// <summary>
    /// Reads some urgent emails that are due, those that have not failed before first, and the oldest email of each of the next tenants.
    /// </summary>
    private async Task<IReadOnlyList<OutboxEmail>> ReadBatchAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var due = db.OutboxEmails.AsNoTracking().Where(e => e.NextAttemptAtUtc <= now);
        var urgent = await due
            .Where(e => e.IsUrgent)
            .OrderBy(e => e.Attempts)
            .ThenBy(e => e.NextAttemptAtUtc)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);
        due = due.Where(e => !e.IsUrgent);
        var tenants = await due.Select(e => e.ResellerId).Distinct().ToListAsync(cancellationToken);
        tenants.Sort((a, b) => Nullable.Compare(a?.Value, b?.Value));
        var next = tenants.FindIndex(t => Nullable.Compare(t?.Value, _servedLast?.Value) > 0);
        var turn = tenants.Skip(Math.Max(0, next)).Concat(tenants.Take(Math.Max(0, next))).Take(BatchSize).ToList();
        List<OutboxEmail> batch = [.. urgent];
        foreach (var tenant in turn)
        {
            var oldest = await due
                .Where(e => e.ResellerId == tenant)
                .OrderBy(e => e.NextAttemptAtUtc)
                .FirstOrDefaultAsync(cancellationToken);
            batch.AddRange(oldest is null ? [] : [oldest]);
            _servedLast = tenant;
        }

        return batch;
    }

    private async Task<bool> SendAsync(PortalDbContext db, OutboxEmail email, CancellationToken cancellationToken)
    {
        var mine = db.OutboxEmails.Where(e => e.Id == email.Id);
        var leasedUntil = (DateTimeOffset?)(Clock.GetUtcNow() + Lease);
        if (await mine.Where(e => e.NextAttemptAtUtc == email.NextAttemptAtUtc).ExecuteUpdateAsync(
            set => set.SetProperty(e => e.NextAttemptAtUtc, leasedUntil), cancellationToken) == 0)
        {
            return false;
        }

        try
        {
            var mail = await ComposeAsync(db, email, cancellationToken);
            if (mail is not null)
            {
                await mailer.SendAsync(mail, cancellationToken);
            }

            var (to, sentAt) = (mail?.To ?? email.To, mail is null ? null : (DateTimeOffset?)Clock.GetUtcNow());
            await mine.ExecuteUpdateAsync(
                set => set
                    .SetProperty(e => e.To, to)
                    .SetProperty(e => e.Attempts, e => e.Attempts + 1)
                    .SetProperty(e => e.NextAttemptAtUtc, (DateTimeOffset?)null)
                    .SetProperty(e => e.SentAtUtc, sentAt)
                    .SetProperty(e => e.Error, (string?)null),
                CancellationToken.None);
            return mail is not null;
        }
        catch (MailServerUnavailableException)
        {
            // No attempt of this email: it waits for the server like all others.
            await mine.ExecuteUpdateAsync(
                set => set.SetProperty(e => e.NextAttemptAtUtc, email.NextAttemptAtUtc), CancellationToken.None);
            throw;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            await RecordFailureAsync(mine, email, failure);
            return false;
        }
    }

    private async Task RecordFailureAsync(IQueryable<OutboxEmail> mine, OutboxEmail email, Exception failure)
    {
        var attempts = email.Attempts + 1;
        Logger.LogWarning(failure, "Email {Email} could not be sent, attempt {Attempt}.", email.Id, attempts);
        var next = failure is EmailRefusedException || attempts > RetryDelays.Length
            ? null
            : (DateTimeOffset?)(Clock.GetUtcNow() + RetryDelays[attempts - 1]);
        var error = failure.Message.Truncate(500);
        await mine.ExecuteUpdateAsync(
            set => set
                .SetProperty(e => e.Attempts, attempts)
                .SetProperty(e => e.NextAttemptAtUtc, next)
                .SetProperty(e => e.Error, error),
            CancellationToken.None);
    }

    /// <returns>Null if there is nothing to send any more.</returns>
    private async Task<OutgoingMail?> ComposeAsync(PortalDbContext db, OutboxEmail email, CancellationToken cancellationToken)
    {
        var to = email.To ?? await FindCurrentAddressAsync(db, email, cancellationToken);
        if (to is null)
        {
            return null;
        }

        email.To = to;
        return composers.FirstOrDefault(c => c.CanCompose(email.Kind)) is { } composer
            ? await composer.ComposeAsync(email, cancellationToken)
            : new OutgoingMail(email.Id, to, email.Subject, email.Text);
    }

    private static Task<string?> FindCurrentAddressAsync(PortalDbContext db, OutboxEmail email, CancellationToken cancellationToken) =>
        email.CustomerId is { } customer
            ? db.Customers.Where(c => c.Id == customer).Select(c => (string?)c.Email).SingleOrDefaultAsync(cancellationToken)
            : db.Resellers.Where(r => r.Id == email.ResellerId).Select(r => (string?)r.Email).SingleOrDefaultAsync(cancellationToken);
}
