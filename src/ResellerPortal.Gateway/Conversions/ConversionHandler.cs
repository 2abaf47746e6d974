using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Callers;
using ResellerPortal.Gateway.Files;
using ResellerPortal.Gateway.Hosts;
using ResellerPortal.Gateway.Jobs;
using ResellerPortal.Gateway.Requests;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>Handles one conversion: authenticate, read, reserve, forward, settle, respond.</summary>
internal sealed class ConversionHandler(
    CallerAuthenticator authenticator,
    TokenOwnerCache owners,
    Meter meter,
    UpstreamAccountResolver accounts,
    UpstreamClient upstream,
    UpstreamCircuitBreaker breaker,
    ConversionSettlement settlement,
    ConversionJobStore jobs,
    FileReferenceResolverFactory references,
    ResponseFileMapper fileMapper,
    ResellerConcurrencyLimiter limiter,
    TimeProvider clock,
    IOptions<GatewayOptions> options)
{
    /// <summary>The ledger entry's request id, for support and for clients that keep their own accounts; set once it is held.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    public async Task ConvertAsync(HttpContext context, string from, string to, string? named, bool isAsync)
    {
        var request = context.Request;
        var credentials = Credentials.Find(request) ?? throw new CallerErrorException(GatewayError.CredentialsMissing);
        Demand(ConverterName.TryCreate(from, to, named, out var converter), GatewayError.FormatsUnreadable);
        LimitBody(context);

        // Whatever can be refused without the meter is refused before anything is held.
        var hash = await authenticator.AuthenticateForConversionAsync(context, credentials);
        var owner = await owners.FindAsync(hash, context.RequestAborted) ?? throw new CallerErrorException(GatewayError.TokenUnknown);
        Demand(GatewayHostFeature.FindReseller(context) is not { } only || only == owner.Reseller, GatewayError.TokenUnknown);
        var account = await accounts.ResolveAsync(owner.Reseller, context.RequestAborted);
        Demand(!credentials.IsFromQuery || account.AcceptsQueryCredentials, GatewayError.QueryCredentialsOff);
        Demand(!breaker.IsDown(account.BaseAddress, owner.Customer), GatewayError.UpstreamUnavailable);
        using var lease = limiter.Acquire(owner);
        var parameters = new ConversionParameters(references.Create(owner, account.Region)) { IsAsync = isAsync };
        using var conversion = await ConversionRequest.ReadAsync(request, parameters, context.RequestAborted);
        if (parameters.JobName is { } name && await FindKnownJobAsync(context, name) is { } known)
        {
            await JobEndpoints.RespondWithJobIdAsync(context, known);
            return;
        }

        var reserved = await meter.ReserveAsync(
            new ReserveRequest(
                owner.Reseller,
                hash,
                converter,
                Caller: context.Connection.RemoteIpAddress,
                Origin: CallerAuthenticator.GetOrigin(request),
                Extent: conversion.Extent),
            context.RequestAborted);
        if (reserved is not ReserveResult.Held held)
        {
            throw new CallerErrorException(GatewayError.FromRefusal(reserved));
        }

        context.Response.Headers[RequestIdHeader] = held.ReservationId.ToString();
        var path = $"/convert/{from.ToLowerInvariant()}/to/{to.ToLowerInvariant()}"
            + (named is null ? "" : $"/converter/{named.ToLowerInvariant()}");
        await ForwardAsync(context, held, account, conversion, path);
    }

    /// <summary>Limits the body's size, and how slowly it may be sent.</summary>
    private void LimitBody(HttpContext context)
    {
        var (request, maxBytes) = (context.Request, options.Value.MaxUploadBytes);
        Demand(!(request.ContentLength > maxBytes), GatewayError.TooLarge(maxBytes));
        Demand(!ConversionRequest.IsEncoded(request), GatewayError.BodyEncoded);
        Demand(
            !HttpMethods.IsPost(request.Method) || request.ContentLength != 0 || request.Query.Count > 0, GatewayError.BodyEmpty);
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = maxBytes;

        // Streams of HTTP/2 share a connection, so the server itself limits them.
        if (HttpProtocol.IsHttp11(request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = new MinDataRate(options.Value.SlowestBodyBytesPerSecond, options.Value.SlowBodyGrace);
        }
    }

    private async Task ForwardAsync(
        HttpContext context,
        ReserveResult.Held held,
        UpstreamAccount account,
        ConversionRequest conversion,
        string path)
    {
        var (parameters, form) = (conversion.Parameters, conversion.Form);
        ConversionJob? job = null;
        UpstreamOutcome outcome;
        var isSent = false;
        try
        {
            if (parameters.IsAsync)
            {
                job = await OpenJobAsync(held, parameters);
                path = $"/async{path}?JobId={job.UpstreamId}";
            }

            form.BeforeFile = files => ExtendAsync(held, conversion.Extent with { Files = files });
            form.AtEnd = EndAsync;
            isSent = true;
            outcome = await upstream.ConvertAsync(
                account,
                held.CustomerId,
                path,
                ResponseFormat.Negotiate(context.Request),
                form,
                parameters.Timeout,
                fileMapper.CreateAdapter(context.Request, new TokenOwner(held.ResellerId, held.CustomerId), account.Region));
            if (outcome is UpstreamOutcome.JobAccepted unexpected && job is null)
            {
                outcome = await upstream.WaitForJobAsync(
                    account,
                    unexpected.JobId,
                    fileMapper.CreateAdapter(context.Request, new TokenOwner(held.ResellerId, held.CustomerId), account.Region));
            }
        }
        catch (CallerErrorException failure) when (!isSent)
        {
            outcome = new UpstreamOutcome.CallerFailed(failure);
        }
        catch
        {
            // The portal failed: a request that was not sent cannot have been charged; one that was sent may have been.
            await settlement.SettleAsync(held.Key, isSent ? new UpstreamOutcome.Lost() : new UpstreamOutcome.Unreachable());
            throw;
        }

        if (outcome is UpstreamOutcome.Converted or UpstreamOutcome.JobAccepted)
        {
            parameters.ClaimFiles();
        }

        await CompleteAsync(context, held, parameters, outcome, job);

        async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> EndAsync()
        {
            // Without its end the upstream does not convert a form, whose size and pages may be known only now.
            if (conversion.Bytes is null || parameters.Pages is not null)
            {
                await ExtendAsync(
                    held, new RequestExtent(Math.Max(1, parameters.Files), parameters.Pages, conversion.Bytes ?? form.Sent));
            }

            return await GetJobFieldsAsync();
        }

        // A form may contain the job parameters after its files.
        async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> GetJobFieldsAsync()
        {
            if (job is not null)
            {
                var name = parameters.JobName ?? job.Name;
                Demand(
                    (name == job.Name && parameters.WebHook == job.WebHook) || await jobs.TryRenameAsync(job, name, parameters.WebHook),
                    GatewayError.JobKnown);
                return [];
            }

            if (!parameters.IsAsync)
            {
                return [];
            }

            job = await OpenJobAsync(held, parameters);
            return [KeyValuePair.Create("Async", "true"), KeyValuePair.Create("JobId", job.UpstreamId)];
        }
    }

    /// <summary>Holds more for what a streamed form turned out to contain.</summary>
    private async ValueTask ExtendAsync(ReserveResult.Held held, RequestExtent extent)
    {
        if (await meter.ExtendAsync(held.Key, extent) is not ReserveResult.Held
            and var refusal)
        {
            throw new CallerErrorException(GatewayError.FromRefusal(refusal));
        }
    }

    private async Task CompleteAsync(
        HttpContext context,
        ReserveResult.Held held,
        ConversionParameters parameters,
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
            case UpstreamOutcome.JobAccepted or UpstreamOutcome.JobUnknown:
                outcome = new UpstreamOutcome.Lost();
                break;
            case UpstreamOutcome.CallerFailed { Failure: CallerErrorException { Error: var error } } when error == GatewayError.JobKnown
                && parameters.JobName is { } name
                && await jobs.FindAsync(held.ResellerId, held.CustomerId, name, context.RequestAborted) is { } known:
                await settlement.SettleAsync(held.Key, outcome);
                await RemoveAsync(job);
                await JobEndpoints.RespondWithJobIdAsync(context, known);
                return;
        }

        await settlement.RespondAsync(context, held.Key, outcome, options.Value.MaxUploadBytes);
        await RemoveAsync(job);
    }

    private Task RemoveAsync(ConversionJob? job) => job is null ? Task.CompletedTask : jobs.RemoveAsync(job);

    private async Task<ConversionJob> OpenJobAsync(ReserveResult.Held held, ConversionParameters parameters)
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
        return await jobs.FindAsync(token.ResellerId, token.CustomerId, name, context.RequestAborted);
    }

    private static void Demand(bool isMet, GatewayError error)
    {
        if (!isMet)
        {
            throw new CallerErrorException(error);
        }
    }
}
