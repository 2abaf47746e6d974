using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The schedule as entered by a reseller.</summary>
public sealed record InvoiceScheduleRequest(bool IsOn, int Day, int Hour, InvoiceRunMode Mode);

/// <summary>A schedule for display.</summary>
/// <param name="Next">The next period to run; null if automatic invoicing is off.</param>
public sealed record InvoiceScheduleView(InvoiceSchedule Schedule, string TimeZone, BillingPeriod? Next, DateTimeOffset? NextAtUtc);

/// <summary>A reseller's month that is due.</summary>
public sealed record DueInvoiceRun(ResellerId Reseller, BillingPeriod Period, InvoiceRunMode Mode);

/// <summary>Manages the schedules of automatic invoicing.</summary>
public sealed class InvoiceScheduleService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>After this time another node treats a run as abandoned; running twice does no harm.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("scheduled invoice runs of all resellers");

    public async Task<InvoiceScheduleView> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        return View(
            await db.InvoiceSchedules.AsNoTracking().SingleOrDefaultAsync(cancellationToken)
                ?? new InvoiceSchedule { ResellerId = reseller.Id },
            reseller);
    }

    /// <summary>
    /// Sets the schedule. Periods that are already due are skipped.
    /// Refused: the day or the hour is out of range.
    /// </summary>
    public async Task<Outcome<InvoiceScheduleView>> SetAsync(
        Actor actor,
        InvoiceScheduleRequest request,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesFinalise);
        if (request.Day is < 1 or > InvoiceSchedule.LastDayOfMonth)
        {
            return Refusal.Because($"Choose a day from 1 to {InvoiceSchedule.LastDayOfMonth}.", nameof(request.Day));
        }

        if (request.Hour is < 0 or > 23)
        {
            return Refusal.Because("Choose an hour from 0 to 23.", nameof(request.Hour));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var schedule = await db.InvoiceSchedules.SingleOrDefaultAsync(cancellationToken);
        if (schedule is null)
        {
            schedule = new InvoiceSchedule { ResellerId = reseller.Id };
            db.InvoiceSchedules.Add(schedule);
        }

        var now = clock.GetUtcNow();
        (schedule.IsOn, schedule.Day, schedule.Hour, schedule.Mode) = (request.IsOn, request.Day, request.Hour, request.Mode);
        var past = schedule.NewestDue(now, reseller.Zone).FirstDay;
        schedule.RunThrough = schedule.RunThrough > past ? schedule.RunThrough : past;
        db.Audit(
            actor,
            now,
            Permission.InvoicesFinalise,
            request.IsOn
                ? $"automatic invoicing on day {request.Day} at {request.Hour}:00, {request.Mode}"
                : "automatic invoicing off",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return View(schedule, reseller);
    }

    /// <summary>Leases one due month so that no other node runs it; null if nothing is due.</summary>
    public async Task<DueInvoiceRun?> TakeDueAsync(CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(AllTenants);
        var schedules = await db.InvoiceSchedules.AsNoTracking()
            .Where(s => s.IsOn && (s.LeasedUntilUtc == null || s.LeasedUntilUtc < now))
            .Join(db.Resellers, s => s.ResellerId, r => r.Id, (s, r) => new { Schedule = s, Reseller = r })
            .ToListAsync(cancellationToken);
        foreach (var (schedule, reseller) in schedules.Select(s => (s.Schedule, s.Reseller)))
        {
            var due = schedule.NewestDue(now, reseller.Zone);
            if (schedule.RunThrough < due.FirstDay
                && await db.InvoiceSchedules
                    .Where(s => s.ResellerId == reseller.Id
                        && s.IsOn
                        && s.RunThrough < due.FirstDay
                        && (s.LeasedUntilUtc == null || s.LeasedUntilUtc < now))
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.LeasedUntilUtc, now + Lease), cancellationToken) == 1)
            {
                return new DueInvoiceRun(reseller.Id, due, schedule.Mode);
            }
        }

        return null;
    }

    /// <summary>Extends the lease of a run.</summary>
    public async Task RenewAsync(DueInvoiceRun run, CancellationToken cancellationToken = default)
    {
        var until = clock.GetUtcNow() + Lease;
        await using var db = database.Open(TenantScope.ForReseller(run.Reseller));
        await db.InvoiceSchedules.ExecuteUpdateAsync(set => set.SetProperty(s => s.LeasedUntilUtc, until), cancellationToken);
    }

    /// <summary>Records that a month was run.</summary>
    /// <param name="report">The result, in words for the reseller.</param>
    public async Task CompleteAsync(DueInvoiceRun run, string report, CancellationToken cancellationToken = default)
    {
        var (now, text) = (clock.GetUtcNow(), report.Truncate(InvoiceSchedule.MaxReport));
        await using var db = database.Open(TenantScope.ForReseller(run.Reseller));
        await db.InvoiceSchedules.ExecuteUpdateAsync(
            set => set
                .SetProperty(s => s.RunThrough, run.Period.FirstDay)
                .SetProperty(s => s.LastRunAtUtc, now)
                .SetProperty(s => s.Report, text)
                .SetProperty(s => s.LeasedUntilUtc, (DateTimeOffset?)null),
            cancellationToken);
    }

    private static InvoiceScheduleView View(InvoiceSchedule schedule, Reseller reseller)
    {
        BillingPeriod? next = schedule is { IsOn: true, RunThrough: { } through } ? BillingPeriod.Containing(through).Next : null;
        return new InvoiceScheduleView(
            schedule, reseller.TimeZone, next, next is { } period ? schedule.DueAtUtc(period, reseller.Zone) : null);
    }
}
