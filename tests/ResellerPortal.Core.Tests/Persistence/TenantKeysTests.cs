using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.GatewayHosts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>A reseller's rows can lie on a server of their own only if every key of theirs has the reseller in it.</summary>
public class TenantKeysTests
{
    /// <summary>Tables of few rows with values that are unique among all resellers; a distributed database copies them.</summary>
    private static readonly Type[] Shared = [typeof(GatewayHost), typeof(PaymentAccount), typeof(PlanSubscription)];

    public static TheoryData<string> Providers => ["Sqlite", "PostgreSql", "SqlServer"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Primary_keys_of_a_resellers_tables_lead_with_the_reseller(string provider)
    {
        Assert.All(FindOwned(provider), table => Assert.Equal(GetTenant(table), table.FindPrimaryKey()!.Properties[0].Name));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void No_unique_index_or_other_key_of_a_resellers_table_spans_resellers(string provider)
    {
        var distributed = FindOwned(provider).Where(table => !Shared.Contains(table.ClrType)).ToList();

        Assert.True(distributed.Count > 30);
        Assert.All(distributed, table =>
        {
            Assert.Single(table.GetKeys());
            Assert.All(
                table.GetIndexes().Where(i => i.IsUnique),
                index => Assert.Contains(GetTenant(table), index.Properties.Select(p => p.Name)));
        });
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Foreign_keys_stay_within_one_reseller_and_shared_tables_have_none_to_them(string provider)
    {
        var (owned, model) = (FindOwned(provider), OpenModel(provider));

        foreach (var foreignKey in model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()))
        {
            var (from, to) = (foreignKey.DeclaringEntityType, foreignKey.PrincipalEntityType);
            if (owned.Any(table => table.ClrType == to.ClrType))
            {
                Assert.Equal(GetTenant(from), foreignKey.Properties[0].Name);
                Assert.Equal(GetTenant(to), foreignKey.PrincipalKey.Properties[0].Name);
                Assert.DoesNotContain(from.ClrType, Shared);
            }
        }
    }

    [Fact]
    public void Only_known_tables_are_unique_across_resellers()
    {
        Assert.Equal(
            Shared.Select(t => t.Name).Order(),
            FindOwned("Sqlite").Select(t => t.ClrType)
                .Where(type => type.IsDefined(typeof(UniqueAcrossResellersAttribute), false))
                .Select(type => type.Name)
                .Order());
    }

    private static List<IEntityType> FindOwned(string provider) =>
    [
        .. OpenModel(provider).GetEntityTypes().Where(
            e => e.ClrType == typeof(AuditEntry) || e.ClrType.IsAssignableTo(typeof(IResellerOwned))),
    ];

    /// <summary>The history of the installation itself is of no reseller, so it is divided by its chain.</summary>
    private static string GetTenant(IEntityType table) =>
        table.ClrType == typeof(AuditEntry) ? nameof(AuditEntry.Chain) : nameof(IResellerOwned.ResellerId);

    private static IModel OpenModel(string provider)
    {
        using var db = new PortalDbContext(
            provider switch
            {
                "PostgreSql" => PortalDatabase.OptionsFor(
                    new PostgreSqlDialect(new ScopeKey("a key of the tests of the model alone")), "Host=none"),
                "SqlServer" => PortalDatabase.OptionsFor(new SqlServerDialect(), "Server=none"),
                _ => PortalDatabase.OptionsFor(new SqliteDialect(), "Data Source=none"),
            },
            TenantScope.None);
        return db.Model;
    }
}
