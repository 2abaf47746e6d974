using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Conversions;

/// <summary>
/// Settles reservations and responds to callers, depending on the upstream outcome.
/// <list type="table">
/// <item><term>Converted, cost known</term><description>settled at its cost, then passed on, even if the caller has
/// disconnected</description></item>
/// <item><term>Converted, cost at the end</term><description>passed on, then settled at the reported cost; Unconfirmed at the
/// reserved quantity if no cost was reported or the response was cut off</description></item>
/// <item><term>Converted, no cost</term><description>Unconfirmed at the reserved quantity; passed on</description></item>
/// <item><term>JobAccepted</term><description>held until the job finishes; the job id is passed on</description></item>
/// <item><term>Rejected</term><description>released; the upstream's error is passed on</description></item>
/// <item><term>AccountRefused</term><description>released; 503, because the caller cannot resolve it</description></item>
/// <item><term>Unreachable</term><description>released; 503</description></item>
/// <item><term>CallerFailed</term><description>released; 413 if the body is too large, otherwise 400</description></item>
/// <item><term>Lost (timeout, broken connection, unreadable response)</term><description>settled as Unconfirmed at the reserved
/// quantity; 500 with code 5000</description></item>
/// </list>
/// </summary>
internal sealed class ConversionSettlement(Meter meter, ILogger<ConversionSettlement> logger)
{
    /// <summary>Settles the reservation and responds to the caller.</summary>
    public async Task RespondAsync(HttpContext context, RowKey reservation, UpstreamOutcome outcome, long maxUploadBytes)
    {
        if (outcome is UpstreamOutcome.Converted converted)
        {
            using var response = converted.Response;
            await SettleAndRespondAsync(context, reservation, response);
            return;
        }

        await SettleAsync(reservation, outcome);
        await CreateError(reservation, outcome, maxUploadBytes).ExecuteAsync(context);
    }

    /// <summary>Settles a reservation whose outcome is not passed on, or was passed on before.</summary>
    /// <param name="cost">The cost of a conversion; ignored for other outcomes.</param>
    public Task SettleAsync(RowKey reservation, UpstreamOutcome outcome, long? cost = null) =>
        meter.SettleAsync(new SettleRequest(reservation, outcome switch
        {
            UpstreamOutcome.Converted => cost,
            UpstreamOutcome.Lost => null,
            _ => 0,
        }));

    private async Task SettleAndRespondAsync(HttpContext context, RowKey reservation, ConversionResponse response)
    {
        if (!response.MayTellCostLater)
        {
            await meter.SettleAsync(new SettleRequest(reservation, response.Cost));
        }

        long? late = null;
        try
        {
            late = await response.WriteAsync(context);
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException or OperationCanceledException)
        {
            // The headers have been sent, so only a broken connection signals that the file is incomplete.
            logger.LogWarning("The response for reservation {Reservation} was cut off: {Reason}", reservation.Id, cut.Message);
            context.Abort();
        }
        finally
        {
            if (response.MayTellCostLater)
            {
                await meter.SettleAsync(new SettleRequest(reservation, late));
            }
        }
    }

    private IResult CreateError(RowKey reservation, UpstreamOutcome outcome, long maxUploadBytes)
    {
        switch (outcome)
        {
            case UpstreamOutcome.Rejected rejected:
                return Results.Text(rejected.Body, "application/json", statusCode: rejected.Status);
            case UpstreamOutcome.AccountRefused refused:
                logger.LogError("The upstream rejected the account: {Answer}", refused.Body);
                return GatewayError.UpstreamMisconfigured.ToResult();
            case UpstreamOutcome.Unreachable:
                logger.LogError("The upstream cannot be reached.");
                return GatewayError.UpstreamUnavailable.ToResult();
            case UpstreamOutcome.CallerFailed failed:
                return GatewayError.FromException(failed.Failure, maxUploadBytes).ToResult();
            default:
                logger.LogError(
                    "Reservation {Reservation} was sent upstream without a response; it is recorded as unconfirmed.", reservation.Id);
                return GatewayError.UpstreamLost.ToResult();
        }
    }
}
