namespace ResellerPortal.Web.Demo;

/// <summary>A clock that is set by hand, so that made-up history is written by the real services at its own time.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
