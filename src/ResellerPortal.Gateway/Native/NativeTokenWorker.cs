using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Core.Workers;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Native;

/// <summary>Retries deleting revoked tokens at ConvertAPI, and imports its usage statistics into the ledger.</summary>
internal sealed class NativeTokenWorker(
    ApiTokenService tokens,
    NativeUsageRecorder usage,
    UpstreamAccountResolver accounts,
    UpstreamStatisticsReader statistics,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<NativeTokenWorker> logger) : PeriodicWorker(clock, logger)
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);

    public override TimeSpan Interval => options.Value.StatisticsEvery < MaxInterval ? options.Value.StatisticsEvery : MaxInterval;

    /// <summary>Deletes pending revoked tokens and imports due statistics.</summary>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (accounts.IsSandbox)
        {
            return 0;
        }

        await tokens.DeleteRevokedUpstreamAsync(cancellationToken);
        var due = await usage.ListDueAsync(options.Value.StatisticsEvery, cancellationToken);
        foreach (var pull in due)
        {
            await PullUsageAsync(pull, cancellationToken);
        }

        return due.Count;
    }

    private async Task PullUsageAsync(DueStatistics due, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
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

            fault = isEmpty || namesToken
                ? null
                : "ConvertAPI's statistics do not identify tokens. Export them there as CSV and import the file.";
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidDataException or IOException)
        {
            Logger.LogWarning("The statistics of {Reseller} could not be read: {Reason}", due.Reseller, failure.Message);
            var reason = failure is InvalidDataException or HttpRequestException { StatusCode: not null }
                ? failure.Message
                : "ConvertAPI cannot be reached.";
            fault = $"ConvertAPI's statistics could not be read and will be retried. {reason}";
        }

        await usage.RecordPullAsync(due.Reseller, through, added, fault, cancellationToken);
    }
}
