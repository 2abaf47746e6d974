using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Notifications;

/// <summary>
/// Queues the emails of usage alerts, to the reseller and, where it concerns one, the customer. Each alert is queued once.
/// </summary>
public sealed class UsageAlertWorker(
    PortalDatabase database,
    IMailer mailer,
    TimeProvider clock,
    ILogger<UsageAlertWorker> logger) : PeriodicWorker(clock, logger)
{
    private const int BatchSize = 200;

    private static readonly TenantScope Scope = TenantScope.ServedTenants("usage alerts of all tenants");

    public override TimeSpan Interval => TimeSpan.FromSeconds(30);

    /// <summary>Queues all recent alerts that have not been queued.</summary>
    /// <returns>The number of alerts queued.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        var now = Clock.GetUtcNow();
        var since = now - OutboxEmail.NoticeLife;
        await using var db = database.Open(Scope);
        var waiting = await db.UsageAlerts.AsNoTracking()
            .Where(a => a.EmailQueuedAtUtc == null && a.AtUtc > since)
            .OrderBy(a => a.AtUtc)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);
        foreach (var alert in waiting)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (await db.UsageAlerts.Where(a => a.Id == alert.Id && a.EmailQueuedAtUtc == null).ExecuteUpdateAsync(
                set => set.SetProperty(a => a.EmailQueuedAtUtc, now), cancellationToken) == 1)
            {
                db.OutboxEmails.Add(CreateEmail(alert, customer: null, now));
                if (alert.CustomerId is { } customer)
                {
                    db.OutboxEmails.Add(CreateEmail(alert, customer, now));
                }

                await db.SaveChangesAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }

        return waiting.Count;
    }

    private static OutboxEmail CreateEmail(UsageAlert alert, CustomerId? customer, DateTimeOffset now)
    {
        var (subject, text) = Compose(alert);
        return new OutboxEmail
        {
            ResellerId = alert.ResellerId,
            CustomerId = customer,
            Kind = EmailKind.UsageAlert,
            Subject = subject.Truncate(OutboxEmail.MaxSubject),
            Text = text,
            QueuedAtUtc = now,
            ExpiresAtUtc = alert.AtUtc + OutboxEmail.NoticeLife,
            NextAttemptAtUtc = now,
        };
    }

    /// <summary>Composes an alert's email. Customers receive it as well, so it must not contain cost.</summary>
    public static (string Subject, string Text) Compose(UsageAlert alert)
    {
        if (alert.Subject == AlertSubject.Overrun)
        {
            return (
                $"Higher charge than held: {alert.SubjectName}",
                $"{alert.Amounts}.\nThe charge exceeded a limit, a prepaid balance, a credit lot or the converter's maximum per request. "
                    + "It is recorded in full. From now on, that many conversions are held for such a request. If the token's limit is "
                    + "used up, its requests are rejected.\n");
        }

        var isBalance = alert.Subject == AlertSubject.Balance;
        var state = (isBalance, alert.Percent) switch
        {
            (true, >= 100) => "is spent",
            (true, _) => $"is {alert.Percent}% spent",
            (_, >= 100) => "is used up",
            _ => $"is {alert.Percent}% used",
        };
        var consequence = (alert.Subject, alert.Percent) switch
        {
            (AlertSubject.Balance, < 100) => "Conversions stop when the balance is spent. Top up now to avoid an interruption.",
            (AlertSubject.Balance, _) => "Conversions are now rejected. They resume as soon as the balance is topped up.",
            (AlertSubject.CustomerBudget, _) => "A budget only notifies; conversions continue.",
            (_, < 100) => "Conversions continue until the limit is reached.",
            (AlertSubject.Token, _) when alert.Month is not null => "Requests with this token are rejected until next month.",
            (AlertSubject.Token, _) => "Requests with this token are now rejected. Issue another token to continue.",
            _ => "Conversions are drawn from the next lot, or rejected if there is none.",
        };
        return (
            $"{char.ToUpperInvariant(alert.SubjectName[0])}{alert.SubjectName[1..]} {state}",
            $"{alert.Amounts} {(isBalance ? "spent" : "used")}{InMonth(alert)}.\n{consequence}\n");
    }

    private static string InMonth(UsageAlert alert) =>
        alert.Month is { } month ? " in " + month.ToString("MMMM yyyy", CultureInfo.InvariantCulture) : "";
}
