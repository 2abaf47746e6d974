using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// A token for display, with only the last four characters of its secret. Usage counts the current month if the limit is monthly.
/// </summary>
/// <param name="WaitsForUpstream">Revoked but still valid at the upstream, which has not been reached yet.</param>
public sealed record TokenRow(
    Guid Id,
    string Environment,
    string SecretEnding,
    long? UsageLimit,
    LimitPeriod LimitPeriod,
    LimitPolicy LimitPolicy,
    long Used,
    long? Remaining,
    DateTimeOffset? NotBeforeUtc,
    DateTimeOffset? ExpiresAtUtc,
    DateTimeOffset? FormerSecretEndsAtUtc,
    DateTimeOffset CreatedAtUtc,
    bool IsSelfService,
    bool IsMaster,
    bool IsNative,
    bool WaitsForUpstream,
    string KeyId,
    TokenState State)
{
    public required TokenRequest Terms { get; init; }

    public DateTimeOffset? LastUsedAtUtc { get; init; }

    /// <summary>Whether a master token issued it, whose terms it has.</summary>
    public bool IsIssuedByMaster { get; init; }

    public bool HasEnded => State is TokenState.Revoked or TokenState.Expired;
}

/// <summary>What a customer's member may issue.</summary>
public sealed record TokenAllowance(int SelfServiceTokens, long? MaxLimit, bool MayBeNative);

public sealed class TokenQueries(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Lists a customer's tokens: active ones first, then the newest.</summary>
    public async Task<IReadOnlyList<TokenRow>> ListAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        var tokens = await db.ApiTokens.AsNoTracking().Where(t => t.CustomerId == customerId).ToListAsync(cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        var month = reseller is null ? default : BillingPeriod.Containing(now, reseller.Zone).FirstDay;
        return [.. tokens
            .Select(t => CreateRow(t, now, month))
            .OrderBy(t => t.State is TokenState.Revoked or TokenState.Expired)
            .ThenByDescending(t => t.CreatedAtUtc)];
    }

    /// <summary>Token names for selection: customer, environment and the end of the secret.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> ListNamesAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var tokens = await db.ApiTokens
            .Join(db.Customers, t => t.CustomerId, c => c.Id, (t, c) => new { t.Id, t.Environment, t.SecretEnding, c.Name })
            .OrderBy(t => t.Name)
            .ThenBy(t => t.Environment)
            .ToListAsync(cancellationToken);
        return [.. tokens.Select(t => (t.Id, $"{t.Name}, {t.Environment} (…{t.SecretEnding})"))];
    }

    public async Task<TokenAllowance> GetAllowanceAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        await using var db = database.Open(actor.Scope);
        return await db.Customers
            .Join(db.Resellers, c => c.ResellerId, r => r.Id, (c, r) => new TokenAllowance(
                c.SelfServiceTokens, c.SelfServiceMaxLimit, r.IssuesNativeTokens))
            .SingleAsync(cancellationToken);
    }

    internal static TokenRow CreateRow(ApiToken token, DateTimeOffset now, DateOnly month) => new(
        token.Id,
        token.Environment,
        token.SecretEnding,
        token.UsageLimit,
        token.LimitPeriod,
        token.LimitPolicy,
        token.GetUsed(month),
        token.GetRemaining(month),
        token.NotBeforeUtc,
        token.ExpiresAtUtc,
        token.PreviousSecretEndsAtUtc > now ? token.PreviousSecretEndsAtUtc : null,
        token.CreatedAtUtc,
        token.IsSelfService,
        token.IsMaster,
        token.IsNative,
        token.IsNative && token.RevokedAtUtc is not null && token.DeletedUpstreamAtUtc is null && token.ExpiresAtUtc > now,
        token.KeyId,
        token.GetState(now, month))
    {
        Terms = TokenRequest.FromToken(token),
        LastUsedAtUtc = token.LastUsedAtUtc,
        IsIssuedByMaster = token.IssuedByTokenId is not null,
    };
}
