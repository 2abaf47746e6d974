using System.Globalization;
using CsCheck;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tests.Time;

public sealed class BillingPeriodTests
{
    private static readonly string[] Zones = [
        "Europe/Vilnius", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/Santiago", "UTC",
    ];

    [Theory]
    [InlineData("2026-10-31T21:59:59Z", "2026-10")]
    [InlineData("2026-10-31T22:00:00Z", "2026-11")]
    [InlineData("2026-07-31T20:59:59Z", "2026-07")]
    [InlineData("2026-07-31T21:00:00Z", "2026-08")]
    public void A_month_ends_at_local_midnight_summer_and_winter(string instant, string period) =>
        Assert.Equal(period, BillingPeriod.Containing(At(instant), TimeZoneInfo.FindSystemTimeZoneById("Europe/Vilnius")).ToString());

    [Fact]
    public void Every_instant_is_in_exactly_one_period() =>
        Gen.Select(Gen.Long[0, 4_102_444_800], Gen.OneOf(Zones)).Sample((seconds, zoneId) =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
            var instant = DateTimeOffset.FromUnixTimeSeconds(seconds);
            var period = BillingPeriod.Containing(instant, zone);
            return period.StartsAtUtc(zone) <= instant
                && instant < period.EndsAtUtc(zone)
                && period.EndsAtUtc(zone) == period.Next.StartsAtUtc(zone);
        });

    [Fact]
    public void A_day_whose_midnight_is_skipped_starts_where_the_gap_ends()
    {
        // In Santiago clocks move from 24:00 to 01:00 on 2026-09-06.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Santiago");
        Assert.Equal(At("2026-09-06T04:00:00Z"), zone.StartOfDayUtc(new DateOnly(2026, 9, 6)));
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
