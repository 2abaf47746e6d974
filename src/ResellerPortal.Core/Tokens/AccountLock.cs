using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Locks an account while all of its tokens change.</summary>
internal static class AccountLock
{
    /// <summary>Locks a customer's tokens and then the customer, in metering's order, until the context's transaction ends.</summary>
    public static async Task LockAccountAsync(
        this PortalDatabase database,
        PortalDbContext db,
        CustomerId customerId,
        CancellationToken cancellationToken)
    {
        var tokens = await db.ApiTokens.Where(t => t.CustomerId == customerId).Select(t => t.Id).ToListAsync(cancellationToken);
        await database.LockRowsAsync<ApiToken>(db, tokens, cancellationToken);
        await database.LockRowsAsync<Customer>(db, [customerId.Value], cancellationToken);
    }
}
