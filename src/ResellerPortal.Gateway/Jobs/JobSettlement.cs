using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Gateway.Conversions;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Jobs;

/// <summary>Finds out how running jobs ended, including those left by a crash, and settles them.</summary>
internal sealed class JobSettlement(
    ConversionJobStore jobs,
    Meter meter,
    ConversionSettlement settlement,
    UpstreamAccountResolver accounts,
    UpstreamClient upstream,
    TimeProvider clock,
    ILogger<JobSettlement> logger)
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(30);

    public static JobState GetState(UpstreamOutcome outcome) => outcome switch
    {
        UpstreamOutcome.Converted => JobState.Done,
        UpstreamOutcome.Lost => JobState.Lost,
        _ => JobState.Released,
    };

    /// <summary>Whether a job unknown upstream has had enough time to arrive there.</summary>
    public bool IsGivenUp(ConversionJob job) => clock.GetUtcNow() - job.CreatedAtUtc > ReservationSweepWorker.DeadAfter;

    /// <summary>Queries the upstream once, and settles the job if it has ended.</summary>
    /// <returns>False if it is still running, as far as is known.</returns>
    public async Task<bool> TryCompleteAsync(ConversionJob job, CancellationToken cancellationToken)
    {
        var (outcome, cost) = await QueryAsync(job, cancellationToken);
        var isTooOld = clock.GetUtcNow() - job.CreatedAtUtc > ConversionJobStore.UpstreamKeeps;
        switch (outcome)
        {
            case UpstreamOutcome.JobUnknown when IsGivenUp(job):
            case UpstreamOutcome.StillRunning or UpstreamOutcome.Unreachable or UpstreamOutcome.AccountRefused when isTooOld:
                logger.LogWarning("Job {Job} is no longer known upstream; recorded as unconfirmed.", job.Id);
                outcome = new UpstreamOutcome.Lost();
                break;
            case UpstreamOutcome.JobUnknown or UpstreamOutcome.StillRunning
                or UpstreamOutcome.Unreachable or UpstreamOutcome.AccountRefused:
                return false;
        }

        await settlement.SettleAsync(job.Reservation, outcome, cost);
        await jobs.CompleteAsync(job, GetState(outcome));
        return true;
    }

    /// <summary>Queries the upstream; one that takes too long is unreachable, so that a job with it is given up like any other.</summary>
    private async Task<(UpstreamOutcome Outcome, long? Cost)> QueryAsync(ConversionJob job, CancellationToken cancellationToken)
    {
        var account = await accounts.ResolveAsync(job.ResellerId, cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(QueryTimeout);
        try
        {
            var outcome = await upstream.GetJobAsync(account, job.UpstreamId, static _ => { }, deadline.Token);
            if (outcome is not UpstreamOutcome.Converted { Response: var response })
            {
                return (outcome, null);
            }

            using (response)
            {
                return (outcome, await response.ReadCostAsync(deadline.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (new UpstreamOutcome.Unreachable(), null);
        }
    }

    /// <summary>Completes a job that was cancelled upstream: nothing was charged.</summary>
    public async Task CancelAsync(ConversionJob job)
    {
        await meter.ReleaseAsync(job.Reservation);
        await jobs.CompleteAsync(job, JobState.Released);
    }
}
