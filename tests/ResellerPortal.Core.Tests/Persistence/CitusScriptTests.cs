using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Where the script puts each table, on a server without Citus: it asks the database, and the model knows as well.</summary>
public sealed partial class CitusScriptTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Fact]
    public async Task The_script_divides_the_tables_that_the_model_divides_by_the_same_column_and_copies_all_others()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        await using var owner = database.OpenAsOwner();
        using var script = new StreamReader(typeof(CitusDialect).Assembly.GetManifestResourceStream("citus.sql")!);
        var tables = TablesQuery().Match(await script.ReadToEndAsync()).Groups[1].Value;
        var query = "SELECT (SELECT relname FROM pg_class c WHERE c.oid = t.oid) || ' ' || coalesce(divided_by, '') AS \"Value\" "
            + $"FROM ({tables}) t";

        var chosen = await owner.Database.SqlQueryRaw<string>(query).ToListAsync();

        var expected = owner.Model.GetEntityTypes().Where(e => !e.IsMappedToJson()).Select(e =>
            $"{e.GetTableName()} {(TenantKeys.IsDivided(e.ClrType) ? TenantKeys.FindTenantProperty(e.ClrType) : "")}").Distinct();
        Assert.Equal(expected.Append("key ").Order(StringComparer.Ordinal), chosen.Order(StringComparer.Ordinal));
        Assert.InRange(chosen.Count(table => table.EndsWith(" ResellerId", StringComparison.Ordinal)), 30, int.MaxValue);
        Assert.Contains("AuditEntry Chain", chosen);
    }

    [Fact]
    public async Task A_portal_does_not_start_as_distributed_on_a_database_that_is_not()
    {
        await using var database = await databases.OpenAsync("PostgreSql");
        await using var none = database.Database.Open(TenantScope.None);
        var distributed = new PortalDatabase(
            new CitusDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), none.Database.GetConnectionString()!);

        await database.Database.CheckSettingsAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => distributed.CheckSettingsAsync());

        Assert.Contains("Database:Distributed", refused.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"tables CONSTANT text := \$query\$(.*?)\$query\$", RegexOptions.Singleline)]
    private static partial Regex TablesQuery();
}
