namespace ResellerPortal.Core.Time;

/// <summary>Local days of a time zone, handling daylight saving gaps and overlaps in one place.</summary>
public static class TimeZones
{
    extension(TimeZoneInfo zone)
    {
        /// <summary>The local calendar day of an instant.</summary>
        public DateOnly GetDay(DateTimeOffset instant) =>
            DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

        /// <summary>
        /// The first instant of a local day, UTC. If clocks skip midnight, the day starts at the end of the gap; if midnight occurs twice,
        /// it starts at the first.
        /// </summary>
        public DateTimeOffset StartOfDayUtc(DateOnly day) => zone.AtUtc(day, TimeOnly.MinValue);

        /// <summary>The instant of a local time on a day, UTC; skipped and repeated times as in <see cref="StartOfDayUtc"/>.</summary>
        public DateTimeOffset AtUtc(DateOnly day, TimeOnly time)
        {
            var local = day.ToDateTime(time);
            while (zone.IsInvalidTime(local))
            {
                local = local.AddMinutes(1);
            }

            var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
            return new DateTimeOffset(local, offset).ToUniversalTime();
        }
    }

    /// <summary>Finds an IANA zone such as "Europe/Vilnius".</summary>
    public static bool TryFind(string? id, out TimeZoneInfo zone) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(id ?? "", out zone!);
}
