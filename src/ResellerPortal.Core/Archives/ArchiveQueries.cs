using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archives;

/// <summary>Opens the archive that belongs to the database.</summary>
public sealed class ArchiveQueries(PortalDatabase database)
{
    public async Task<ArchiveFolder> OpenAsync(string folder, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(TenantScope.CrossTenants("verify-ledger: archived months of all tenants"));
        var months = await db.ArchivedMonths.AsNoTracking().OrderBy(m => m.Month).ToListAsync(cancellationToken);
        return await ArchiveFolder.OpenAsync(folder, months, cancellationToken);
    }
}
