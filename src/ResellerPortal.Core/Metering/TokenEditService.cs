using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <param name="IsSpent">Whether its limit is used up, so that its requests are refused from now on.</param>
public sealed record EditedToken(ApiToken Token, bool IsSpent);

/// <summary>
/// Changes the terms of issued tokens. They apply to the next request at every node, because the meter decides on the locked row. Usage
/// and what requests in flight hold stay as they are.
/// </summary>
public sealed class TokenEditService(PortalDatabase database, TimeProvider clock)
{
    public const string EditAction = "tokens.edit";

    /// <summary>
    /// Replaces a token's terms; those that decide what it is (master, native) stay. A token that is a master token's stays within its
    /// terms: what is narrower afterwards is narrower for the tokens that it issued, too. Idempotent.
    /// Refused: no such token; the terms are not valid; the token is revoked or expired, or was issued by a master token; ConvertAPI
    /// manages the term; a customer's member may not make this change; issued tokens may use more than the new limit.
    /// </summary>
    public async Task<Outcome<EditedToken>> EditAsync(
        Actor actor,
        Guid tokenId,
        TokenRequest terms,
        CancellationToken cancellationToken = default)
    {
        var isCustomer = actor.Scope.Customer is not null;
        actor.Demand(isCustomer ? Permission.MyTokensManage : Permission.TokensIssue);
        var now = clock.GetUtcNow();
        terms = Normalize(terms);
        if (TokenRequestValidator.Check(terms, now) is { } invalid)
        {
            return invalid;
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockWithIssuedAsync(db, tokenId, cancellationToken);
        if (await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == tokenId, cancellationToken) is not { } token)
        {
            return Refusal.NotFound("token");
        }

        // Whoever ends the contract locks the customer's tokens first, so that its last day does not change meanwhile.
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == token.CustomerId, cancellationToken);
        var zone = (await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == token.ResellerId, cancellationToken)).Zone;
        terms = terms with
        {
            LimitPolicy = isCustomer ? token.LimitPolicy : terms.LimitPolicy,
            ExpiresAtUtc = GetEarlier(terms.ExpiresAtUtc, customer.ContractEndsAtUtc(zone)),
        };
        var changes = TokenChangeText.Describe(token, terms);
        if (TokenEditValidator.Validate(token, terms, now) is { } refusal)
        {
            return refusal;
        }

        if (isCustomer && TokenEditValidator.ValidateAllowance(customer, token, terms) is { } beyondAllowance)
        {
            return beyondAllowance;
        }

        var month = BillingPeriod.Containing(now, zone);
        if (changes.Length == 0)
        {
            return new EditedToken(token, token.IsSpent(month.FirstDay));
        }

        var former = $"{(token.IsMaster ? "master token" : "token")} {token.Environment} (…{token.SecretEnding})";
        var issued = token.IsMaster ? await IssuedTokenTerms.UpdateIssuedAsync(db, token, terms, now, cancellationToken) : "";
        if (terms.LimitPeriod == LimitPeriod.Month && token.LimitMonth != month.FirstDay)
        {
            // What the token has used in this month counts against a limit that becomes monthly.
            (token.LimitMonth, token.UsedBeforeMonth) = (
                month.FirstDay,
                token.Used - await SumRecordedAsync(db, token, month.StartsAtUtc(zone), cancellationToken));
        }

        Apply(token, terms);
        token.AlertedPercent = token.UsageLimit is { } limit ? UsageAlert.GetReachedPercent(token.GetUsed(month.FirstDay), limit) : 0;
        if (await IssuedTokenTerms.ValidateLimitAsync(db, token, zone, now, cancellationToken) is { } beyondIssued)
        {
            return beyondIssued;
        }

        db.AuditToken(actor, now, EditAction, $"{former}: {changes}{issued}", token);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EditedToken(token, token.IsSpent(month.FirstDay));
    }

    private static void Apply(ApiToken token, TokenRequest terms)
    {
        if (token.ExpiresAtUtc != terms.ExpiresAtUtc)
        {
            token.ExpiryRecordedAtUtc = null;
        }

        token.Environment = terms.Environment;
        token.UsageLimit = terms.UsageLimit;
        token.LimitPeriod = terms.LimitPeriod;
        token.LimitPolicy = terms.LimitPolicy;
        token.NotBeforeUtc = terms.NotBeforeUtc;
        token.ExpiresAtUtc = terms.ExpiresAtUtc;
        token.AllowedConverters = terms.AllowedConverters;
        token.AllowedNetworks = terms.AllowedNetworks;
        token.AllowedOrigins = terms.AllowedOrigins;
        token.RequestsPerMinute = terms.RequestsPerMinute;
        token.ConcurrentRequests = terms.ConcurrentRequests;
    }

    /// <summary>What a monthly limit that counts since an instant has counted: see <see cref="LedgerTotals.UsedBeforeMonth"/>.</summary>
    private static Task<long> SumRecordedAsync(
        PortalDbContext db,
        ApiToken token,
        DateTimeOffset since,
        CancellationToken cancellationToken) =>
        db.LedgerEntries
            .Where(e => e.CustomerId == token.CustomerId && e.TokenId == token.Id && e.RecordedAtUtc >= since)
            .Where(e => e.Kind != EntryKind.Correction || e.OccurredAtUtc >= since)
            .SumAsync(e => e.Quantity, cancellationToken);

    private static TokenRequest Normalize(TokenRequest terms) => terms with
    {
        Environment = terms.Environment.Trim(),
        NotBeforeUtc = terms.NotBeforeUtc?.ToUniversalTime(),
        ExpiresAtUtc = terms.ExpiresAtUtc?.ToUniversalTime(),
    };

    private static DateTimeOffset? GetEarlier(DateTimeOffset? wished, DateTimeOffset? latest) =>
        latest is null || wished < latest ? wished : latest;
}
