using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What a reseller's month end is doing, or did last.</summary>
/// <param name="Verb">"Drafting".</param>
/// <param name="Result">What came of it, in words; null while it goes on.</param>
public sealed record MonthEndProgress(string Verb, BatchProgress Steps, string? Result, bool HasFailed);

/// <summary>
/// Drafting and finalising that goes on when the page that started it is left. One act at a time for each reseller, seen by
/// everybody in its seats on this node; it is safe to start again after a crash.
/// </summary>
public sealed class MonthEndRunner(
    InvoiceDrafter drafter,
    InvoiceFinalizer invoices,
    MonthEndReview monthEnd,
    ILogger<MonthEndRunner> logger)
{
    private readonly ConcurrentDictionary<ResellerId, MonthEndProgress> _states = new();

    /// <returns>Null where nothing was done since the node started.</returns>
    public MonthEndProgress? FindProgress(Actor actor) => _states.GetValueOrDefault(actor.Reseller);

    /// <summary>Starts drafting a month.</summary>
    /// <returns>False where the reseller's last act still goes on.</returns>
    public bool TryDraft(Actor actor, BillingPeriod period)
    {
        actor.Demand(Permission.InvoicesDraft);
        return TryStart(actor, "Drafting", async progress =>
        {
            var outcome = await drafter.DraftAsync(actor, period, progress);
            return outcome.Refusal is { } refusal ? (refusal.Message, HasFailed: true) : (Summary(outcome.Value), HasFailed: false);
        });
    }

    /// <summary>Starts finalising what is drafted of a month, and of months before it.</summary>
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
                var (result, hasFailed) = await act(new ProgressReporter(steps => _states[reseller] = started with { Steps = steps }));
                _states[reseller] = _states[reseller] with { Result = result, HasFailed = hasFailed };
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "{Verb} of invoices broke off.", verb);
                _states[reseller] = started with { Result = "It broke off. What was done stays; start it again.", HasFailed = true };
            }
        });
        return true;
    }

    private static string Summary(DraftingResult result)
    {
        var parts = result.Results.GroupBy(r => r.Outcome).OrderBy(group => group.Key).Select(group => group.Key switch
        {
            DraftOutcome.Drafted => $"{group.Count()} drafted",
            DraftOutcome.NothingToBill => $"{group.Count()} without usage to bill",
            DraftOutcome.FinalisedBefore => $"{group.Count()} finalised before",
            _ => $"{group.Count()} with an earlier month that comes first, drafted instead",
        });
        return result.Results.Count == 0
            ? $"{result.Period.Name}: there are no customers yet."
            : $"{result.Period.Name}: {string.Join(", ", parts)}.";
    }

    /// <summary>Reports at once, in order; <see cref="Progress{T}"/> would do so later on any thread.</summary>
    private sealed class ProgressReporter(Action<BatchProgress> report) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => report(value);
    }
}
