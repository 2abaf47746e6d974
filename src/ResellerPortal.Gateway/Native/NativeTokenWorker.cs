using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Native;

/// <summary>Tells ConvertAPI of revoked tokens that it could not be told of, and takes its statistics into the ledger.</summary>
internal sealed class NativeTokenWorker(
    ApiTokenService tokens,
    NativeUsageRecorder usage,
    UpstreamAccountResolver accounts,
    UpstreamStatisticsReader statistics,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<NativeTokenWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>One round: what waits is told, and what is due is asked for.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (accounts.IsSandbox)
        {
            return;
        }

        await tokens.DeleteRevokedUpstreamAsync(cancellationToken);
        foreach (var due in await usage.DueAsync(options.Value.StatisticsEvery, cancellationToken))
        {
            await PullUsageAsync(due, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.StatisticsEvery < LongestPause ? options.Value.StatisticsEvery : LongestPause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                logger.LogError(failure, "Tokens at the upstream could not be looked after; it is tried again.");
            }
        }
    }

    private async Task PullUsageAsync(DueStatistics due, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        DateOnly? through = null;
        var (added, namesToken, isEmpty) = (0L, false, true);
        string? fault;
        try
        {
            var account = await accounts.ReadAsync(due.Reseller, cancellationToken);
            for (var day = due.Since; day <= today; day = day.AddDays(1))
            {
                var counted = await statistics.ReadAsync(account, day, day, cancellationToken).ToListAsync(cancellationToken);
                isEmpty &= counted.Count == 0;
                namesToken |= counted.Any(c => c.Token.Length > 0);
                var (more, refusal) = await usage.RecordAsync(due.Reseller, counted, cancellationToken);
                added += more;
                if (refusal is not null)
                {
                    await usage.RecordPullAsync(due.Reseller, through, added, refusal.Message, cancellationToken);
                    return;
                }

                through = day;
            }

            fault = isEmpty || namesToken ? null : "ConvertAPI's statistics name no tokens. Export them there as CSV and import the file.";
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidDataException or IOException)
        {
            logger.LogWarning("The statistics of {Reseller} could not be read: {Reason}", due.Reseller, failure.Message);
            var reason = failure is InvalidDataException or HttpRequestException { StatusCode: not null }
                ? failure.Message
                : "It cannot be reached.";
            fault = $"ConvertAPI's statistics could not be read. {reason} It is tried again.";
        }

        await usage.RecordPullAsync(due.Reseller, through, added, fault, cancellationToken);
    }
}
