using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Prepaid;

/// <summary>Whether a customer pays before it converts, or after.</summary>
public sealed class PrepaidTermsService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Makes a customer prepaid, so that its balance is its limit from the next request on, or lets it pay afterwards. Repeating it changes
    /// nothing.
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
                "Some of its tokens are kept by ConvertAPI and cannot be stopped when a balance is spent. Revoke them first.");
        }

        (customer.IsPrepaid, customer.CoveredUntilUtc, customer.BalanceAlertedPercent) = (isPrepaid, null, 0);
        await tokens.ExecuteUpdateAsync(set => set.SetProperty(t => t.IsPrepaid, isPrepaid), cancellationToken);
        db.Audit(
            actor,
            now,
            Permission.CustomersManage,
            $"{customer.Name} {(isPrepaid ? "pays before it converts" : "pays its invoices afterwards")}",
            actor.Reseller,
            customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }
}
