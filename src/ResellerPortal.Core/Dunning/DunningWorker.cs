using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Dunning;

/// <summary>Performs due dunning steps for overdue invoices, and ends pauses of accounts that have been settled.</summary>
public sealed class DunningWorker(
    PortalDatabase database,
    DeliveryService deliveries,
    AccountPausePolicy pauses,
    IMailer mailer,
    TimeProvider clock,
    ILogger<DunningWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromMinutes(1);

    /// <summary>Earliest hour for dunning steps, in the reseller's time zone, so that no reminders are sent at night.</summary>
    private const int FirstHour = 8;

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("overdue invoices of all resellers");

    /// <summary>Performs all due steps.</summary>
    /// <returns>The number of steps performed.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var taken = 0;
        await using var all = database.Open(AllTenants);
        foreach (var policy in mailer.IsConfigured
            ? await all.DunningPolicies.AsNoTracking().Where(p => p.IsOn).ToListAsync(cancellationToken)
            : [])
        {
            taken += await RunAsync(policy, cancellationToken);
        }

        // Credit notes and write-offs settle invoices as payments do.
        var paused = await all.Customers.AsNoTracking()
            .Where(c => c.PausedAtUtc != null)
            .Select(c => new { c.ResellerId, c.Id })
            .ToListAsync(cancellationToken);
        foreach (var customer in paused)
        {
            await pauses.AlignAsync(CreateActor(customer.ResellerId), customer.Id, cancellationToken);
        }

        return taken;
    }

    private static Actor CreateActor(ResellerId reseller) => Actor.Portal("reminders", TenantScope.ForReseller(reseller));

    private async Task<int> RunAsync(DunningPolicy policy, CancellationToken cancellationToken)
    {
        var actor = CreateActor(policy.ResellerId);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == policy.ResellerId, cancellationToken);
        var now = Clock.GetUtcNow();
        if (TimeZoneInfo.ConvertTime(now, reseller.Zone).Hour < FirstHour)
        {
            return 0;
        }

        var today = reseller.Zone.GetDay(now);
        var steps = db.DunningSteps;
        var overdue = await db.Invoices.AsNoTracking()
            .Where(Invoice.HasDue)
            .Where(i => i.DueOn < today && i.RemindersHeldAtUtc == null && steps.Count(s => s.InvoiceId == i.Id) < policy.Steps.Count)
            .OrderBy(i => i.Number)
            .Select(i => new { i.Id, i.CustomerId })
            .ToListAsync(cancellationToken);
        var taken = 0;
        foreach (var invoice in overdue)
        {
            if (await TakeStepAsync(actor, policy, reseller, invoice.Id, today, cancellationToken) is not { } step)
            {
                continue;
            }

            taken++;
            if (step.PausesTokens)
            {
                await pauses.AlignAsync(actor, invoice.CustomerId, cancellationToken);
            }
        }

        return taken;
    }

    /// <summary>Records the step, its fee and its email in one transaction.</summary>
    private async Task<DunningStepTerms?> TakeStepAsync(
        Actor actor,
        DunningPolicy policy,
        Reseller reseller,
        Guid invoiceId,
        DateOnly today,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Invoice>(db, [invoiceId], cancellationToken);
        var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, cancellationToken);
        var earlier = await db.DunningSteps
            .Where(s => s.InvoiceId == invoiceId)
            .OrderBy(s => s.Number)
            .Select(s => s.TakenAtUtc)
            .ToListAsync(cancellationToken);
        if (invoice.Due.MinorUnits <= 0
            || policy.FindDueStep(today, invoice.DueOn!.Value, [.. earlier.Select(reseller.Zone.GetDay)]) is not { } step)
        {
            return null;
        }

        var now = Clock.GetUtcNow();
        var number = earlier.Count + 1;
        var fee = invoice.GetRate(reseller.Currency).Convert(new Money(step.FeeMinorUnits, reseller.Currency)).MinorUnits;
        db.DunningSteps.Add(new DunningStep
        {
            InvoiceId = invoiceId,
            Number = number,
            ResellerId = invoice.ResellerId,
            CustomerId = invoice.CustomerId,
            TakenAtUtc = now,
            FeeMinorUnits = fee,
            PausesTokens = step.PausesTokens,
        });
        invoice.LateFeeMinorUnits += fee;
        var to = await db.Customers.Where(c => c.Id == invoice.CustomerId).Select(c => c.Email).SingleAsync(cancellationToken);
        db.OutboxEmails.Add(await deliveries.ComposeAsync(
            db, invoice, invoiceId, invoice.Snapshot!, policy.GetEmailKind(number), number, to, now, cancellationToken));
        db.Audit(
            actor, now, Permission.InvoicesConfigure,
            $"reminder {number} of {invoice.Number}: {invoice.Due} due{(fee > 0
                ? $", late fees {invoice.LateFee}"
                : "")}", invoice.ResellerId, invoice.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return step;
    }
}
