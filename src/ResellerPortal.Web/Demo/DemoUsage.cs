using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Demo;

internal sealed record DemoAccount(DemoCustomer Demo, CustomerId CustomerId, Guid ProductionTokenId, Guid StagingTokenId);

/// <summary>Generates reproducible demo usage with working days, seasons and growth.</summary>
internal sealed class DemoUsage(TimeZoneInfo zone)
{
    private const int Seed = 20_260_401;
    private const long StagingLimit = 100;

    // Publishing and insurance slow down in summer and at the end of the year.
    private static readonly decimal[] Seasons = [0.95m, 1.0m, 1.15m, 1.1m, 1.05m, 0.95m, 0.75m, 0.7m, 1.05m, 1.15m, 1.2m, 0.9m];

    private readonly Random _random = new(Seed);
    private readonly Dictionary<Guid, long> _stagingUsed = [];

    /// <summary>Returns one month of usage of all accounts in chronological order, up to <paramref name="now"/>.</summary>
    public IReadOnlyList<UsageFact> Create(
        IReadOnlyList<DemoAccount> accounts,
        BillingPeriod period,
        int index,
        DateTimeOffset now,
        int monthsToCome)
    {
        var facts = new List<UsageFact>();
        foreach (var account in accounts.Where(a => monthsToCome >= a.Demo.QuietMonths))
        {
            var entries =
                (int)(account.Demo.EntriesPerMonth * Seasons[period.FirstDay.Month - 1] * (1 + (account.Demo.GrowthPerMonth * index)));
            for (var i = 0; i < entries; i++)
            {
                var occurred = RandomInstant(period);
                if (occurred < now)
                {
                    facts.Add(Fact(account, occurred));
                }
            }
        }

        facts.Sort((a, b) => a.OccurredAtUtc.CompareTo(b.OccurredAtUtc));
        return facts;
    }

    private UsageFact Fact(DemoAccount account, DateTimeOffset occurred)
    {
        var quantity = _random.Next(100) switch { < 88 => 1, < 96 => 2, _ => 3 };
        var used = _stagingUsed.GetValueOrDefault(account.StagingTokenId);
        var isStaging = _random.Next(100) < 4 && used < StagingShare(account);
        if (isStaging)
        {
            _stagingUsed[account.StagingTokenId] = used + quantity;
        }

        // The newest customer imported past usage that already exceeded its limit.
        var source = account.Demo.GrowthPerMonth > 0.08m && isStaging ? UsageSource.Import : UsageSource.Gateway;
        var converter = account.Demo.Converters[Math.Min(
            _random.Next(account.Demo.Converters.Length), _random.Next(account.Demo.Converters.Length))];
        return new UsageFact(
            isStaging ? account.StagingTokenId : account.ProductionTokenId, occurred, converter, quantity, source, NextId());
    }

    /// <summary>Returns the staging usage of an account: Acme keeps some, one exceeds the limit, the others almost reach it.</summary>
    private static long StagingShare(DemoAccount account) => account.Demo switch
    {
        { Markup: null, GrowthPerMonth: > 0.08m } => StagingLimit + 8,
        { Markup: null } => 40,
        { QuietMonths: > 0 } => 60,
        _ => StagingLimit - 2,
    };

    private DateTimeOffset RandomInstant(BillingPeriod period)
    {
        while (true)
        {
            var day = period.FirstDay.AddDays(_random.Next(period.LastDay.Day));
            var isWeekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            if (!isWeekend || _random.Next(100) < 25)
            {
                var secondOfDay = (7 * 3600) + _random.Next(12 * 3600);
                return zone.StartOfDayUtc(day).AddSeconds(secondOfDay).AddMilliseconds(_random.Next(1000));
            }
        }
    }

    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
