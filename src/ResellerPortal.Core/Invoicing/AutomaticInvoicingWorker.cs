using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Runs scheduled monthly invoicing in each reseller's time zone, according to its settings.</summary>
public sealed class AutomaticInvoicingWorker(
    InvoiceScheduleService schedules,
    InvoiceDrafter drafter,
    InvoiceFinalizer invoices,
    MonthEndReview monthEnd,
    TimeProvider clock,
    ILogger<AutomaticInvoicingWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromMinutes(1);

    /// <summary>Maximum months of backlog per run; customers with more continue in the next run.</summary>
    private const int MaxMonths = 24;

    /// <summary>Runs all scheduled months that are due.</summary>
    /// <returns>The number of invoice runs.</returns>
    public override async Task<int> RunAsync(CancellationToken cancellationToken = default)
    {
        var runs = 0;
        while (await schedules.TakeDueAsync(cancellationToken) is { } due)
        {
            await schedules.CompleteAsync(due, await RunAsync(due, cancellationToken), cancellationToken);
            runs++;
        }

        return runs;
    }

    private async Task<string> RunAsync(DueInvoiceRun due, CancellationToken cancellationToken)
    {
        var actor = Actor.Portal("scheduled invoice run", TenantScope.ForReseller(due.Reseller));
        var finalised = 0;
        for (var round = 0; round < MaxMonths; round++)
        {
            await schedules.RenewAsync(due, cancellationToken);
            var results = (await drafter.DraftAsync(actor, due.Period, cancellationToken: cancellationToken)).Value.Results;
            if (due.Mode == InvoiceRunMode.Review)
            {
                break;
            }

            await schedules.RenewAsync(due, cancellationToken);
            var review = await monthEnd.ReviewAsync(actor, due.Period, cancellationToken);
            var chosen = review.Drafts
                .Where(d => due.Mode == InvoiceRunMode.FinaliseAll || d.Warnings.Count == 0)
                .Select(d => d.InvoiceId)
                .ToList();
            var made = await invoices.FinaliseAllAsync(actor, chosen, cancellationToken: cancellationToken);
            finalised += made.Finalised;

            // If earlier months were drafted first, the next month can follow now.
            if (made.Finalised == 0 || results.All(r => r.Outcome != DraftOutcome.EarlierMonthDrafted))
            {
                break;
            }
        }

        var waiting = (await monthEnd.ReviewAsync(actor, due.Period, cancellationToken)).Drafts.Count();
        return $"{due.Period.Name}: {finalised} finalised, {waiting} {(waiting == 1 ? "needs" : "need")} review.";
    }
}
