using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Dunning;

/// <summary>Manages a reseller's handling of overdue invoices.</summary>
public sealed class DunningPolicyService(PortalDatabase database, IMailer mailer, TimeProvider clock)
{
    public const int MostSteps = 5;

    public async Task<DunningPolicy> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        await using var db = database.Open(actor.Scope);
        return await db.DunningPolicies.AsNoTracking().SingleOrDefaultAsync(cancellationToken)
            ?? new DunningPolicy { ResellerId = actor.Reseller };
    }

    /// <summary>
    /// Sets the reminders for overdue invoices.
    /// Refused: there is no mail server; the steps are too many, out of order or out of range; only the last step may pause tokens.
    /// </summary>
    public async Task<Outcome<DunningPolicy>> SetAsync(
        Actor actor,
        bool isOn,
        IReadOnlyList<DunningStepTerms> steps,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (Check(isOn, steps) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var policy = await db.DunningPolicies.SingleOrDefaultAsync(cancellationToken);
        if (policy is null)
        {
            policy = new DunningPolicy { ResellerId = actor.Reseller };
            db.DunningPolicies.Add(policy);
        }

        (policy.IsOn, policy.Steps) = (isOn, [.. steps]);
        db.Audit(
            actor, clock.GetUtcNow(), Permission.InvoicesConfigure,
            isOn
                ? $"reminders {string.Join(", ", steps.Select(s => s.DaysOverdue))} days after the due date"
                : "reminders off", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return policy;
    }

    /// <summary>
    /// Pauses or resumes the reminders of one invoice, for example during a dispute.
    /// Refused: no such invoice.
    /// </summary>
    public async Task<Outcome<Invoice>> SetHoldAsync(
        Actor actor,
        Guid invoiceId,
        bool isHeld,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesCredit);
        await using var db = database.Open(actor.Scope);
        if (await db.Invoices.SingleOrDefaultAsync(
            i => i.Id == invoiceId && i.FinalisedAtUtc != null, cancellationToken) is not { } invoice)
        {
            return Refusal.NotFound("invoice");
        }

        if (isHeld != invoice.RemindersHeldAtUtc is not null)
        {
            var now = clock.GetUtcNow();
            invoice.RemindersHeldAtUtc = isHeld ? now : null;
            db.Audit(
                actor,
                now,
                Permission.InvoicesCredit,
                $"{(isHeld ? "paused" : "resumed")} the reminders of {invoice.Number}",
                invoice.ResellerId,
                invoice.CustomerId);
            await db.SaveChangesAsync(cancellationToken);
        }

        return invoice;
    }

    private Refusal? Check(bool isOn, IReadOnlyList<DunningStepTerms> steps) =>
        isOn && !mailer.IsConfigured
            ? Refusal.Because("Reminders require a mail server. Ask the portal's operator to configure one.")
            : steps.Count is 0 or > MostSteps ? Refusal.Because($"Enter 1 to {MostSteps} steps.", nameof(steps))
            : steps.Any(s => s.DaysOverdue is < 1 or > 365)
            ? Refusal.Because("Set each step 1 to 365 days after the due date.", nameof(steps))
            : steps.Zip(steps.Skip(1)).Any(pair => pair.Second.DaysOverdue <= pair.First.DaysOverdue)
            ? Refusal.Because("Set each step later than the previous one.", nameof(steps))
            : steps.Any(s => s.FeeMinorUnits < 0) ? Refusal.Because("Enter a late fee of 0 or more.", nameof(steps))
            : steps.SkipLast(1).Any(s => s.PausesTokens) ? Refusal.Because("Tokens can only be paused by the last step.", nameof(steps))
            : null;
}
