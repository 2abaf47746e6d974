using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Data of an older version that a migration has to carry over.</summary>
public sealed class MigrationTests
{
    [Fact]
    public async Task A_card_with_one_markup_becomes_a_card_with_one_rule()
    {
        var file = Path.Combine(Path.GetTempPath(), $"portal-migration-{Guid.NewGuid():N}.db");
        try
        {
            var dialect = new SqliteDialect();
            var database = new PortalDatabase(PortalDatabase.OptionsFor(dialect, $"Data Source={file}"), dialect);
            await using (var db = database.Open(TenantScope.CrossTenants("test")))
            {
                await db.GetService<IMigrator>().MigrateAsync("NativeTokens");
                await db.Database.ExecuteSqlRawAsync(
                    """
                    INSERT INTO "RateCard" ("Id", "ResellerId", "CustomerId", "Version", "EffectiveFrom", "Markup", "CreatedAtUtc")
                    VALUES (randomblob(16), randomblob(16), NULL, 1, '2026-10-01', '{{"$type":"cost-plus-percent","Percent":35}}', 0),
                           (randomblob(16), randomblob(16), randomblob(16), 2, '2026-10-02', '{{"$type":"fixed-price","PriceMicros":25000,"Currency":"EUR"}}', 0),
                           (randomblob(16), randomblob(16), randomblob(16), 3, '2026-10-03', NULL, 0)
                    """);
            }

            await database.MigrateAsync();

            await using var migrated = database.Open(TenantScope.CrossTenants("test"));
            var cards = await migrated.RateCards.OrderBy(c => c.Version).ToListAsync();
            Assert.Equal(["cost + 35 %", "0.025 EUR each", null], cards.Select(c => c.Terms?.Describe(Currency.Of("EUR"))));
            Assert.Equal(new Markup.FixedPrice(25_000, Currency.Of("EUR")), cards[1].Terms!.Rules.Single().Price);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            File.Delete(file);
        }
    }
}
