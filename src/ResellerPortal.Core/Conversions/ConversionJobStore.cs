using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>Stores asynchronous conversions and their webhook deliveries.</summary>
public sealed class ConversionJobStore(PortalDatabase database, TimeProvider clock) : IReservationOwner
{
    /// <summary>The upstream keeps results for three hours; after that the job is unknown.</summary>
    public static readonly TimeSpan UpstreamKeeps = TimeSpan.FromHours(3);

    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    /// <summary>Longer than a call may take.</summary>
    private static readonly TimeSpan ClaimedFor = TimeSpan.FromMinutes(1);

    private const int MaxRunningPerCustomer = 500;

    private const int MaxDuePerCustomer = 100;

    /// <summary>Delays between webhook attempts; after the last one delivery fails.</summary>
    private static readonly TimeSpan[] WebHookDelays =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    private static readonly TenantScope AllTenants = TenantScope.ServedTenants("jobs: polling and webhooks for all tenants");

    /// <summary>Finds a customer's job by its name; null if there is none.</summary>
    public async Task<ConversionJob?> FindAsync(ResellerId reseller, CustomerId customer, string name, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForCustomer(reseller, customer));
        return await db.ConversionJobs.AsNoTracking().SingleOrDefaultAsync(j => j.Name == name, cancellationToken);
    }

    /// <returns>False if the customer already has a job with this name.</returns>
    public async Task<bool> TryOpenAsync(ConversionJob job, CancellationToken cancellationToken) =>
        await TrySetUpstreamIdAsync(job, job.Name, async db =>
        {
            db.ConversionJobs.Add(job);
            await db.SaveChangesAsync(cancellationToken);
        });

    /// <summary>Renames a new job to the name that its caller chose.</summary>
    /// <returns>False if the customer already has a job with this name.</returns>
    public async Task<bool> TryRenameAsync(ConversionJob job, string name, string? webHook)
    {
        var isRenamed = await TrySetUpstreamIdAsync(
            job,
            name,
            db => db.ConversionJobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(set => set
                .SetProperty(j => j.Name, name)
                .SetProperty(j => j.WebHook, webHook)));
        job.Name = isRenamed ? name : job.Name;
        return isRenamed;
    }

    /// <summary>Removes a job that never reached the upstream; its name may be used again.</summary>
    public async Task RemoveAsync(ConversionJob job)
    {
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id && j.State == JobState.Running).ExecuteDeleteAsync();
    }

    /// <summary>Completes a running job. It is settled first; a crash in between only settles it again, which changes nothing.</summary>
    public async Task CompleteAsync(ConversionJob job, JobState state)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id && j.State == JobState.Running).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.State, state)
            .SetProperty(j => j.EndedAtUtc, now)
            .SetProperty(j => j.WebHookDueAtUtc, j => j.WebHook == null ? null : now));
    }

    /// <summary>Lists each customer's running jobs, up to a number of them, so that no customer's hide another's.</summary>
    public async Task<IReadOnlyList<ConversionJob>> ListRunningAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var running = db.ConversionJobs.AsNoTracking().Where(j => j.State == JobState.Running);
        return await running
            .Select(j => j.CustomerId)
            .Distinct()
            .SelectMany(customer => running.Where(j => j.CustomerId == customer).OrderBy(j => j.CreatedAtUtc).Take(MaxRunningPerCustomer))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Lists each customer's due webhooks, up to a number of them.</summary>
    public async Task<IReadOnlyList<ConversionJob>> ListDueWebHooksAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(AllTenants);
        var due = db.ConversionJobs.AsNoTracking().Where(j => j.WebHookDueAtUtc <= now);
        return await due
            .Select(j => j.CustomerId)
            .Distinct()
            .SelectMany(customer => due.Where(j => j.CustomerId == customer).OrderBy(j => j.WebHookDueAtUtc).Take(MaxDuePerCustomer))
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Claims a due webhook for this node, before it is called. If the node dies meanwhile, it is due again after a minute.
    /// </summary>
    /// <returns>False if another node has claimed or called it.</returns>
    public async Task<bool> TryClaimWebHookAsync(ConversionJob job)
    {
        var until = clock.GetUtcNow() + ClaimedFor;
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        return await db.ConversionJobs
            .Where(j => j.Id == job.Id && j.WebHookDueAtUtc == job.WebHookDueAtUtc)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.WebHookDueAtUtc, until)) == 1;
    }

    /// <summary>Records a webhook attempt; failed attempts are retried, up to five in all.</summary>
    public async Task RecordWebHookAttemptAsync(ConversionJob job, bool isDelivered)
    {
        DateTimeOffset? next = isDelivered || job.WebHookAttempts >= WebHookDelays.Length
            ? null
            : clock.GetUtcNow() + WebHookDelays[job.WebHookAttempts];
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.WebHookAttempts, j => j.WebHookAttempts + 1)
            .SetProperty(j => j.WebHookDueAtUtc, next));
    }

    /// <summary>Deletes jobs that ended a week ago.</summary>
    public async Task DeleteOldAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Retention;
        await using var db = database.Open(AllTenants);
        await db.ConversionJobs
            .Where(j => j.State != JobState.Running && j.EndedAtUtc < before && j.WebHookDueAtUtc == null)
            .OrderBy(j => j.Id)
            .DeleteAllAsync(cancellationToken);
    }

    public async Task<IReadOnlyCollection<Guid>> FindOwnedAsync(
        IReadOnlyCollection<Guid> reservationIds,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        return await db.ConversionJobs
            .Where(j => reservationIds.Contains(j.Id) && j.State == JobState.Running)
            .Select(j => j.Id)
            .ToListAsync(cancellationToken);
    }

    private async Task<bool> TrySetUpstreamIdAsync(ConversionJob job, string name, Func<PortalDbContext, Task> write)
    {
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        try
        {
            await write(db);
            return true;
        }
        catch (Exception failure) when (failure is DbUpdateException or System.Data.Common.DbException)
        {
            if (await FindAsync(job.ResellerId, job.CustomerId, name, default) is not null)
            {
                return false;
            }

            throw;
        }
    }
}
