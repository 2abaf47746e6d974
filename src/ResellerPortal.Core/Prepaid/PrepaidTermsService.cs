using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Prepaid;

/// <summary>Switches customers between prepaid and postpaid.</summary>
public sealed class PrepaidTermsService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Makes a customer prepaid, so that its balance limits it from the next request on, or postpaid. Idempotent.
    /// Refused: no such customer; some of its tokens are managed by ConvertAPI.
    /// </summary>
    public async Task<Outcome<Customer>> SetAsync(
        Actor actor,
        CustomerId customerId,
        bool isPrepaid,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersManage);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockAccountAsync(db, customerId, cancellationToken);
        var tokens = db.ApiTokens.Where(t => t.CustomerId == customerId);
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        if (customer.IsPrepaid == isPrepaid)
        {
            return customer;
        }

        var now = clock.GetUtcNow();
        if (isPrepaid
            && await tokens.AnyAsync(
                t => t.IsNative && t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now), cancellationToken))
        {
            return Refusal.Because(
                "Some of this customer's tokens are managed by ConvertAPI and cannot be limited by a balance. Revoke them first.");
        }

        (customer.IsPrepaid, customer.CoveredUntilUtc, customer.BalanceAlertedPercent) = (isPrepaid, null, 0);
        await tokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.IsPrepaid, isPrepaid), cancellationToken);
        db.Audit(
            actor,
            now,
            Permission.CustomersManage,
            $"{customer.Name} switched to {(isPrepaid ? "prepaid" : "postpaid")}",
            actor.Reseller,
            customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }
}
