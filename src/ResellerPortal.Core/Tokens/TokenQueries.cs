using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>A token as pages show it; nothing of its secret but the last four characters.</summary>
public sealed record TokenRow(
    Guid Id,
    string Environment,
    string SecretEnding,
    long? UsageLimit,
    long Used,
    long? Remaining,
    DateTimeOffset? ExpiresAtUtc,
    DateTimeOffset CreatedAtUtc,
    bool IsSelfService,
    TokenState State);

/// <summary>What a customer's member may make.</summary>
public sealed record TokenAllowance(int SelfServiceTokens, long? MaxLimit);

public sealed class TokenQueries(PortalDatabase database, TimeProvider clock)
{
    /// <summary>A customer's tokens, living ones first, then the newest.</summary>
    public async Task<IReadOnlyList<TokenRow>> OfCustomerAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var tokens = await db.ApiTokens.AsNoTracking().Where(t => t.CustomerId == customerId).ToListAsync(cancellationToken);
        return [.. tokens
            .Select(t => new TokenRow(t.Id, t.Environment, t.SecretEnding, t.UsageLimit, t.Used, t.Remaining, t.ExpiresAtUtc, t.CreatedAtUtc, t.IsSelfService, t.StateAt(now)))
            .OrderBy(t => t.State is TokenState.Revoked or TokenState.Expired)
            .ThenByDescending(t => t.CreatedAtUtc)];
    }

    public async Task<TokenAllowance> AllowanceAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        await using var db = database.Open(actor.Scope);
        return await db.Customers.Select(c => new TokenAllowance(c.SelfServiceTokens, c.SelfServiceMaxLimit)).SingleAsync(cancellationToken);
    }
}
