using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Demo;

/// <summary>Generates the request statistics that the gateway would have counted for demo usage, with a refusal now and then.</summary>
internal static class DemoRequests
{
    private const int HoursBetweenRefusals = 6;

    public static IEnumerable<TokenRequestCount> Create(
        IEnumerable<UsageFact> facts,
        IReadOnlyList<DemoAccount> accounts,
        ResellerId reseller,
        DateTimeOffset now)
    {
        var customers = accounts
            .SelectMany(a => new[] { (Token: a.ProductionTokenId, a.CustomerId), (Token: a.StagingTokenId, a.CustomerId) })
            .ToDictionary(t => t.Token, t => t.CustomerId);
        var hours = facts
            .Where(f => f.Source == UsageSource.Gateway && f.OccurredAtUtc > now - TokenRequestCount.KeptFor)
            .GroupBy(f => (f.TokenId, Hour: GetHour(f.OccurredAtUtc)));
        foreach (var hour in hours)
        {
            yield return CreateCount(hour.Key.TokenId, hour.Key.Hour, RequestOutcome.Accepted, hour.Count());
            if (hour.Key.Hour.Hour % HoursBetweenRefusals == 0)
            {
                yield return CreateCount(hour.Key.TokenId, hour.Key.Hour, RequestOutcome.ConverterNotAllowed, 1 + (hour.Count() / 4));
            }
        }

        TokenRequestCount CreateCount(Guid token, DateTimeOffset hour, RequestOutcome outcome, long requests) => new()
        {
            ResellerId = reseller,
            CustomerId = customers[token],
            TokenId = token,
            HourStartsAtUtc = hour,
            Outcome = outcome,
            Requests = requests,
        };
    }

    private static DateTimeOffset GetHour(DateTimeOffset instant) =>
        new(instant.UtcDateTime.Date.AddHours(instant.UtcDateTime.Hour), TimeSpan.Zero);
}
