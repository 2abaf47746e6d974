using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Workers;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Jobs;

/// <summary>Polls running jobs until they finish, whichever node started them, and calls the webhooks of finished jobs.</summary>
internal sealed class JobPollingWorker(
    ConversionJobStore jobs,
    JobSettlement settlement,
    IHttpClientFactory clients,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<JobPollingWorker> logger) : PeriodicWorker(clock, logger)
{
    public const string WebHookClient = "webhooks";

    private const int JobsAtOnce = 500;

    /// <summary>Minimum age of a job before its first poll. The upstream allows one query per job every five seconds.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private DateTimeOffset _forgetAtUtc;

    public override TimeSpan Interval => options.Value.JobPolling;

    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var settled = await PollAsync(cancellationToken);
        await CallWebHooksAsync(cancellationToken);
        if (Clock.GetUtcNow() >= _forgetAtUtc)
        {
            await jobs.DeleteOldAsync(cancellationToken);
            _forgetAtUtc = Clock.GetUtcNow() + ForgetEvery;
        }

        return settled;
    }

    private async Task<int> PollAsync(CancellationToken cancellationToken)
    {
        var settled = 0;
        foreach (var job in await jobs.ListRunningAsync(JobsAtOnce, cancellationToken))
        {
            if (Clock.GetUtcNow() - job.CreatedAtUtc >= MinAge && await settlement.TryCompleteAsync(job, cancellationToken))
            {
                settled++;
            }
        }

        return settled;
    }

    private async Task CallWebHooksAsync(CancellationToken cancellationToken)
    {
        foreach (var job in await jobs.ListDueWebHooksAsync(cancellationToken))
        {
            await jobs.RecordWebHookAttemptAsync(job, await CallAsync(job, cancellationToken));
        }
    }

    /// <summary>ConvertAPI posts the id as JSON, but older clients read it from the query.</summary>
    private async Task<bool> CallAsync(ConversionJob job, CancellationToken cancellationToken)
    {
        var address = Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString(job.WebHook!, "JobId", job.Name);
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, address)
            { Content = new StringContent($$"""{"JobId":"{{job.Name}}"}""", null, "application/json") };
            using var answer = await clients.CreateClient(WebHookClient).SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or CallerErrorException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            Logger.LogInformation("The webhook of job {Job} could not be reached: {Reason}", job.Id, failure.Message);
            return false;
        }
    }
}
