namespace ResellerPortal.Web.Demo;

/// <summary>A manually set clock, so that the real services write demo history with past timestamps.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
