using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.Sqlite;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Data of an older version that a migration must preserve.</summary>
public sealed class MigrationTests
{
    [Fact]
    public Task A_card_with_one_markup_becomes_a_card_with_one_rule() => CarriedOverAsync(
        "NativeTokens",
        """
        INSERT INTO "RateCard" ("Id", "ResellerId", "CustomerId", "Version", "EffectiveFrom", "Markup", "CreatedAtUtc")
        VALUES (randomblob(16), randomblob(16), NULL, 1, '2026-10-01', '{{"$type":"cost-plus-percent","Percent":35}}', 0),
               (randomblob(16), randomblob(16), randomblob(16), 2, '2026-10-02', '{{"$type":"fixed-price","PriceMicros":25000,"Currency":"EUR"}}', 0),
               (randomblob(16), randomblob(16), randomblob(16), 3, '2026-10-03', NULL, 0)
        """,
        async db =>
        {
            var cards = await db.RateCards.OrderBy(c => c.Version).ToListAsync();
            Assert.Equal(["cost + 35 %", "0.025 EUR each", null], cards.Select(c => c.Terms?.Describe(Currency.FromCode("EUR"))));
            Assert.Equal(new Markup.FixedPrice(25_000, Currency.FromCode("EUR")), cards[1].Terms!.Rules.Single().Price);
        });

    [Fact]
    public Task Customers_are_charged_in_the_currency_that_their_reseller_has() => CarriedOverAsync(
        "VoidInvoices",
        """
        INSERT INTO "Reseller" ("Id", "Address_City", "Address_Country", "Address_PostalCode", "Address_Street", "BrandColor", "CreatedAtUtc", "Currency", "Email", "InvoiceNumberPattern", "IssuesNativeTokens", "Name", "PaymentInstructions", "PaymentTermDays", "Slug", "TimeZone", "UpstreamRegion")
        VALUES (zeroblob(16), '', '', '', '', '', 0, 'EUR', '', '', 0, 'Northwind', '', 14, 'northwind', 'UTC', ''),
               (x'0102030405060708090a0b0c0d0e0f10', '', '', '', '', '', 0, 'JPY', '', '', 0, 'Fabrikam', '', 14, 'fabrikam', 'UTC', '');
        INSERT INTO "Customer" ("Id", "ResellerId", "Name", "Email", "TaxTreatment", "SelfServiceTokens", "CreatedAtUtc", "LastSequence", "ChainHead", "UsedInMonth", "AlertedPercent", "BilledThroughSequence", "Address_City", "Address_Country", "Address_PostalCode", "Address_Street")
        VALUES (x'11111111111111111111111111111111', zeroblob(16), 'Acme', '', 0, 3, 0, 0, zeroblob(32), 0, 0, 0, '', '', '', ''),
               (x'22222222222222222222222222222222', x'0102030405060708090a0b0c0d0e0f10', 'Blue', '', 0, 3, 0, 0, zeroblob(32), 0, 0, 0, '', '', '', '');
        INSERT INTO "Invoice" ("Id", "ResellerId", "CustomerId", "PeriodStart", "Currency", "FirstSequence", "LastSequence", "NetMinorUnits", "TaxMinorUnits", "PaidMinorUnits", "DraftedAtUtc")
        VALUES (zeroblob(16), zeroblob(16), x'11111111111111111111111111111111', '2026-10-01', 'EUR', 1, 1, 100, 0, 0, 0)
        """,
        async db =>
        {
            Assert.Equal(["EUR", "JPY"], (await db.Customers.OrderBy(c => c.Name).ToListAsync()).Select(c => c.Currency.Code));
            Assert.Equal(ExchangeRate.NanosPerUnit, (await db.Invoices.SingleAsync()).RateNanos);
        });

    [Fact]
    public Task An_order_that_was_confirmed_is_paid() => CarriedOverAsync(
        "BankStatements",
        """
        INSERT INTO "PlanOrder" ("Id", "ResellerId", "PlanId", "PlanName", "Conversions", "PriceMinorUnits", "Currency", "ValidityDays", "Status", "OrderedAtUtc", "IdempotencyKey")
        VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 'Paid', 1, 180, 'EUR', 1, 'Confirmed', 0, zeroblob(16)),
               (randomblob(16), zeroblob(16), zeroblob(16), 'Waits', 1, 180, 'EUR', 1, 'Ordered', 0, randomblob(16))
        """,
        async db => Assert.Equal(
            [("Paid", 0L), ("Waits", 180L)],
            (await db.PlanOrders.OrderBy(o => o.PlanName).ToListAsync()).Select(o => (o.PlanName, o.Due.MinorUnits))));

    /// <summary>Fills a database of an older version, migrates it to the newest, and checks the result.</summary>
    private static async Task CarriedOverAsync(string version, string sql, Func<PortalDbContext, Task> look)
    {
        var file = Path.Combine(Path.GetTempPath(), $"portal-migration-{Guid.NewGuid():N}.db");
        try
        {
            var dialect = new SqliteDialect();
            var database = new PortalDatabase(PortalDatabase.OptionsFor(dialect, $"Data Source={file}"), dialect);
            await using (var db = database.Open(TenantScope.CrossTenants("test")))
            {
                await db.GetService<IMigrator>().MigrateAsync(version);
                await db.Database.ExecuteSqlRawAsync(sql);
            }

            await database.MigrateAsync();

            await using var migrated = database.Open(TenantScope.CrossTenants("test"));
            await look(migrated);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            File.Delete(file);
        }
    }
}
