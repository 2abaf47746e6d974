using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Gateway;

/// <summary>
/// What each outcome of the upstream does to the reservation, and what the caller is told.
/// <list type="table">
/// <item><term>Converted</term><description>settled at its cost; Unconfirmed at the reserved quantity where no cost was given</description></item>
/// <item><term>Rejected</term><description>released; the upstream's own words are passed on</description></item>
/// <item><term>AccountRefused</term><description>released; 503, since the caller can do nothing about it</description></item>
/// <item><term>Unreachable</term><description>released; 503</description></item>
/// <item><term>CallerFailed</term><description>released; 413 where too much was sent, 400 else</description></item>
/// <item><term>Lost</term><description>settled as Unconfirmed at the reserved quantity; 500 with code 5000</description></item>
/// </list>
/// </summary>
public sealed class Settlement(Meter meter, ILogger<Settlement> logger)
{
    public async Task<IResult> SettleAsync(Guid reservationId, UpstreamOutcome outcome, long maxUploadBytes)
    {
        long? quantity = outcome switch
        {
            UpstreamOutcome.Converted converted => converted.Cost,
            UpstreamOutcome.Lost => null,
            _ => 0,
        };
        await meter.SettleAsync(new SettleRequest(reservationId, quantity));

        switch (outcome)
        {
            case UpstreamOutcome.Converted converted:
                return Results.Json(converted.Body, WireJson.Options);
            case UpstreamOutcome.Rejected rejected:
                return Results.Text(rejected.Body, "application/json", statusCode: rejected.Status);
            case UpstreamOutcome.AccountRefused refused:
                logger.LogError("The upstream refuses the operator's account (ConvertApi:Secret): {Answer}", refused.Body);
                return GatewayError.UpstreamMisconfigured.ToResult();
            case UpstreamOutcome.Unreachable:
                logger.LogError("The upstream cannot be reached (ConvertApi:BaseUrl).");
                return GatewayError.UpstreamUnavailable.ToResult();
            case UpstreamOutcome.CallerFailed { Failure: BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } }:
                return GatewayError.TooLarge(maxUploadBytes).ToResult();
            case UpstreamOutcome.CallerFailed:
                return GatewayError.BodyEmpty.ToResult();
            default:
                logger.LogError("Reservation {Reservation} was sent upstream and not answered; it is recorded as unconfirmed.", reservationId);
                return GatewayError.UpstreamLost.ToResult();
        }
    }
}
