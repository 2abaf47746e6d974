using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>
/// What a token is asked to be. A null limit is unlimited, a null expiry is never, empty lists allow everything.
/// Converters as "docx-to-pdf", networks in CIDR form.
/// </summary>
public sealed record TokenRequest(string Environment, long? UsageLimit, DateTimeOffset? ExpiresAtUtc)
{
    public LimitPeriod LimitPeriod { get; init; }

    public DateTimeOffset? NotBeforeUtc { get; init; }

    public IReadOnlyList<string> AllowedConverters { get; init; } = [];

    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public bool IsMaster { get; init; }

    /// <summary>Whether the upstream makes and keeps it, for programs that call the upstream directly.</summary>
    public bool IsNative { get; init; }

    public int? RequestsPerMinute { get; init; }

    public int? ConcurrentRequests { get; init; }
}

/// <summary>A token just made, with its secret: the only time it is seen.</summary>
public sealed record IssuedToken(ApiToken Token, string Secret);

public sealed partial class ApiTokenService(
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

    /// <summary>Issues a token as the reseller, for any of its customers.</summary>
    public async Task<Outcome<IssuedToken>> IssueAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.TokensIssue);
        return await MakeAsync(actor, customerId, request, cancellationToken);
    }

    /// <summary>Issues a token as the customer's own member, within what the reseller allows.</summary>
    public async Task<Outcome<IssuedToken>> IssueSelfServiceAsync(
        Actor actor,
        TokenRequest request,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyTokensManage);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This act needs a seat at a customer.");
        return await MakeAsync(actor, customerId, request, cancellationToken);
    }

    /// <summary>
    /// Issues a token as a program of the customer that holds its master token; the reseller gave that knowingly, so only its largest limit
    /// binds.
    /// </summary>
    public Task<Outcome<IssuedToken>> IssueByMasterAsync(
        ApiToken master,
        TokenRequest request,
        CancellationToken cancellationToken = default) =>
        CreateAsync(CreateActor(master), master.CustomerId, request, TokenSecret.Create(), cancellationToken);

    /// <summary>Revokes a token of the master token's customer by its secret's hash.</summary>
    /// <returns>False where the customer has no such token, or it is the master token itself.</returns>
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

    /// <summary>Issues a token with a secret that is known beforehand; for the demonstration data alone.</summary>
    public Task<Outcome<IssuedToken>> IssueKnownAsync(
        Actor portal,
        CustomerId customerId,
        TokenRequest request,
        string secret,
        CancellationToken cancellationToken = default) =>
        portal.UserId is null
            ? CreateAsync(portal, customerId, request, secret, cancellationToken)
            : throw new InvalidOperationException("Only the portal itself sets secrets.");

    /// <summary>
    /// Ends a token at once and for good. Repeating it changes nothing. A native token ends when the upstream has been told,
    /// which is tried here and again later (<see cref="ApiToken.DeletedUpstreamAtUtc"/>).
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

        var now = clock.GetUtcNow();
        var changed = await db.ApiTokens
            .Where(t => t.Id == tokenId && t.RevokedAtUtc == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAtUtc, now), cancellationToken);
        if (changed > 0)
        {
            db.Audit(actor, now, Permission.TokensRevoke, Describe(token), token.ResellerId, token.CustomerId);
            await db.SaveChangesAsync(cancellationToken);
            token.RevokedAtUtc = now;
        }

        await transaction.CommitAsync(cancellationToken);
        await TryDeleteUpstreamAsync(token, cancellationToken);
        return token;
    }

    /// <summary>Tells the upstream of revoked native tokens that it could not be told of before.</summary>
    public async Task DeleteRevokedUpstreamAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.CrossTenants("revoked tokens of all tenants are told to the upstream"));
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
    /// Gives a token a new secret; the old one is good for <paramref name="overlap"/> more, so that programs can be changed over.
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
            return Refusal.Because($"The old secret is good for 0 to {MaxOverlap.Days} days more.", nameof(overlap));
        }

        var secret = TokenSecret.Create();
        var protectedSecret = _protector.Protect(secret);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<ApiToken>(db, [tokenId], cancellationToken);
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
                "ConvertAPI keeps this token and gives it no new secret. Issue a new token, change your programs over, then revoke this "
                    + "one.");
        }

        (
            token.PreviousSecretHash,
            token.PreviousProtectedSecret,
            token.PreviousSecretEndsAtUtc) = (token.SecretHash, token.ProtectedSecret, now + overlap);
        (token.SecretHash, token.ProtectedSecret, token.SecretEnding) = (TokenSecret.Hash(secret), protectedSecret, GetEnding(secret));
        db.Audit(
            actor,
            now,
            Permission.TokensIssue,
            $"new secret for {Describe(token)}; the old one ends {now + overlap:yyyy-MM-dd HH:mm} UTC",
            token.ResellerId,
            token.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new IssuedToken(token, secret);
    }

    private static Actor CreateActor(ApiToken master) =>
        Actor.Portal($"master token (…{master.SecretEnding})", TenantScope.ForCustomer(master.ResellerId, master.CustomerId));

    private Task<Outcome<IssuedToken>> MakeAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken) => request.IsNative
        ? CreateNativeAsync(actor, customerId, request, cancellationToken)
        : CreateAsync(actor, customerId, request, TokenSecret.Create(), cancellationToken);

    /// <summary>The upstream makes the token first: what a crash leaves there is a token whose secret nobody has seen.</summary>
    private async Task<Outcome<IssuedToken>> CreateNativeAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if ((Check(request, now) ?? CheckNative(request)) is { } refusal)
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
                    "Tokens for ConvertAPI itself are switched off. The reseller switches them on under Gateway.",
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

    /// <param name="validUntilUtc">When the upstream ends it, for a native token.</param>
    private async Task<Outcome<IssuedToken>> CreateAsync(
        Actor actor,
        CustomerId customerId,
        TokenRequest request,
        string secret,
        CancellationToken cancellationToken,
        DateTimeOffset? validUntilUtc = null)
    {
        var now = clock.GetUtcNow();
        if (Check(request, now) is { } refusal)
        {
            return refusal;
        }

        // Before the transaction: a key that protects it may have to be stored first, on a connection of its own.
        var protectedSecret = _protector.Protect(secret);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Customer>(db, [customerId.Value], cancellationToken);
        if (await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var contractEndsAtUtc = customer.ContractEndsAtUtc(
            (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == customer.ResellerId, cancellationToken)).Zone);
        if (contractEndsAtUtc <= now)
        {
            return Refusal.Because(
                $"The contract ended with {customer.LastDay:yyyy-MM-dd}. Tokens can be issued again once that day is taken back.");
        }

        if (request.IsNative && (contractEndsAtUtc is not null || customer.IsPrepaid))
        {
            return Refusal.Because(
                $"This customer {(customer.IsPrepaid
                    ? "is prepaid"
                    : "has a contract with an "
                        + "end")}, and a token at ConvertAPI cannot be stopped by the portal. Issue one of the portal's own.",
                nameof(request.IsNative));
        }

        var isSelfService = actor.Scope.Customer is not null;
        var living = await db.ApiTokens.CountAsync(
            t => t.CustomerId == customerId
                && t.RevokedAtUtc == null
                && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now)
                && (!isSelfService || t.IsSelfService),
            cancellationToken);
        if (isSelfService && AllowanceRefusal(customer, request, actor.UserId is null ? null : living) is { } beyondAllowance)
        {
            return beyondAllowance;
        }

        if (request.IsMaster
            && await db.ApiTokens.AnyAsync(
                t => t.CustomerId == customerId && t.IsMaster && t.RevokedAtUtc == null && (t.ExpiresAtUtc == null || t.ExpiresAtUtc > now),
                cancellationToken))
        {
            return Refusal.Because(
                "This customer has a master token already. Give that one a new secret, or revoke it first.", nameof(request.IsMaster));
        }

        if (living >= MaxTokensPerCustomer)
        {
            return Refusal.Because($"A customer has up to {MaxTokensPerCustomer} living tokens. Revoke some first.");
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
        db.Audit(actor, now, Permission.TokensIssue, Describe(token), token.ResellerId, token.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new IssuedToken(token, secret);
    }

    private static Refusal? Check(TokenRequest request, DateTimeOffset now) => request switch
    {
        { Environment: var label } when string.IsNullOrWhiteSpace(label)
            || label.Trim().Length > 60
            || label.Any(char.IsControl)
            || !char.IsLetterOrDigit(label.Trim()[0]) =>
            Refusal.Because(
                "Name the environment in up to 60 characters, such as production, beginning with a letter or a digit.",
                nameof(request.Environment)),
        { UsageLimit: < 1 or > MaxUsageLimit } =>
            Refusal.Because(
                $"A usage limit is from 1 to {MaxUsageLimit:N0} conversions; leave it empty for no limit.", nameof(request.UsageLimit)),
        { ExpiresAtUtc: { } expires } when expires <= now =>
            Refusal.Because(
                "The expiry has passed already. Choose a later one, or leave it empty for never.", nameof(request.ExpiresAtUtc)),
        { ExpiresAtUtc: { } expires } when expires > now.AddYears(10) =>
            Refusal.Because("An expiry is at most ten years away; leave it empty for never.", nameof(request.ExpiresAtUtc)),
        { NotBeforeUtc: { } from } when from >= (request.ExpiresAtUtc ?? DateTimeOffset.MaxValue) || from > now.AddYears(10) =>
            Refusal.Because(
                "A token begins before it expires, and within ten years; leave the beginning empty for at once.",
                nameof(request.NotBeforeUtc)),
        { LimitPeriod: LimitPeriod.Month, UsageLimit: null } =>
            Refusal.Because("A limit that renews each month needs a number of conversions.", nameof(request.UsageLimit)),
        { AllowedConverters: var converters } when converters.Count > 100 || !converters.All(IsConverter) =>
            Refusal.Because(
                "Name up to 100 converters like docx-to-pdf, in lower case; leave it empty to allow all.",
                nameof(request.AllowedConverters)),
        { AllowedNetworks: var networks } when networks.Count > 50 || !networks.All(network => IPNetwork.TryParse(network, out _)) =>
            Refusal.Because(
                "Enter up to 50 networks in CIDR form, such as 203.0.113.0/24 or 2001:db8::/32 (/32 for a single address).",
                nameof(request.AllowedNetworks)),
        { AllowedOrigins: var origins } when origins.Count > 50 || !origins.All(IsOrigin) =>
            Refusal.Because(
                "Enter up to 50 web origins such as https://app.example.com, without a path; leave it empty to allow all.",
                nameof(request.AllowedOrigins)),
        { RequestsPerMinute: < 1 or > 1_000_000 } =>
            Refusal.Because("Requests per minute are from 1 to 1,000,000; leave it empty for no limit.", nameof(request.RequestsPerMinute)),
        { ConcurrentRequests: < 1 or > 100_000 } =>
            Refusal.Because("Requests at once are from 1 to 100,000; leave it empty for no limit.", nameof(request.ConcurrentRequests)),
        _ => null,
    };

    /// <summary>The upstream knows a limit and an expiry, and nothing else.</summary>
    private static Refusal? CheckNative(TokenRequest request) => request switch
    {
        { IsMaster: true } =>
            Refusal.Because(
                "A master token is for the gateway; ConvertAPI would give it the reseller's whole account.", nameof(request.IsMaster)),
        { LimitPeriod: LimitPeriod.Month } =>
            Refusal.Because(
                "ConvertAPI counts a limit over the token's whole life. Issue a token for each month, or one for the gateway.",
                nameof(request.LimitPeriod)),
        { NotBeforeUtc: not null } => Refusal.Because("A token at ConvertAPI begins at once.", nameof(request.NotBeforeUtc)),
        { AllowedConverters.Count: > 0 } or { AllowedNetworks.Count: > 0 }
            or { AllowedOrigins.Count: > 0 } or { RequestsPerMinute: not null } or { ConcurrentRequests: not null } =>
            Refusal.Because(
                "ConvertAPI keeps a usage limit and an expiry. Leave the other terms empty, or issue a token for the gateway.",
                nameof(request.IsNative)),
        _ => null,
    };

    /// <summary>Of a short secret, as the upstream's are, so little that the rest cannot be guessed.</summary>
    private static string GetEnding(string secret) => secret[^(secret.Length < 16 ? 2 : 4)..];

    /// <param name="living">How many it made that live; null where their number does not matter.</param>
    private static Refusal? AllowanceRefusal(Customer customer, TokenRequest request, int? living)
    {
        if (request.IsMaster)
        {
            return Refusal.Because("Your reseller issues the master token. Ask for it there.", nameof(request.IsMaster));
        }

        if (living is not null && customer.SelfServiceTokens == 0)
        {
            return Refusal.Because("Your reseller issues the tokens of this account. Ask for one there.");
        }

        if (living >= customer.SelfServiceTokens)
        {
            return Refusal.Because(
                $"You have {living} of the {customer.SelfServiceTokens} tokens that you may make yourself. Revoke one you no longer use.");
        }

        return customer.SelfServiceMaxLimit is { } max && (request.UsageLimit is null || request.UsageLimit > max)
            ? Refusal.Because($"A token you make yourself carries a usage limit of up to {max:N0} conversions.", nameof(request.UsageLimit))
            : null;
    }

    private static string Describe(ApiToken token) =>
        $"{(token.IsMaster
            ? "master token"
            : token.IsNative
            ? "token at ConvertAPI"
            : "token")} {token.Environment} (…{token.SecretEnding}), "
        + $"{(token.UsageLimit is { } limit ? $"limit {limit}{(token.LimitPeriod == LimitPeriod.Month ? " a month" : "")}" : "no limit")}, "
        + (token.ExpiresAtUtc is { } expires ? $"expires {expires:yyyy-MM-dd HH:mm} UTC" : "never expires");

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Scheme is "https" or "http")
            && uri.GetLeftPart(UriPartial.Authority) == origin;

    /// <summary>Whether a text names a converter as the ledger does: "docx-to-pdf".</summary>
    internal static bool IsConverter(string name) => ConverterRegex().IsMatch(name);

    [GeneratedRegex("^[a-z0-9_]{1,20}-to-[a-z0-9_]{1,20}$")]
    private static partial Regex ConverterRegex();
}
