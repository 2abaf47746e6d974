using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>A customer's account as its API clients see it, in conversions.</summary>
/// <param name="Total">Consumed plus remaining conversions; a token without a limit counts as <see cref="ApiTokenService.MaxUsageLimit"/>
/// remaining.</param>
public sealed record AccountSummary(string Name, string Email, long Total, long Consumed);

/// <param name="Day">In the reseller's time zone.</param>
/// <param name="Token">The token's environment and the last characters of its secret.</param>
public sealed record AccountDay(DateOnly Day, string Token, string Converter, long Conversions);

/// <summary>Usage that a customer can read with its master token.</summary>
public sealed class AccountUsageQueries(PortalDatabase database, TimeProvider clock)
{
    public async Task<AccountSummary> GetSummaryAsync(ApiToken master, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(GetScope(master));
        var customer = await db.Customers.AsNoTracking().SingleAsync(cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var tokens = await db.ApiTokens.AsNoTracking().ToListAsync(cancellationToken);
        var month = BillingPeriod.Containing(now, reseller.Zone).FirstDay;
        var consumed = tokens.Sum(t => t.Used);
        var left = tokens.Where(t => t.GetState(now, month) is TokenState.Active or TokenState.Waiting).Sum(
            t => t.GetRemaining(month) ?? ApiTokenService.MaxUsageLimit);
        return new AccountSummary(customer.Name, customer.Email, consumed + Math.Min(left, ApiTokenService.MaxUsageLimit), consumed);
    }

    /// <summary>Daily usage from the first day to the last, both included, oldest first.</summary>
    public async Task<IReadOnlyList<AccountDay>> ListDaysAsync(
        ApiToken master,
        DateOnly from,
        DateOnly until,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(GetScope(master));
        var tokens = await db.ApiTokens.AsNoTracking()
            .ToDictionaryAsync(t => t.Id, t => $"{t.Environment} (…{t.SecretEnding})", cancellationToken);
        var days = await db.UsageRollups
            .Where(r => r.CustomerId == master.CustomerId && r.Day >= from && r.Day <= until)
            .GroupBy(r => new { r.Day, r.TokenId, r.Converter })
            .Select(g => new { g.Key.Day, g.Key.TokenId, g.Key.Converter, Quantity = g.Sum(r => r.Quantity) })
            .ToListAsync(cancellationToken);
        return [.. days
            .OrderBy(d => d.Day)
            .ThenBy(d => tokens[d.TokenId], StringComparer.Ordinal)
            .ThenBy(d => d.Converter, StringComparer.Ordinal)
                .Select(d => new AccountDay(d.Day, tokens[d.TokenId], d.Converter, d.Quantity))];
    }

    private static TenantScope GetScope(ApiToken token) => TenantScope.ForCustomer(token.ResellerId, token.CustomerId);
}
