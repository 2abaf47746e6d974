using ResellerPortal.Core.Persistence.Copying;

namespace ResellerPortal.Web.Commands;

/// <summary>Writes a line whenever a table is through, and every other second between.</summary>
internal sealed class CopyProgressWriter(TimeProvider clock, TextWriter output) : IProgress<CopyProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string? _table;
    private long _started;
    private long _printed;

    public void Report(CopyProgress value)
    {
        if (value.Table != _table)
        {
            (_table, _started, _printed) = (value.Table, clock.GetTimestamp(), clock.GetTimestamp());
        }

        if (value.Done < value.Total && clock.GetElapsedTime(_printed) < Interval)
        {
            return;
        }

        _printed = clock.GetTimestamp();
        var milliseconds = Math.Max(1, (long)clock.GetElapsedTime(_started).TotalMilliseconds);
        var perSecond = value.Done * 1000 / milliseconds;
        var left = perSecond > 0 ? $", {TimeSpan.FromSeconds((value.Total - value.Done) / perSecond):mm\\:ss} left" : "";
        output.WriteLine(
            $"{value.Table,-24}{value.Done,14:N0} of {value.Total:N0} rows"
                + (value.Done < value.Total ? $", {perSecond:N0} a second{left}" : ""));
    }
}
