using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The current or last month-end run of a reseller.</summary>
/// <param name="Verb">For example "Drafting".</param>
/// <param name="Result">The result, in words; null while the run is in progress.</param>
public sealed record MonthEndProgress(string Verb, BatchProgress Progress, string? Result, bool HasFailed);

/// <summary>
/// Drafts and finalises in the background, so that it continues when the user leaves the page. One run at a time per reseller, visible to
/// all its members on this node; safe to restart after a crash.
/// </summary>
public sealed class MonthEndRunner(
    InvoiceDrafter drafter,
    InvoiceFinalizer invoices,
    MonthEndReview monthEnd,
    ILogger<MonthEndRunner> logger)
{
    private readonly ConcurrentDictionary<ResellerId, MonthEndProgress> _states = new();

    /// <returns>Null if nothing has run since the node started.</returns>
    public MonthEndProgress? FindProgress(Actor actor) => _states.GetValueOrDefault(actor.Reseller);

    /// <summary>Starts drafting a month.</summary>
    /// <returns>False if a run of this reseller is still in progress.</returns>
    public bool TryDraft(Actor actor, BillingPeriod period)
    {
        actor.Demand(Permission.InvoicesDraft);
        return TryStart(actor, "Drafting", async progress =>
        {
            var outcome = await drafter.DraftAsync(actor, period, progress);
            return outcome.Refusal is { } refusal ? (refusal.Message, HasFailed: true) : (Summarize(outcome.Value), HasFailed: false);
        });
    }

    /// <summary>Starts finalising the drafts of a month and of earlier months.</summary>
    /// <inheritdoc cref="TryDraft"/>
    public bool TryFinalise(Actor actor, BillingPeriod period)
    {
        actor.Demand(Permission.InvoicesFinalise);
        return TryStart(actor, "Finalising", async progress =>
        {
            var drafts = (await monthEnd.ReviewAsync(actor, period)).Drafts;
            var made = await invoices.FinaliseAllAsync(actor, [.. drafts.Select(d => d.InvoiceId)], progress);
            return (
                $"{made.Finalised} {(made.Finalised == 1
                    ? "invoice is"
                    : "invoices are")} final. {string.Join(' ', made.Refusals)}".TrimEnd(),
                made.Refusals.Count > 0);
        });
    }

    private bool TryStart(Actor actor, string verb, Func<IProgress<BatchProgress>, Task<(string Result, bool HasFailed)>> act)
    {
        var reseller = actor.Reseller;
        var started = new MonthEndProgress(verb, default, null, HasFailed: false);
        var now = _states.AddOrUpdate(reseller, started, (_, last) => last.Result is null ? last : started);
        if (!ReferenceEquals(now, started))
        {
            return false;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                var (result, hasFailed) = await act(
                    new ProgressReporter(progress => _states[reseller] = started with { Progress = progress }));
                _states[reseller] = _states[reseller] with { Result = result, HasFailed = hasFailed };
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "{Verb} invoices failed.", verb);
                _states[reseller] = started with { Result = "The run failed. Finished invoices are kept; run it again.", HasFailed = true };
            }
        });
        return true;
    }

    private static string Summarize(DraftingResult result)
    {
        var parts = result.Results.GroupBy(r => r.Outcome).OrderBy(group => group.Key).Select(group => group.Key switch
        {
            DraftOutcome.Drafted => $"{group.Count()} drafted",
            DraftOutcome.NothingToBill => $"{group.Count()} without usage to bill",
            DraftOutcome.AlreadyFinalised => $"{group.Count()} already finalised",
            _ => $"{group.Count()} with an earlier month drafted first",
        });
        return result.Results.Count == 0
            ? $"{result.Period.Name}: no customers yet."
            : $"{result.Period.Name}: {string.Join(", ", parts)}.";
    }

    /// <summary>Reports synchronously and in order; <see cref="Progress{T}"/> would post to arbitrary threads.</summary>
    private sealed class ProgressReporter(Action<BatchProgress> report) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => report(value);
    }
}
