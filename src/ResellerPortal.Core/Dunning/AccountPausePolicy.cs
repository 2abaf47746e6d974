using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Dunning;

/// <summary>
/// Pauses the tokens of customers with an unpaid invoice at a pausing dunning step, and resumes those of all others. Idempotent, and safe
/// on any node.
/// </summary>
public sealed class AccountPausePolicy(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Pauses or resumes a customer's tokens according to its unpaid invoices.</summary>
    /// <returns>Whether the account is now paused.</returns>
    public async Task<bool> AlignAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockAccountAsync(db, customerId, cancellationToken);
        var tokens = db.ApiTokens.Where(t => t.CustomerId == customerId);
        var customer = await db.Customers.SingleAsync(c => c.Id == customerId, cancellationToken);
        var now = clock.GetUtcNow();
        var lasting = await db.DunningSteps.Where(s => s.CustomerId == customerId && s.PausesTokens && s.LiftedAtUtc == null)
            .Join(db.Invoices, s => s.InvoiceId, i => i.Id, (s, i) => new { Step = s, Invoice = i })
            .ToListAsync(cancellationToken);
        foreach (var paid in lasting.Where(l => l.Invoice.Due.MinorUnits <= 0))
        {
            paid.Step.LiftedAtUtc = now;
        }

        var unpaid = lasting.Where(l => l.Invoice.Due.MinorUnits > 0).Select(l => l.Invoice.Number).ToList();
        var isPaused = unpaid.Count > 0;
        if (isPaused != customer.PausedAtUtc is not null)
        {
            customer.PausedAtUtc = isPaused ? now : null;
            await tokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.PausedAtUtc, customer.PausedAtUtc), cancellationToken);
            db.Audit(
                actor, now, Permission.TokensRevoke,
                isPaused
                    ? $"paused the tokens of {customer.Name} until {string.Join(", ", unpaid)} is paid"
                    : $"resumed the tokens of {customer.Name}", customer.ResellerId, customer.Id);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isPaused;
    }
}
