namespace ResellerPortal.Gateway.Upstream;

/// <summary>What became of a request to the upstream.</summary>
internal abstract record UpstreamOutcome
{
    private UpstreamOutcome()
    {
    }

    /// <summary>It answered with files. The answer is disposed by who takes it.</summary>
    public sealed record Converted(ConversionResponse Response) : UpstreamOutcome;

    /// <summary>It took the job and will convert without anybody waiting.</summary>
    public sealed record JobTaken : UpstreamOutcome;

    /// <summary>The job is not done yet.</summary>
    public sealed record StillRunning : UpstreamOutcome;

    /// <summary>It knows of no such job.</summary>
    public sealed record JobUnknown : UpstreamOutcome;

    /// <summary>It said no in its own words; failed conversions are not charged.</summary>
    public sealed record Rejected(int Status, string Body) : UpstreamOutcome;

    /// <summary>It did not accept our own account.</summary>
    public sealed record AccountRefused(string Body) : UpstreamOutcome;

    /// <summary>No connection was made, so nothing was sent.</summary>
    public sealed record Unreachable : UpstreamOutcome;

    /// <summary>The caller broke off, sent more than allowed or what cannot be passed on, before the whole request was sent.</summary>
    public sealed record CallerFailed(Exception Failure) : UpstreamOutcome;

    /// <summary>The request was sent, and no answer that can be read came back in time. It may have been charged.</summary>
    public sealed record Lost : UpstreamOutcome;
}
