using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Conversions;
using ResellerPortal.Gateway.Files;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Jobs;

/// <summary>ConvertAPI's endpoints for asynchronous conversions.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder gateway)
    {
        foreach (var path in (string[])["/async/job/{name}", "/job/{name}"])
        {
            gateway.MapGet(path, RespondWithResultAsync);
            gateway.MapDelete(path, DeleteAsync);
        }
    }

    /// <summary>Returns the job's name to the caller.</summary>
    public static Task RespondWithJobIdAsync(HttpContext context, ConversionJob job, int status = StatusCodes.Status200OK) =>
        Results.Json(new { JobId = job.Name }, WireJson.Options, statusCode: status).ExecuteAsync(context);

    private static async Task RespondWithResultAsync(
        HttpContext context,
        string name,
        CallerAuthenticator authenticator,
        ConversionJobStore jobs,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream,
        ResponseFileMapper fileMapper,
        JobSettlement jobSettlement,
        ConversionSettlement settlement,
        IOptions<GatewayOptions> options)
    {
        var job = await FindAsync(context, name, authenticator, jobs);
        var account = await accounts.ResolveAsync(job.ResellerId, context.RequestAborted);
        var outcome = await upstream.GetJobAsync(
            account,
            job.UpstreamId,
            fileMapper.CreateAdapter(context.Request, new TokenOwner(job.ResellerId, job.CustomerId), account.Region),
            context.RequestAborted);
        switch (outcome)
        {
            case UpstreamOutcome.StillRunning:
                await RespondWithJobIdAsync(context, job, StatusCodes.Status202Accepted);
                return;
            case UpstreamOutcome.JobUnknown when job.State == JobState.Running && !jobSettlement.IsGivenUp(job):
                await RespondWithJobIdAsync(context, job, StatusCodes.Status202Accepted);
                return;
            case UpstreamOutcome.JobUnknown:
                throw new CallerErrorException(GatewayError.JobUnknown);
            case UpstreamOutcome.Unreachable:
                throw new CallerErrorException(GatewayError.UpstreamUnavailable);
        }

        // Settling twice changes nothing, so a result may be fetched repeatedly.
        await settlement.RespondAsync(context, job.Reservation, outcome, options.Value.MaxUploadBytes);
        await jobs.CompleteAsync(job, JobSettlement.GetState(outcome));
    }

    private static async Task DeleteAsync(
        HttpContext context,
        string name,
        CallerAuthenticator authenticator,
        ConversionJobStore jobs,
        UpstreamAccountResolver accounts,
        UpstreamClient upstream,
        JobSettlement settlement)
    {
        var job = await FindAsync(context, name, authenticator, jobs);
        var account = await accounts.ResolveAsync(job.ResellerId, context.RequestAborted);

        // Ended jobs are charged; only running ones are cancelled.
        var isRunning = job.State == JobState.Running && !await settlement.TryCompleteAsync(job, context.RequestAborted);
        using var answer = await upstream.SendAsync(
            account, HttpMethod.Delete, $"/async/job/{job.UpstreamId}", null, context.RequestAborted);
        if (isRunning && answer.IsSuccessStatusCode)
        {
            await settlement.CancelAsync(job);
        }

        context.Response.StatusCode = (int)answer.StatusCode;
    }

    private static async Task<ConversionJob> FindAsync(
        HttpContext context,
        string name,
        CallerAuthenticator authenticator,
        ConversionJobStore jobs)
    {
        var token = await authenticator.AuthenticateAsync(context);
        return await jobs.FindAsync(token.ResellerId, token.CustomerId, name.ToLowerInvariant(), context.RequestAborted)
            ?? throw new CallerErrorException(GatewayError.JobUnknown);
    }
}
