using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Issues, rotates and revokes API tokens, here and at the upstream.</summary>
public sealed class ApiTokenService(
    PortalDatabase database,
    IDataProtectionProvider protection,
    IUpstreamTokenClient upstream,
    TimeProvider clock)
{
    public const long MaxUsageLimit = 999_999_999;
    internal const string SecretPurpose = "ResellerPortal.ApiToken.Secret.v1";
    private const int MaxTokensPerCustomer = 1000;

    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(90);

    private readonly IDataProtector _protector = protection.CreateProtector(SecretPurpose);

    /// <summary>
    /// Issues a token for one of the reseller's customers.
    /// Refused: no such customer; the terms are not valid; the contract has ended; the customer has a master token or too many tokens;
    /// native tokens are off or not possible for this customer; the upstream refuses.
    /// </summary>
    public async Task<Outcome<IssuedToken>> IssueAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.TokensIssue);
        return await IssueAnyAsync(actor, customerId, request, cancellationToken);
    }

    /// <summary>
    /// Issues a token as the customer's own member, within the reseller's allowance.
    /// Refused: as for <see cref="IssueAsync"/>; the allowance is exceeded.
    /// </summary>
    public async Task<Outcome<IssuedToken>> IssueSelfServiceAsync(
        Actor actor,
        TokenRequest request,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyTokensManage);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This operation requires a membership at a customer.");
        return await IssueAnyAsync(actor, customerId, request, cancellationToken);
    }

    /// <summary>
    /// Issues a token for a program with the customer's master token, within that token's own terms (<see cref="MasterTokenTerms"/>).
    /// Refused: as for <see cref="IssueAsync"/>; the master token has ended; the terms go beyond it; its limit leaves too little.
    /// </summary>
    public Task<Outcome<IssuedToken>> IssueByMasterAsync(
        ApiToken master, TokenRequest request, CancellationToken cancellationToken = default) =>
        CreateAsync(CreateActor(master), master.CustomerId, request, TokenSecret.Create(), cancellationToken, issuedBy: master.Id);

    /// <summary>Revokes a token of the master token's customer by its secret's hash.</summary>
    /// <returns>False if the customer has no such token, or it is the master token itself.</returns>
    public async Task<bool> RevokeByMasterAsync(ApiToken master, byte[] secretHash, CancellationToken cancellationToken = default)
    {
        var actor = CreateActor(master);
        await using var db = database.Open(actor.Scope);
        var id = await db.ApiTokens
            .Where(t => t.SecretHash == secretHash && !t.IsMaster)
            .Select(t => (Guid?)t.Id)
            .SingleOrDefaultAsync(cancellationToken);
        return id is { } found && !(await RevokeAsync(actor, found, cancellationToken)).IsRefused;
    }

    /// <summary>Issues a token with a known secret; for demonstration data only.</summary>
    public Task<Outcome<IssuedToken>> IssueKnownAsync(
        Actor portal,
        CustomerId customerId,
        TokenRequest request,
        string secret,
        CancellationToken cancellationToken = default) =>
        portal.UserId is null
            ? CreateAsync(portal, customerId, request, secret, cancellationToken)
            : throw new InvalidOperationException("Only the portal itself may set secrets.");

    /// <summary>
    /// Revokes a token and all that it issued, immediately and permanently. Idempotent. A native token ends when its revocation reaches the
    /// upstream, which is attempted here and retried later (<see cref="ApiToken.DeletedUpstreamAtUtc"/>).
    /// Refused: no such token.
    /// </summary>
    public async Task<Outcome<ApiToken>> RevokeAsync(Actor actor, Guid tokenId, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.TokensRevoke : Permission.MyTokensManage);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.ApiTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tokenId, cancellationToken) is not { } token)
        {
            return Refusal.NotFound("token");
        }

        await database.LockWithIssuedAsync(db, tokenId, cancellationToken);
        var now = clock.GetUtcNow();
        var changed = await db.ApiTokens
            .Where(t => t.Id == tokenId && t.RevokedAtUtc == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAtUtc, now), cancellationToken);
        if (changed > 0)
        {
            var issued = await MasterTokenTerms.RevokeIssuedAsync(db, tokenId, now, cancellationToken);
            db.AuditToken(actor, now, Permission.TokensRevoke, Describe(token) + issued, token);
            await db.SaveChangesAsync(cancellationToken);
            token.RevokedAtUtc = now;
        }

        await transaction.CommitAsync(cancellationToken);
        await TryDeleteUpstreamAsync(token, cancellationToken);
        return token;
    }

    /// <summary>Retries deleting revoked native tokens at the upstream.</summary>
    public async Task DeleteRevokedUpstreamAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.ServedTenants("deleting revoked tokens of all tenants upstream"));
        var revoked = await db.ApiTokens.AsNoTracking()
            .Where(t => t.IsNative && t.RevokedAtUtc != null && t.DeletedUpstreamAtUtc == null && t.ExpiresAtUtc > now)
            .OrderBy(t => t.RevokedAtUtc)
            .Take(100)
            .ToListAsync(cancellationToken);
        foreach (var token in revoked)
        {
            await TryDeleteUpstreamAsync(token, cancellationToken);
        }
    }

    /// <summary>
    /// Gives a token a new secret; the old one stays valid for <paramref name="overlap"/>, so that programs can be switched over. Without
    /// overlap the old secret may have leaked, so the tokens that it issued are revoked.
    /// Refused: no such token; the overlap is out of range; the token is revoked, expired or native.
    /// </summary>
    public async Task<Outcome<IssuedToken>> RotateAsync(
        Actor actor,
        Guid tokenId,
        TimeSpan overlap,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.TokensIssue : Permission.MyTokensManage);
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
        {
            return Refusal.Because($"Enter an overlap of 0 to {MaxOverlap.Days} days.", nameof(overlap));
        }

        var secret = TokenSecret.Create();
        var protectedSecret = _protector.Protect(secret);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockWithIssuedAsync(db, tokenId, cancellationToken);
        if (await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == tokenId, cancellationToken) is not { } token)
        {
            return Refusal.NotFound("token");
        }

        var now = clock.GetUtcNow();
        if (token.RevokedAtUtc is not null || token.ExpiresAtUtc <= now)
        {
            return Refusal.Because("This token is revoked or expired. Issue a new one.");
        }

        if (token.IsNative)
        {
            return Refusal.Because(
                "ConvertAPI manages this token and cannot change its secret. Issue a new token, switch your programs over, then revoke "
                    + "this one.");
        }

        (token.PreviousSecretHash, token.PreviousProtectedSecret, token.PreviousSecretEndsAtUtc) =
            (token.SecretHash, token.ProtectedSecret, now + overlap);
        (token.SecretHash, token.ProtectedSecret, token.SecretEnding) = (TokenSecret.Hash(secret), protectedSecret, GetEnding(secret));
        var issued = overlap == TimeSpan.Zero ? await MasterTokenTerms.RevokeIssuedAsync(db, tokenId, now, cancellationToken) : "";
        db.AuditToken(
            actor,
            now,
            Permission.TokensIssue,
            $"new secret for {Describe(token)}; the old one ends {now + overlap:yyyy-MM-dd HH:mm} UTC{issued}",
            token);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new IssuedToken(token, secret);
    }

    private static Actor CreateActor(ApiToken master) =>
        Actor.Portal($"master token (…{master.SecretEnding})", TenantScope.ForCustomer(master.ResellerId, master.CustomerId));

    private Task<Outcome<IssuedToken>> IssueAnyAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken) => request.IsNative
        ? CreateNativeAsync(actor, customerId, request, cancellationToken)
        : CreateAsync(actor, customerId, request, TokenSecret.Create(), cancellationToken);

    /// <summary>Creates the token at the upstream first: a crash leaves at most an unused upstream token.</summary>
    private async Task<Outcome<IssuedToken>> CreateNativeAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if ((TokenRequestValidator.Check(request, now) ?? TokenRequestValidator.CheckNative(request)) is { } refusal)
        {
            return refusal;
        }

        ResellerId reseller;
        await using (var db = database.Open(actor.Scope))
        {
            if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
            {
                return Refusal.NotFound("customer");
            }

            reseller = customer.ResellerId;
            if (!await db.Resellers.AnyAsync(r => r.Id == reseller && r.IssuesNativeTokens, cancellationToken))
            {
                return Refusal.Because(
                    "Tokens at ConvertAPI are disabled. The reseller can enable them under Gateway.",
                    nameof(request.IsNative));
            }
        }

        var life = request.ExpiresAtUtc is { } expires
            ? TimeSpan.FromSeconds(Math.Max(1, Math.Floor((expires - now).TotalSeconds)))
            : IUpstreamTokenClient.Longest;
        var made = await upstream.CreateAsync(reseller, request.UsageLimit ?? MaxUsageLimit, life, cancellationToken);
        if (made.IsRefused)
        {
            return made.Refusal!;
        }

        var isIssued = false;
        try
        {
            var outcome = await CreateAsync(actor, customerId, request, made.Value.Secret, cancellationToken, made.Value.ValidUntilUtc);
            isIssued = !outcome.IsRefused;
            return outcome;
        }
        finally
        {
            if (!isIssued)
            {
                await upstream.TryDeleteAsync(reseller, made.Value.Secret, default);
            }
        }
    }

    private async Task TryDeleteUpstreamAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (!token.IsNative
            || token.DeletedUpstreamAtUtc is not null
            || !await upstream.TryDeleteAsync(token.ResellerId, _protector.Unprotect(token.ProtectedSecret), cancellationToken))
        {
            return;
        }

        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.ForCustomer(token.ResellerId, token.CustomerId));
        await db.ApiTokens.Where(t => t.Id == token.Id).ExecuteUpdateAsync(
            set => set.SetProperty(t => t.DeletedUpstreamAtUtc, now), cancellationToken);
        token.DeletedUpstreamAtUtc = now;
    }

    /// <param name="validUntilUtc">When the upstream ends a native token.</param>
    /// <param name="issuedBy">The master token that issues it; null if a member or the portal does.</param>
    private async Task<Outcome<IssuedToken>> CreateAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        string secret,
        CancellationToken cancellationToken,
        DateTimeOffset? validUntilUtc = null,
        Guid? issuedBy = null)
    {
        var now = clock.GetUtcNow();
        if (TokenRequestValidator.Check(request, now) is { } refusal)
        {
            return refusal;
        }

        // Before the transaction, because a new protection key may have to be stored over a separate connection.
        var protectedSecret = _protector.Protect(secret);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<ApiToken>(db, issuedBy is { } masterId ? [masterId] : [], cancellationToken);
        await database.LockRowsAsync<Customer>(db, [customerId.Value], cancellationToken);
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == customer.ResellerId, cancellationToken)).Zone;
        var contractEndsAtUtc = customer.ContractEndsAtUtc(zone);
        if (contractEndsAtUtc <= now)
        {
            return Refusal.Because(
                $"The contract ended on {customer.LastDay:yyyy-MM-dd}. Remove the contract end to issue tokens again.");
        }

        if (request.IsNative && (contractEndsAtUtc is not null || customer.IsPrepaid))
        {
            return Refusal.Because(
                $"This customer {(customer.IsPrepaid ? "is prepaid" : "has a contract with an end")}, and the portal cannot stop a token "
                    + "at ConvertAPI. Issue a gateway token instead.",
                nameof(request.IsNative));
        }

        var isSelfService = actor.Scope.Customer is not null;
        var active = await db.ApiTokens.CountAsync(
            t => t.CustomerId == customerId
                && t.RevokedAtUtc == null
                && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now)
                && (!isSelfService || t.IsSelfService),
            cancellationToken);
        if (isSelfService
            && TokenRequestValidator.ValidateAllowance(customer, request, actor.UserId is null ? null : active) is { } beyondAllowance)
        {
            return beyondAllowance;
        }

        if (request.IsMaster
            && await db.ApiTokens.AnyAsync(
                t => t.CustomerId == customerId && t.IsMaster && t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now),
                cancellationToken))
        {
            return Refusal.Because(
                "This customer already has a master token. Rotate its secret or revoke it first.", nameof(request.IsMaster));
        }

        if (active >= MaxTokensPerCustomer)
        {
            return Refusal.Because($"A customer can have up to {MaxTokensPerCustomer} active tokens. Revoke some first.");
        }

        if (issuedBy is { } issuer)
        {
            var granted = await MasterTokenTerms.TakeLimitAsync(db, issuer, request, zone, now, cancellationToken);
            if (granted.IsRefused)
            {
                return granted.Refusal!;
            }

            request = granted.Value;
        }

        var token = new ApiToken
        {
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            Environment = request.Environment.Trim(),
            SecretHash = TokenSecret.Hash(secret),
            ProtectedSecret = protectedSecret,
            SecretEnding = GetEnding(secret),
            UsageLimit = request.UsageLimit,
            LimitPeriod = request.LimitPeriod,
            LimitPolicy = isSelfService && issuedBy is null ? LimitPolicy.Strict : request.LimitPolicy,
            IssuedByTokenId = issuedBy,
            NotBeforeUtc = request.NotBeforeUtc?.ToUniversalTime(),
            ExpiresAtUtc = validUntilUtc
                ?? (request.ExpiresAtUtc is { } wished && !(wished > contractEndsAtUtc) ? wished.ToUniversalTime() : contractEndsAtUtc),
            PausedAtUtc = customer.PausedAtUtc,
            IsPrepaid = customer.IsPrepaid,
            AllowedConverters = request.AllowedConverters,
            AllowedNetworks = request.AllowedNetworks,
            AllowedOrigins = request.AllowedOrigins,
            IsMaster = request.IsMaster,
            IsNative = request.IsNative,
            RequestsPerMinute = request.RequestsPerMinute,
            ConcurrentRequests = request.ConcurrentRequests,
            CreatedAtUtc = now,
            IsSelfService = isSelfService,
        };
        db.ApiTokens.Add(token);
        db.AuditToken(actor, now, Permission.TokensIssue, Describe(token), token);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new IssuedToken(token, secret);
    }

    /// <summary>Shows only two characters of a short secret, such as the upstream's, so that the rest cannot be guessed.</summary>
    private static string GetEnding(string secret) => secret[^(secret.Length < 16 ? 2 : 4)..];

    private static string Describe(ApiToken token) =>
        (token.IsMaster ? "master token" : token.IsNative ? "token at ConvertAPI" : "token")
        + $" {token.Environment} (…{token.SecretEnding}), "
        + $"{(token.UsageLimit is { } limit ? $"limit {limit}{(token.LimitPeriod == LimitPeriod.Month ? " a month" : "")}" : "no limit")}, "
        + (token.ExpiresAtUtc is { } expires ? $"expires {expires:yyyy-MM-dd HH:mm} UTC" : "never expires");
}
