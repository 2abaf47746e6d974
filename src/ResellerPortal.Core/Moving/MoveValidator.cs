using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Moving;

/// <summary>What is to be moved, as both databases know it.</summary>
/// <param name="Reseller">Null for the whole installation.</param>
/// <param name="HasLeft">Whether the source is closed for good, and the target only has to be opened.</param>
internal sealed record MoveSubject(Reseller? Reseller, bool HasLeft);

/// <summary>Refuses moves that would mix or lose data.</summary>
internal sealed class MoveValidator(MoveEndpoint source, MoveEndpoint target)
{
    private const int ChunkSize = 500;

    /// <param name="slug">Null for the whole installation.</param>
    /// <exception cref="CopyRefusedException">The move must not begin or go on.</exception>
    public async Task<MoveSubject> ValidateAsync(string? slug, CancellationToken cancellationToken)
    {
        await CheckSchemaAsync(source, "source", cancellationToken);
        await CheckSchemaAsync(target, "target", cancellationToken);
        await using var from = source.Open();
        await using var to = target.Open();
        CheckTables(CopyTable.FromModel(from), CopyTable.FromModel(to));
        await CheckArchiveAsync(from, "source", cancellationToken);
        await CheckArchiveAsync(to, "target", cancellationToken);
        return slug is null
            ? await ValidateInstallationAsync(from, to, cancellationToken)
            : await ValidateResellerAsync(from, to, slug, cancellationToken);
    }

    /// <summary>As no tenant, since a server shows its migrations only to a portal that signs with the right key.</summary>
    private static async Task CheckSchemaAsync(MoveEndpoint endpoint, string which, CancellationToken cancellationToken)
    {
        await using var db = endpoint.Database.Open(TenantScope.None);
        if (!await db.Database.CanConnectAsync(cancellationToken))
        {
            throw new CopyRefusedException($"The {which} database cannot be reached. Check its settings, and run 'migrate' there.");
        }

        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            throw new CopyRefusedException(
                $"The {which} database needs 'migrate', or does not know the key in Database:ScopeKey. Run 'migrate' there.");
        }
    }

    /// <summary>Numbers are continued behind the last one of the target, and entries verified from the first.</summary>
    private static async Task CheckArchiveAsync(PortalDbContext db, string which, CancellationToken cancellationToken)
    {
        if (await db.FindFirstKeptDayAsync(cancellationToken) is { } kept)
        {
            throw new CopyRefusedException(
                $"The {which} has archived months. {ArchivedUsage.Describe(kept)} A database is copied only with all of its ledger.");
        }

        if (await db.ArchivedMonths.AnyAsync(cancellationToken))
        {
            throw new CopyRefusedException($"The {which} has archived months of its history. A database is copied only with all of it.");
        }
    }

    private static void CheckTables(IReadOnlyList<CopyTable> from, IReadOnlyList<CopyTable> to)
    {
        if (from.Zip(to).FirstOrDefault(t => t.First.Name != t.Second.Name || !t.First.Columns.SequenceEqual(t.Second.Columns))
            is { First: { } other })
        {
            throw new InvalidOperationException($"The providers' models of {other.Name} differ.");
        }
    }

    private async Task<MoveSubject> ValidateInstallationAsync(PortalDbContext from, PortalDbContext to, CancellationToken cancellationToken)
    {
        var resellers = await from.Resellers.AsNoTracking().ToListAsync(cancellationToken);
        var arrived = await to.Resellers.AsNoTracking().ToListAsync(cancellationToken);
        if (arrived.Find(r => resellers.TrueForAll(known => known.Id != r.Id)) is { } stranger)
        {
            throw new CopyRefusedException(
                $"The target has the reseller {stranger.Slug}, which the source does not know. An installation is copied to a database "
                    + "that has been migrated and not used.");
        }

        await CheckUsersAsync(to, cancellationToken);
        var hasLeft = resellers.Count > 0
            && resellers.TrueForAll(r => r.MovedAtUtc is not null)
            && arrived.Exists(r => r.MovingSinceUtc is not null && r.MovedAtUtc is null);
        if (!hasLeft && resellers.Count > 0 && resellers.TrueForAll(r => r.MovedAtUtc is not null))
        {
            throw new CopyRefusedException("The source was moved to another database already, which serves its resellers now.");
        }

        if (!hasLeft && arrived.Find(r => r.MovingSinceUtc is null) is { } served)
        {
            throw new CopyRefusedException(
                $"The target serves the reseller {served.Slug} already. What happened there since would be overwritten.");
        }

        return new MoveSubject(null, hasLeft);
    }

    private async Task CheckUsersAsync(PortalDbContext to, CancellationToken cancellationToken)
    {
        await using var from = source.Open();
        foreach (var chunk in (await to.Users.Select(u => u.Id).ToListAsync(cancellationToken)).Chunk(ChunkSize))
        {
            if (await from.Users.CountAsync(u => chunk.Contains(u.Id), cancellationToken) < chunk.Length)
            {
                throw new CopyRefusedException(
                    "The target has users whom the source does not know. An installation is copied to a database that has been migrated "
                        + "and not used.");
            }
        }
    }

    private static async Task<MoveSubject> ValidateResellerAsync(
        PortalDbContext from,
        PortalDbContext to,
        string slug,
        CancellationToken cancellationToken)
    {
        var reseller = await from.Resellers.AsNoTracking().SingleOrDefaultAsync(r => r.Slug == slug, cancellationToken)
            ?? throw new CopyRefusedException($"The source has no reseller '{slug}'.");
        var arrived = await to.Resellers.AsNoTracking().Where(r => r.Id == reseller.Id || r.Slug == slug).ToListAsync(cancellationToken);
        if (arrived.Exists(r => r.Id != reseller.Id))
        {
            throw new CopyRefusedException($"The target has another reseller with the short name '{slug}'. Neither name can be changed.");
        }

        var isArriving = arrived is [{ MovingSinceUtc: not null, MovedAtUtc: null }];
        if (arrived is [{ MovedAtUtc: not null }])
        {
            throw new CopyRefusedException($"The reseller {slug} was moved away from the target. It cannot come back there.");
        }

        return (reseller.MovedAtUtc, arrived.Count, isArriving) switch
        {
            (not null, _, false) => throw new CopyRefusedException($"The reseller {slug} was moved to another database already."),
            (_, > 0, false) => throw new CopyRefusedException(
                $"The target serves the reseller {slug} already. What happened there since would be overwritten."),
            var (movedAt, _, _) => new MoveSubject(reseller, movedAt is not null),
        };
    }
}
