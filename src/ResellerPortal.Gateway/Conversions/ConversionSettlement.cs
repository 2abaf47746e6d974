using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>
/// What each outcome of the upstream does to the reservation, and what the caller is told.
/// <list type="table">
/// <item><term>Converted, cost known</term><description>settled at its cost, then passed on; that the caller has gone changes
/// nothing</description></item>
/// <item><term>Converted, cost at the end</term><description>passed on, then settled at the cost found; Unconfirmed at the reserved
/// quantity where none was found or the upstream broke off</description></item>
/// <item><term>Converted, no cost</term><description>Unconfirmed at the reserved quantity; passed on</description></item>
/// <item><term>JobTaken</term><description>held until the job has ended; its id is passed on</description></item>
/// <item><term>Rejected</term><description>released; the upstream's own words are passed on</description></item>
/// <item><term>AccountRefused</term><description>released; 503, since the caller can do nothing about it</description></item>
/// <item><term>Unreachable</term><description>released; 503</description></item>
/// <item><term>CallerFailed</term><description>released; 413 where too much was sent, 400 else</description></item>
/// <item><term>Lost (no answer in time, cut off, garbage)</term><description>settled as Unconfirmed at the reserved quantity; 500 with code
/// 5000</description></item>
/// </list>
/// </summary>
internal sealed class ConversionSettlement(Meter meter, ILogger<ConversionSettlement> logger)
{
    /// <summary>Settles, then answers the caller.</summary>
    public async Task RespondAsync(HttpContext context, Guid reservationId, UpstreamOutcome outcome, long maxUploadBytes)
    {
        if (outcome is UpstreamOutcome.Converted converted)
        {
            using var response = converted.Response;
            await SettleAndRespondAsync(context, reservationId, response);
            return;
        }

        await SettleAsync(reservationId, outcome);
        await CreateError(reservationId, outcome, maxUploadBytes).ExecuteAsync(context);
    }

    /// <summary>Settles what will not be passed on, or was before.</summary>
    /// <param name="cost">What a conversion cost, where it is one.</param>
    public Task SettleAsync(Guid reservationId, UpstreamOutcome outcome, long? cost = null) =>
        meter.SettleAsync(new SettleRequest(reservationId, outcome switch
        {
            UpstreamOutcome.Converted => cost,
            UpstreamOutcome.Lost => null,
            _ => 0,
        }));

    private async Task SettleAndRespondAsync(HttpContext context, Guid reservationId, ConversionResponse response)
    {
        if (!response.MayTellCostLater)
        {
            await meter.SettleAsync(new SettleRequest(reservationId, response.Cost));
        }

        long? late = null;
        try
        {
            late = await response.WriteAsync(context);
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException or OperationCanceledException)
        {
            // Headers are sent already: only a broken connection tells the caller that the file is not whole.
            logger.LogWarning("The answer to reservation {Reservation} was cut off: {Reason}", reservationId, cut.Message);
            context.Abort();
        }
        finally
        {
            if (response.MayTellCostLater)
            {
                await meter.SettleAsync(new SettleRequest(reservationId, late));
            }
        }
    }

    private IResult CreateError(Guid reservationId, UpstreamOutcome outcome, long maxUploadBytes)
    {
        switch (outcome)
        {
            case UpstreamOutcome.Rejected rejected:
                return Results.Text(rejected.Body, "application/json", statusCode: rejected.Status);
            case UpstreamOutcome.AccountRefused refused:
                logger.LogError("The upstream refuses the account: {Answer}", refused.Body);
                return GatewayError.UpstreamMisconfigured.ToResult();
            case UpstreamOutcome.Unreachable:
                logger.LogError("The upstream cannot be reached.");
                return GatewayError.UpstreamUnavailable.ToResult();
            case UpstreamOutcome.CallerFailed failed:
                return GatewayError.FromException(failed.Failure, maxUploadBytes).ToResult();
            default:
                logger.LogError(
                    "Reservation {Reservation} was sent upstream and not answered; it is recorded as unconfirmed.", reservationId);
                return GatewayError.UpstreamLost.ToResult();
        }
    }
}
