using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Changes of many rows, which are made a few at a time.</summary>
public sealed class BulkChangesTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private const int Rows = (2 * BulkChanges.RowsAtOnce) + 1;

    [Theory]
    [EachProvider]
    public async Task Any_number_of_rows_is_changed_without_a_statement_that_locks_the_table(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        await using var all = database.OpenAll();
        all.AddRange(Enumerable.Range(0, Rows).Select(i => new SignInFailure
        {
            AddressHash = BitConverter.GetBytes(i),
            Network = i == 0 ? "203.0.113.0/24" : "198.51.100.0/24",
            LastAtUtc = database.Clock.GetUtcNow(),
        }));
        await all.SaveChangesAsync();
        var statements = new CountsRows();
        await using var db = Watch(all, statements);
        var failures = db.Set<SignInFailure>();

        var updated = await failures.Where(f => f.Count == 0).OrderBy(f => f.LastAtUtc)
            .UpdateAllAsync(set => set.SetProperty(f => f.Count, 1), default);
        var deleted = await failures.Where(f => f.Network == "198.51.100.0/24").OrderBy(f => f.LastAtUtc).DeleteAllAsync(default);

        Assert.Equal((Rows, Rows - 1), (updated, deleted));
        Assert.Equal(1, Assert.Single(await failures.ToListAsync()).Count);
        Assert.Equal([500, 500, 1, 500, 500, 0], statements.Changed);
    }

    /// <summary>Connects to the same database with an interceptor.</summary>
    private static PortalDbContext Watch(PortalDbContext db, CountsRows statements)
    {
        var options = (DbContextOptions<PortalDbContext>)db.GetService<IDbContextOptions>();
        return new(
            new DbContextOptionsBuilder<PortalDbContext>(options).AddInterceptors(statements).Options, TenantScope.CrossTenants("test"));
    }

    private sealed class CountsRows : DbCommandInterceptor
    {
        public List<int> Changed { get; } = [];

        public override ValueTask<int> NonQueryExecutedAsync(
            DbCommand command,
            CommandExecutedEventData eventData,
            int result,
            CancellationToken cancellationToken = default)
        {
            Changed.Add(result);
            return ValueTask.FromResult(result);
        }
    }
}
