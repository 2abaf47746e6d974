using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;

namespace ResellerPortal.Core.Tokens;

/// <summary>Switches tokens between strict and lenient.</summary>
public sealed class LimitPolicyService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Sets a token's policy from its next request on, and that of the tokens that it issued, which inherit it. Idempotent.
    /// Refused: no such token; ConvertAPI enforces its limit; it inherits the policy of the master token that issued it.
    /// </summary>
    public async Task<Outcome<ApiToken>> SetAsync(
        Actor actor,
        Guid tokenId,
        LimitPolicy policy,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.TokensIssue);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockWithIssuedAsync(db, tokenId, cancellationToken);
        if (await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == tokenId, cancellationToken) is not { } token)
        {
            return Refusal.NotFound("token");
        }

        if (token.IsNative)
        {
            return Refusal.Because("ConvertAPI enforces the limit of this token.");
        }

        if (token.IssuedByTokenId is not null)
        {
            return Refusal.Because("This token inherits from the master token that issued it. Change the master token instead.");
        }

        if (token.LimitPolicy == policy)
        {
            return token;
        }

        token.LimitPolicy = policy;
        await db.ApiTokens
            .Where(t => t.IssuedByTokenId == tokenId)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.LimitPolicy, policy), cancellationToken);
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.TokensIssue,
            $"token {token.Environment} (…{token.SecretEnding}) switched to {(policy == LimitPolicy.Strict ? "strict" : "lenient")}",
            token.ResellerId,
            token.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return token;
    }
}
