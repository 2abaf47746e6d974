using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Workers;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Invoices months when their time has come, in each reseller's time zone and as it wants it.</summary>
public sealed class AutomaticInvoicingWorker(
    InvoiceScheduleService schedules,
    InvoiceDrafter drafter,
    InvoiceFinalizer invoices,
    MonthEndReview monthEnd,
    TimeProvider clock,
    ILogger<AutomaticInvoicingWorker> logger) : PeriodicWorker(clock, logger)
{
    public override TimeSpan Interval => TimeSpan.FromMinutes(1);

    /// <summary>More months than this are never behind; a customer that still has one then waits for the next run.</summary>
    private const int MostMonths = 24;

    /// <summary>Runs all months whose time has come.</summary>
    /// <returns>How many resellers' months were run.</returns>
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
        for (var round = 0; round < MostMonths; round++)
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

            // Where an earlier month came first, the next one can follow now.
            if (made.Finalised == 0 || results.All(r => r.Outcome != DraftOutcome.EarlierMonthDrafted))
            {
                break;
            }
        }

        var waiting = (await monthEnd.ReviewAsync(actor, due.Period, cancellationToken)).Drafts.Count();
        return $"{due.Period.Name}: {finalised} finalised, {waiting} {(waiting == 1 ? "waits" : "wait")} for review.";
    }
}
