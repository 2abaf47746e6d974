namespace ResellerPortal.Gateway.Upstream;

/// <summary>The outcome of an upstream request.</summary>
internal abstract record UpstreamOutcome
{
    private UpstreamOutcome()
    {
    }

    /// <summary>The upstream returned files. The response is disposed by its consumer.</summary>
    public sealed record Converted(ConversionResponse Response) : UpstreamOutcome;

    /// <summary>The upstream accepted the job and converts asynchronously.</summary>
    /// <param name="JobId">The upstream's id of it.</param>
    public sealed record JobAccepted(string JobId) : UpstreamOutcome;

    /// <summary>The job is still running.</summary>
    public sealed record StillRunning : UpstreamOutcome;

    /// <summary>The upstream does not know the job.</summary>
    public sealed record JobUnknown : UpstreamOutcome;

    /// <summary>The upstream refused in its own words; failed conversions are not charged.</summary>
    public sealed record Rejected(int Status, string Body) : UpstreamOutcome;

    /// <summary>The upstream rejected our account.</summary>
    public sealed record AccountRefused(string Body) : UpstreamOutcome;

    /// <summary>No connection was made, so nothing was sent.</summary>
    public sealed record Unreachable : UpstreamOutcome;

    /// <summary>The caller disconnected, sent too much or sent unreadable content before the whole request was forwarded.</summary>
    public sealed record CallerFailed(Exception Failure) : UpstreamOutcome;

    /// <summary>The request was sent, but no readable response arrived in time. It may have been charged.</summary>
    /// <param name="IsCallersLimit">Whether the time was the caller's own limit, which says nothing of the upstream.</param>
    public sealed record Lost(bool IsCallersLimit = false) : UpstreamOutcome;
}
