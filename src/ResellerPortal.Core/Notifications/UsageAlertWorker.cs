using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notices;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Notifications;

/// <summary>
/// Emails alerts and notices to the reseller, and to the customer those that concern it. Each is claimed by one node and sent once; if
/// the mail server rejects it, the claim is released and it is retried.
/// </summary>
public sealed class UsageAlertWorker(
    PortalDatabase database,
    IMailer mailer,
    TimeProvider clock,
    ILogger<UsageAlertWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(30);

    /// <summary>Older alerts are shown in the portal only, so that setting up a mail server does not send a backlog.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private static readonly TenantScope Scope = TenantScope.CrossTenants("alert mail: all tenants");

    /// <summary>Sends all unsent alerts and notices.</summary>
    /// <returns>The number of alerts and notices sent.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (!mailer.IsConfigured)
        {
            return 0;
        }

        var now = Clock.GetUtcNow();
        var since = now - Fresh;
        var sent = 0;
        await using var db = database.Open(Scope);
        var waiting = await db.UsageAlerts.AsNoTracking()
            .Where(a => a.MailedAtUtc == null && a.AtUtc > since)
            .OrderBy(a => a.AtUtc)
            .Take(200)
            .ToListAsync(cancellationToken);
        foreach (var alert in waiting)
        {
            var isSent = await SendDueAsync(
                (from, to) => db.UsageAlerts.Where(a => a.Id == alert.Id && a.MailedAtUtc == from).ExecuteUpdateAsync(
                    set => set.SetProperty(a => a.MailedAtUtc, to), CancellationToken.None), () => MailAsync(db, alert, cancellationToken));
            if (isSent == false)
            {
                return sent;
            }

            sent += isSent is null ? 0 : 1;
        }

        var notices = await db.Notices.AsNoTracking()
            .Where(n => n.MailedAtUtc == null && n.AtUtc > since)
            .OrderBy(n => n.AtUtc)
            .Take(200)
            .ToListAsync(cancellationToken);
        foreach (var notice in notices)
        {
            var isSent = await SendDueAsync(
                (from, to) => db.Notices.Where(n => n.Id == notice.Id && n.MailedAtUtc == from).ExecuteUpdateAsync(
                    set => set.SetProperty(n => n.MailedAtUtc, to),
                    CancellationToken.None), () => MailAsync(db, notice, cancellationToken));
            if (isSent == false)
            {
                return sent;
            }

            sent += isSent is null ? 0 : 1;
        }

        return sent;
    }

    /// <summary>Claims one item and sends it; releases the claim if the mail server rejects it.</summary>
    /// <param name="mark">Changes the item's sent time from one value to another and returns the number of rows changed.</param>
    /// <returns>Null if another node has claimed it.</returns>
    private async Task<bool?> SendDueAsync(Func<DateTimeOffset?, DateTimeOffset?, Task<int>> mark, Func<Task> mail)
    {
        var now = Clock.GetUtcNow();
        if (await mark(null, now) == 0)
        {
            return null;
        }

        try
        {
            await mail();
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Logger.LogError(failure, "An alert or notice could not be sent; retrying in {Interval}.", Interval);
            await mark(now, null);
            return false;
        }
    }

    private async Task MailAsync(PortalDbContext db, Notice notice, CancellationToken cancellationToken)
    {
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == notice.ResellerId, cancellationToken);
        await mailer.SendAsync(new OutgoingMail(reseller.Email, notice.Subject, notice.Text), cancellationToken);
    }

    private async Task MailAsync(PortalDbContext db, UsageAlert alert, CancellationToken cancellationToken)
    {
        var (subject, text) = Compose(alert);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == alert.ResellerId, cancellationToken);
        await mailer.SendAsync(new OutgoingMail(reseller.Email, subject, text), cancellationToken);
        if (alert.CustomerId is { } customerId)
        {
            var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, cancellationToken);
            await mailer.SendAsync(new OutgoingMail(customer.Email, subject, text), cancellationToken);
        }
    }

    /// <summary>Composes an alert's email. Customers receive it as well, so it must not contain cost.</summary>
    public static (string Subject, string Text) Compose(UsageAlert alert)
    {
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
