using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Files;
using ResellerPortal.Gateway.Hosts;
using ResellerPortal.Gateway.Jobs;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>Handles one conversion: authenticate, reserve, forward, settle, respond.</summary>
internal sealed class ConversionHandler(
    CallerAuthenticator authenticator,
    Meter meter,
    UpstreamAccountResolver accounts,
    UpstreamClient upstream,
    UpstreamCircuitBreaker breaker,
    ConversionSettlement settlement,
    ConversionJobStore jobs,
    FileIdProtector files,
    PublicAddressPolicy addresses,
    ResponseFileMapper fileMapper,
    ResellerConcurrencyLimiter limiter,
    TimeProvider clock,
    IOptions<GatewayOptions> options)
{
    public async Task ConvertAsync(HttpContext context, string from, string to, string? converterName, bool isAsync)
    {
        var request = context.Request;
        var maxBytes = options.Value.MaxUploadBytes;
        var credentials = Credentials.Find(request) ?? throw new CallerErrorException(GatewayError.CredentialsMissing);
        if (!ConverterName.TryCreate(from, to, out var converter)
            || (converterName is not null && !ConverterName.TryCreate(converterName, to, out _)))
        {
            throw new CallerErrorException(GatewayError.FormatsUnreadable);
        }

        if (request.ContentLength > maxBytes)
        {
            throw new CallerErrorException(GatewayError.TooLarge(maxBytes));
        }

        if (HttpMethods.IsPost(request.Method) && request.ContentLength == 0 && request.Query.Count == 0)
        {
            throw new CallerErrorException(GatewayError.BodyEmpty);
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;
        if (request.Query["JobId"].ToString() is { Length: > 0 } jobName && await FindKnownJobAsync(context, jobName) is { } known)
        {
            await JobEndpoints.RespondWithJobIdAsync(context, known);
            return;
        }

        var hash = await authenticator.AuthenticateForConversionAsync(context, credentials);
        var reserved = await meter.ReserveAsync(
            new ReserveRequest(
                hash,
                converter,
                Caller: context.Connection.RemoteIpAddress,
                Origin: CallerAuthenticator.GetOrigin(request),
                Reseller: GatewayHostFeature.FindReseller(context)),
            context.RequestAborted);
        if (reserved is not ReserveResult.Held held)
        {
            throw new CallerErrorException(GatewayError.FromRefusal(reserved));
        }

        // The ledger entry's request id, for support and for clients that keep their own accounts.
        context.Response.Headers["X-Request-Id"] = held.ReservationId.ToString();
        var path = $"/convert/{from.ToLowerInvariant()}/to/{to.ToLowerInvariant()}"
            + (converterName is null ? "" : $"/converter/{Uri.EscapeDataString(converterName)}");
        await ForwardAsync(context, held, credentials, path, isAsync);
    }

    private async Task ForwardAsync(HttpContext context, ReserveResult.Held held, Credentials credentials, string path, bool isAsync)
    {
        ConversionJob? job = null;
        UpstreamOutcome outcome;
        CallerParameterFilter? parameters = null;
        HttpContent? body = null;
        var isSent = false;
        using var lease = limiter.TryAcquire(held.ResellerId);
        try
        {
            var account = await accounts.ResolveAsync(held.ResellerId);
            parameters = new CallerParameterFilter(
                files, addresses, held.ResellerId, held.CustomerId, account.Region, () => fileMapper.GetBaseAddress(context.Request));
            if (!lease.IsAcquired)
            {
                throw new CallerErrorException(
                    GatewayError.ResellerBusy with
                    {
                        RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var later) ? later : TimeSpan.FromSeconds(1),
                    });
            }

            Demand(!credentials.IsFromQuery || account.AcceptsQueryCredentials, GatewayError.QueryCredentialsOff);
            Demand(!breaker.IsDown(account.BaseAddress), GatewayError.UpstreamUnavailable);

            var query = new List<KeyValuePair<string, string>>();
            foreach (var (name, value) in Credentials.QueryWithout(context.Request))
            {
                if (await parameters.FilterAsync(name, value, context.RequestAborted) is { } passed)
                {
                    query.Add(KeyValuePair.Create(name, passed));
                }
            }

            body = await CallerBodyReader.OpenAsync(context.Request, parameters, GetJobFieldsAsync, context.RequestAborted);
            if (isAsync || parameters.IsAsync)
            {
                job = await OpenJobAsync(held, parameters);
                query.RemoveAll(pair => pair.Key.Equals("Async", StringComparison.OrdinalIgnoreCase));
                query.Add(KeyValuePair.Create("JobId", job.UpstreamId));
                path = "/async" + path;
            }

            isSent = true;
            outcome = await upstream.ConvertAsync(
                account,
                HttpMethod.Parse(context.Request.Method),
                path + Credentials.BuildQuery(query),
                GetAccept(context.Request),
                body,
                parameters.Timeout,
                fileMapper.CreateAdapter(context.Request, held.ResellerId, held.CustomerId, account.Region));
        }
        catch (Exception failure) when (failure is CallerErrorException or BadHttpRequestException
            or IOException or InvalidDataException or OperationCanceledException)
        {
            // Nothing has been sent yet.
            outcome = new UpstreamOutcome.CallerFailed(failure);
        }
        catch
        {
            // The portal failed: a request that was not sent cannot have been charged; one that was sent may have been.
            await settlement.SettleAsync(held.ReservationId, isSent ? new UpstreamOutcome.Lost() : new UpstreamOutcome.Unreachable());
            throw;
        }
        finally
        {
            body?.Dispose();
        }

        await CompleteAsync(context, held, parameters, outcome, job);

        // A form may contain the job parameters after its files.
        async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> GetJobFieldsAsync()
        {
            if (!isSent)
            {
                // The form was buffered, so all parameters are known before anything is sent.
                return [];
            }

            if (job is not null)
            {
                var name = parameters!.JobName ?? job.Name;
                Demand(
                    (name == job.Name && parameters.WebHook == job.WebHook) || await jobs.TryRenameAsync(job, name, parameters.WebHook),
                    GatewayError.JobKnown);
                return [];
            }

            if (!parameters!.IsAsync)
            {
                return [];
            }

            job = await OpenJobAsync(held, parameters);
            return [KeyValuePair.Create("JobId", job.UpstreamId)];
        }
    }

    private async Task CompleteAsync(
        HttpContext context,
        ReserveResult.Held held,
        CallerParameterFilter? parameters,
        UpstreamOutcome outcome,
        ConversionJob? job)
    {
        switch (outcome)
        {
            case UpstreamOutcome.JobAccepted when job is not null:
                await JobEndpoints.RespondWithJobIdAsync(context, job);
                return;
            case UpstreamOutcome.Lost when job is not null:
                // Polling the job will show whether the upstream accepted it.
                await JobEndpoints.RespondWithJobIdAsync(context, job);
                return;
            case UpstreamOutcome.JobAccepted:
                outcome = new UpstreamOutcome.Lost();
                break;
            case UpstreamOutcome.CallerFailed { Failure: CallerErrorException { Error: var error } } when error == GatewayError.JobKnown
                && parameters?.JobName is { } name:
                await settlement.SettleAsync(held.ReservationId, outcome);
                await RemoveAsync(job);
                await JobEndpoints.RespondWithJobIdAsync(
                    context, (await jobs.FindAsync(held.ResellerId, held.CustomerId, name, context.RequestAborted))!);
                return;
        }

        await settlement.RespondAsync(context, held.ReservationId, outcome, options.Value.MaxUploadBytes);
        await RemoveAsync(job);
    }

    private Task RemoveAsync(ConversionJob? job) => job is null ? Task.CompletedTask : jobs.RemoveAsync(job);

    private async Task<ConversionJob> OpenJobAsync(ReserveResult.Held held, CallerParameterFilter parameters)
    {
        var job = new ConversionJob
        {
            Id = held.ReservationId,
            ResellerId = held.ResellerId,
            CustomerId = held.CustomerId,
            Name = parameters.JobName ?? held.ReservationId.ToString("N"),
            WebHook = parameters.WebHook,
            CreatedAtUtc = clock.GetUtcNow(),
        };
        return await jobs.TryOpenAsync(job, default) ? job : throw new CallerErrorException(GatewayError.JobKnown);
    }

    /// <summary>Finds a repeated job before anything is reserved for it.</summary>
    private async Task<ConversionJob?> FindKnownJobAsync(HttpContext context, string name)
    {
        var token = await authenticator.AuthenticateAsync(context);
        return await jobs.FindAsync(token.ResellerId, token.CustomerId, name.ToLowerInvariant(), context.RequestAborted);
    }

    private static string? GetAccept(HttpRequest request) =>
        request.Headers.Accept.ToString() is var accept
            && (accept.Contains("octet-stream", StringComparison.OrdinalIgnoreCase)
                || accept.Contains("multipart/", StringComparison.OrdinalIgnoreCase)) ? accept : null;

    private static void Demand(bool isMet, GatewayError error)
    {
        if (!isMet)
        {
            throw new CallerErrorException(error);
        }
    }
}
