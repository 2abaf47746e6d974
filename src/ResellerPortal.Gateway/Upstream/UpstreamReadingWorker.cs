using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Gateway.Upstream;

/// <summary>Reads each upstream account's consumption once a day and stores it for comparison with the ledger.</summary>
internal sealed class UpstreamReadingWorker(
    UpstreamSettingsService settings,
    UpstreamAccountResolver resolver,
    UpstreamClient upstream,
    UpstreamStatisticsReader statistics,
    ReconciliationService reconciliation,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<UpstreamReadingWorker> logger) : PeriodicWorker(clock, logger)
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(10);

    public override TimeSpan Interval => options.Value.ReadingsEvery < MaxInterval ? options.Value.ReadingsEvery : MaxInterval;

    /// <summary>Reads the accounts whose last reading is outdated.</summary>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        if (resolver.IsSandbox)
        {
            return 0;
        }

        var accounts = new List<(ResellerId? Owner, UpstreamAccount Account)>
        {
            (null, resolver.GetDefault()),
        };
        foreach (var (reseller, choice) in await settings.ListOwnAccountsAsync(cancellationToken))
        {
            var address = resolver.GetBaseAddress(choice.Region);
            accounts.Add(
                (reseller, new UpstreamAccount(address, choice.Secret!, choice.Region, IsOwn: true, choice.AcceptsQueryCredentials)));
        }

        var read = 0;

        foreach (var (owner, account) in accounts)
        {
            var mark = ReconciliationService.ComputeAccountFingerprint(account.Secret);
            var last = await reconciliation.FindLastReadingAsync(owner, mark, cancellationToken);
            if (last + options.Value.ReadingsEvery > Clock.GetUtcNow())
            {
                continue;
            }

            // The ledger is compared up to the instant before the request, so that later charges belong to the next reading.
            var now = Clock.GetUtcNow();
            if (await ReadConsumedAsync(account, cancellationToken) is { } consumed)
            {
                var reading = await reconciliation.RecordAsync(
                    owner, mark, consumed, await SumCountedAsync(account, last, now, cancellationToken), now, cancellationToken);
                if (!reading.IsExplained(since: 0))
                {
                    Logger.LogWarning(
                        "The upstream charged {Charged} conversions to the account of {Owner}, the ledger recorded {Recorded}. See "
                            + "Reconciliation in the portal.",
                        reading.Charged,
                        owner?.ToString() ?? "the operator",
                        reading.Recorded);
                }

                read++;
            }
        }

        return read;
    }

    /// <summary>Sums the account's statistics between two instants; null if they cannot be determined.</summary>
    private async Task<long?> SumCountedAsync(
        UpstreamAccount account,
        DateTimeOffset? after,
        DateTimeOffset until,
        CancellationToken cancellationToken)
    {
        if (after is not { } from)
        {
            return null;
        }

        try
        {
            var (sum, allTimed) = (0L, true);
            await foreach (var usage in statistics.ReadAsync(
                account, DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(until.UtcDateTime), cancellationToken))
            {
                allTimed &= usage.HasTime;
                sum += usage.AtUtc > from && usage.AtUtc <= until ? usage.Conversions : 0;
            }

            return allTimed ? sum : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidDataException or IOException)
        {
            Logger.LogWarning("The statistics of an account could not be read: {Reason}", failure.Message);
            return null;
        }
    }

    private async Task<long?> ReadConsumedAsync(UpstreamAccount account, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(ReadTimeout);
            using var answer = await upstream.SendAsync(account, HttpMethod.Get, "/user", null, timeout.Token);
            var text = await answer.Content.ReadAsStringAsync(timeout.Token);
            if (answer.IsSuccessStatusCode
                && JsonNode.Parse(text)?["ConversionsConsumed"] is JsonValue value
                && value.TryGetValue<long>(out var consumed))
            {
                return consumed;
            }

            Logger.LogWarning("The consumption of an upstream account could not be read: {Status}", answer.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Logger.LogWarning("The consumption of an upstream account could not be read: {Reason}", failure.Message);
        }

        return null;
    }
}
