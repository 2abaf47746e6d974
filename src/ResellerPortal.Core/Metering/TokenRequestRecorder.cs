using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>Whose token a request has.</summary>
internal readonly record struct TokenIdentity(ResellerId Reseller, CustomerId Customer, Guid Token)
{
    public static TokenIdentity FromToken(ApiToken token) => new(token.ResellerId, token.CustomerId, token.Id);
}

/// <summary>
/// Counts the outcomes of this node's requests in memory until <see cref="TokenRequestCountWorker"/> writes them, so that no request costs
/// a write of its own.
/// </summary>
public sealed class TokenRequestRecorder(TimeProvider clock)
{
    /// <summary>Counters beyond this number are not kept, so that memory is bounded while the database is unavailable.</summary>
    private const int MaxCounters = 100_000;

    private readonly Lock _gate = new();
    private Dictionary<Key, long> _requests = [];

    internal void Add(TokenIdentity owner, ReserveResult result)
    {
        if (FindOutcome(result) is { } outcome)
        {
            var key = new Key(owner, GetHour(clock.GetUtcNow()), outcome);
            lock (_gate)
            {
                Add(key, 1);
            }
        }
    }

    /// <summary>The start of the hour, UTC, that an instant is in.</summary>
    internal static DateTimeOffset GetHour(DateTimeOffset instant) =>
        new(instant.UtcDateTime.AddTicks(-(instant.UtcTicks % TimeSpan.TicksPerHour)), TimeSpan.Zero);

    /// <summary>Takes what has been counted since the last call, ordered by key.</summary>
    internal IReadOnlyList<TokenRequestCount> Take()
    {
        Dictionary<Key, long> taken;
        lock (_gate)
        {
            (taken, _requests) = (_requests, []);
        }

        return
        [
            .. taken
                .OrderBy(c => c.Key.Owner.Reseller.Value)
                .ThenBy(c => c.Key.Owner.Token)
                .ThenBy(c => c.Key.Hour)
                .ThenBy(c => c.Key.Outcome)
                .Select(c => new TokenRequestCount
                {
                    ResellerId = c.Key.Owner.Reseller,
                    CustomerId = c.Key.Owner.Customer,
                    TokenId = c.Key.Owner.Token,
                    HourStartsAtUtc = c.Key.Hour,
                    Outcome = c.Key.Outcome,
                    Requests = c.Value,
                }),
        ];
    }

    /// <summary>Puts back what could not be written.</summary>
    internal void Return(IEnumerable<TokenRequestCount> counts)
    {
        lock (_gate)
        {
            foreach (var count in counts)
            {
                Add(
                    new Key(new TokenIdentity(count.ResellerId, count.CustomerId, count.TokenId), count.HourStartsAtUtc, count.Outcome),
                    count.Requests);
            }
        }
    }

    private void Add(Key key, long requests)
    {
        if (_requests.TryGetValue(key, out var before) || _requests.Count < MaxCounters)
        {
            _requests[key] = before + requests;
        }
    }

    /// <returns>Null for what says nothing about a token.</returns>
    private static RequestOutcome? FindOutcome(ReserveResult result) => result switch
    {
        ReserveResult.Held => RequestOutcome.Accepted,
        ReserveResult.TokenRevoked => RequestOutcome.Revoked,
        ReserveResult.TokenExpired => RequestOutcome.Expired,
        ReserveResult.TokenNotYetValid => RequestOutcome.NotYetValid,
        ReserveResult.AccountPaused => RequestOutcome.AccountPaused,
        ReserveResult.UsedUpstream => RequestOutcome.UsedUpstream,
        ReserveResult.ConverterNotAllowed => RequestOutcome.ConverterNotAllowed,
        ReserveResult.CallerNotAllowed => RequestOutcome.AddressNotAllowed,
        ReserveResult.OriginNotAllowed => RequestOutcome.OriginNotAllowed,
        ReserveResult.LimitReached => RequestOutcome.LimitReached,
        ReserveResult.BalanceSpent => RequestOutcome.BalanceSpent,
        ReserveResult.CreditsExhausted => RequestOutcome.CreditsExhausted,
        ReserveResult.TooManyInFlight => RequestOutcome.TooManyAtOnce,
        ReserveResult.TooManyRequests => RequestOutcome.TooManyPerMinute,
        ReserveResult.ShareReached or ReserveResult.RemainderHeld or ReserveResult.CreditsHeld => RequestOutcome.ConversionsHeld,
        _ => null,
    };

    private readonly record struct Key(TokenIdentity Owner, DateTimeOffset Hour, RequestOutcome Outcome);
}
