using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

/// <summary>The books of conversions that nobody waits for: opened, ended once, and told of.</summary>
public sealed class ConversionJobStore(PortalDatabase database, TimeProvider clock) : IReservationOwner
{
    /// <summary>The upstream keeps results for three hours; after that it has nothing more to say.</summary>
    public static readonly TimeSpan UpstreamKeeps = TimeSpan.FromHours(3);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>Pauses before a web hook is called again; after the last it is given up.</summary>
    private static readonly TimeSpan[] WebHookPauses =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    private static readonly TenantScope Everyone = TenantScope.CrossTenants("jobs: polled and told of for all tenants");

    /// <summary>A customer's job by the name the caller knows; null where it has none of that name.</summary>
    public async Task<ConversionJob?> FindAsync(ResellerId reseller, CustomerId customer, string name, CancellationToken cancellationToken)
    {
        await using var db = database.Open(TenantScope.ForCustomer(reseller, customer));
        return await db.ConversionJobs.AsNoTracking().SingleOrDefaultAsync(j => j.Name == name, cancellationToken);
    }

    /// <returns>False where the customer has a job of that name already.</returns>
    public async Task<bool> TryOpenAsync(ConversionJob job, CancellationToken cancellationToken) =>
        await TrySetUpstreamIdAsync(job, job.Name, async db =>
        {
            db.ConversionJobs.Add(job);
            await db.SaveChangesAsync(cancellationToken);
        });

    /// <summary>Gives a job that was just opened the name that its caller chose.</summary>
    /// <returns>False where the customer has a job of that name already.</returns>
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

    /// <summary>Takes back a job whose request never reached the upstream; its name may be used again.</summary>
    public async Task RemoveAsync(ConversionJob job)
    {
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id && j.State == JobState.Running).ExecuteDeleteAsync();
    }

    /// <summary>Ends a running job. It is settled before, so a crash in between only settles it again, which changes nothing.</summary>
    public async Task CompleteAsync(ConversionJob job, JobState state)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id && j.State == JobState.Running).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.State, state)
            .SetProperty(j => j.EndedAtUtc, now)
            .SetProperty(j => j.WebHookDueAtUtc, j => j.WebHook == null ? null : now));
    }

    /// <summary>Running jobs, oldest first.</summary>
    public async Task<IReadOnlyList<ConversionJob>> RunningAsync(int count, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everyone);
        return await db.ConversionJobs.AsNoTracking()
            .Where(j => j.State == JobState.Running)
            .OrderBy(j => j.CreatedAtUtc)
            .Take(count)
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<ConversionJob>> WebHooksDueAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(Everyone);
        return await db.ConversionJobs.AsNoTracking()
            .Where(j => j.WebHookDueAtUtc <= now)
            .OrderBy(j => j.WebHookDueAtUtc)
            .Take(100)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Notes a call of a job's web hook; a failed one is made again later, up to five in all.</summary>
    public async Task RecordWebHookAttemptAsync(ConversionJob job, bool isDelivered)
    {
        DateTimeOffset? next = isDelivered || job.WebHookAttempts >= WebHookPauses.Length
            ? null
            : clock.GetUtcNow() + WebHookPauses[job.WebHookAttempts];
        await using var db = database.Open(TenantScope.ForCustomer(job.ResellerId, job.CustomerId));
        await db.ConversionJobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(set => set
            .SetProperty(j => j.WebHookAttempts, j => j.WebHookAttempts + 1)
            .SetProperty(j => j.WebHookDueAtUtc, next));
    }

    /// <summary>Forgets jobs that ended a week ago.</summary>
    public async Task DeleteOldAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        await using var db = database.Open(Everyone);
        await db.ConversionJobs.Where(j => j.State != JobState.Running
            && j.EndedAtUtc < before
            && j.WebHookDueAtUtc == null).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<IReadOnlyCollection<Guid>> FindOwnedAsync(
        IReadOnlyCollection<Guid> reservationIds,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everyone);
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
