using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Workers;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Jobs;

/// <summary>
/// Polls running jobs until they finish, whichever node started them, and calls the webhooks of finished jobs. Each customer has a share of
/// both, and a round waits for none of them: what is slow goes on while the next rounds start what is new.
/// </summary>
internal sealed class JobPollingWorker(
    ConversionJobStore jobs,
    JobSettlement settlement,
    IHttpClientFactory clients,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<JobPollingWorker> logger) : PeriodicWorker(clock, logger)
{
    public const string WebHookClient = "webhooks";

    private const int AtOncePerCustomer = 4;

    private const int AtOnce = 64;

    /// <summary>Minimum age of a job before its first poll. The upstream allows one query per job every five seconds.</summary>
    private static readonly TimeSpan MinAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private readonly CustomerShares _polls = new(AtOncePerCustomer, AtOnce);
    private readonly CustomerShares _calls = new(AtOncePerCustomer, AtOnce);
    private DateTimeOffset _forgetAtUtc;
    private int _settled;

    public override TimeSpan Interval => options.Value.JobPolling;

    /// <returns>How many jobs were settled since the last round.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        foreach (var job in await jobs.ListRunningAsync(cancellationToken))
        {
            if (Clock.GetUtcNow() - job.CreatedAtUtc >= MinAge)
            {
                _polls.Add(job.CustomerId, job.Id, () => TryAsync(job, PollAsync, cancellationToken));
            }
        }

        foreach (var job in await jobs.ListDueWebHooksAsync(cancellationToken))
        {
            _calls.Add(job.CustomerId, job.Id, () => TryAsync(job, CallWebHookAsync, cancellationToken));
        }

        if (Clock.GetUtcNow() >= _forgetAtUtc)
        {
            await jobs.DeleteOldAsync(cancellationToken);
            _forgetAtUtc = Clock.GetUtcNow() + ForgetEvery;
        }

        return Interlocked.Exchange(ref _settled, 0);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_polls.StopAsync(), _calls.StopAsync()).WaitAsync(cancellationToken);
    }

    private async Task PollAsync(ConversionJob job, CancellationToken cancellationToken)
    {
        if (await settlement.TryCompleteAsync(job, cancellationToken))
        {
            Interlocked.Increment(ref _settled);
        }
    }

    private async Task CallWebHookAsync(ConversionJob job, CancellationToken cancellationToken)
    {
        if (await jobs.TryClaimWebHookAsync(job))
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

    [SuppressMessage("Design", "CA1031", Justification = "One failed job must not end the others; the next round tries it again.")]
    private async Task TryAsync(ConversionJob job, Func<ConversionJob, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await work(job, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host is stopping; the job is taken up after the next start.
        }
        catch (Exception failure)
        {
            Logger.LogError(failure, "Job {Job} could not be polled, or its webhook not be called.", job.Id);
        }
    }
}
