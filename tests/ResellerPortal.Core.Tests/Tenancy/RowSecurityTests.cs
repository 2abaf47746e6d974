using Microsoft.EntityFrameworkCore;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Metering;
using ResellerPortal.Storage.PostgreSql;

namespace ResellerPortal.Core.Tests.Tenancy;

/// <summary>What PostgreSQL itself refuses the running portal's role, whatever statement is sent.</summary>
public sealed class RowSecurityTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private const string AddKey = "INSERT INTO identity.\"DataProtectionKeys\" (\"FriendlyName\", \"Xml\") VALUES ('k', 'x')";

    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    [Fact]
    public async Task Every_table_has_policies_and_belongs_to_another_role()
    {
        await using var database = await postgres.OpenAsync();
        await using var db = database.OpenAll();

        var isProtected = await db.Database.SqlQueryRaw<string>(
            "SELECT DISTINCT c.relname AS \"Value\" FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relrowsecurity "
                + "AND NOT pg_has_role(c.relowner, 'MEMBER')").ToListAsync();

        Assert.Equal(TableAccess.FromModel(db).Select(t => t.Name).Append("__EFMigrationsHistory").Order(), isProtected.Order());
        Assert.False(await database.Database.IsOwnerAsync());
    }

    [Fact]
    public async Task A_role_that_owns_the_tables_or_is_exempt_is_told_apart_and_gets_no_grants()
    {
        await using var database = await postgres.OpenAsync();
        string connection;
        await using (var db = database.Database.Open(TenantScope.None))
        {
            connection = db.Database.GetConnectionString()!;
        }

        await using (var owner = database.OpenAsOwner())
        {
            await owner.Database.ExecuteSqlRawAsync(
                "DO $$ BEGIN CREATE ROLE creator LOGIN CREATEROLE; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        }

        foreach (var role in (string[])["portal_owner", "postgres", "creator"])
        {
            var same = connection.Replace("=portal;", $"={role};", StringComparison.Ordinal);
            var asOwner = new PortalDatabase(PostgreSqlFixture.Dialect, same);

            Assert.True(await asOwner.IsOwnerAsync());
            Assert.Contains(
                "Use a role without these rights",
                (await Assert.ThrowsAsync<InvalidOperationException>(
                    () => asOwner.MigrateAsync(connection.Replace("=portal;", "=portal_owner;", StringComparison.Ordinal)))).Message,
                StringComparison.Ordinal);
        }

        Assert.Contains(
            "ConnectionStrings:PortalOwner is missing",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => database.Database.MigrateAsync())).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Nodes that still run with the former key go on; those with the key before that one see nothing.</summary>
    [Fact]
    public async Task A_new_key_replaces_the_one_before_the_last()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        var former = tenants.Open(TenantScope.ForReseller(tenants.Northwind));
        await tenants.MigrateAsync(new string('2', ScopeKey.MinLength));
        Assert.Equal(1, await former.Resellers.CountAsync());

        await tenants.MigrateAsync(new string('3', ScopeKey.MinLength));
        await former.DisposeAsync();
        await using var stale = tenants.Open(TenantScope.ForReseller(tenants.Northwind));

        Assert.Equal(0, await stale.Resellers.CountAsync());
    }

    [Fact]
    public async Task A_scope_shows_its_own_rows_alone_to_any_statement()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        await using var all = tenants.Open(TenantScope.CrossTenants("test"));
        await using var ofReseller = tenants.Open(TenantScope.ForReseller(tenants.Northwind));
        await using var ofCustomer = tenants.Open(TenantScope.ForCustomer(tenants.Northwind, tenants.Acme));
        await using var ofNobody = tenants.Open(TenantScope.None);

        Assert.Equal("3, 2, 1, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"Customer\""));
        Assert.Equal("2, 1, 0, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"CreditLot\""));
        Assert.Equal("2, 1, 1, 0", await CountsAsync("SELECT count(*) AS \"Value\" FROM \"Reseller\""));
        Assert.Equal(
            (0, 0, 0),
            (await RenameAsync(ofReseller, tenants.Fabrikam),
                await RenameAsync(ofCustomer, tenants.Fabrikam),
                await RenameAsync(ofNobody, tenants.Northwind)));
        await AssertDeniedAsync(
            ofReseller, $"INSERT INTO \"Logo\" (\"ResellerId\", \"Hash\", \"Image\") VALUES ('{tenants.Fabrikam}', 'x', '\\x00')");

        async Task<string> CountsAsync(string sql)
        {
            var counts = new List<long>();
            foreach (var db in (PortalDbContext[])[all, ofReseller, ofCustomer, ofNobody])
            {
                counts.Add(await CountAsync(db, sql));
            }

            return string.Join(", ", counts);
        }
    }

    /// <summary>A statement smuggled into a query could name any tenant, and all of them, in the session's settings.</summary>
    [Fact]
    public async Task No_statement_can_choose_another_scope()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        foreach (var scope in (TenantScope[])[
            TenantScope.ForCustomer(tenants.Northwind, tenants.Acme), TenantScope.ForReseller(tenants.Northwind), TenantScope.None])
        {
            foreach (var (reseller, customer) in ((string, string)[])[
                ("*", ""), (tenants.Fabrikam.ToString(), ""), (tenants.Northwind.ToString(), tenants.Neighbour.ToString())])
            {
                await using var db = tenants.Open(scope);
                await db.Database.OpenConnectionAsync();
                await db.Database.ExecuteSqlAsync(
                    $"SELECT set_config('portal.reseller', {reseller}, false), set_config('portal.customer', {customer}, false)");

                Assert.Equal(0, await CountAsync(db, "SELECT count(*) AS \"Value\" FROM \"Customer\""));
            }

            await using var curious = tenants.Open(scope);
            await AssertDeniedAsync(curious, "SELECT * FROM scope.key");
            await AssertDeniedAsync(curious, "SELECT scope.read('portal.reseller')");
        }
    }

    [Fact]
    public async Task No_tenants_scope_sees_users_their_credentials_or_the_portals_keys()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        await using var outside = tenants.Open(TenantScope.None);
        var identity = TableAccess.FromModel(outside).Where(t => t.Owner == TableOwner.Identity).Select(t => t.Name).ToList();
        Assert.Equal(
            [
                "AspNetUserClaims", "AspNetUserLogins", "AspNetUserPasskeys", "AspNetUserTokens", "AspNetUsers", "DataProtectionKeys",
                "SignInFailure", "UserSession",
            ],
            identity);
        await outside.Database.ExecuteSqlRawAsync(AddKey);
        Assert.Equal(5, await CountAsync(outside, "SELECT count(*) AS \"Value\" FROM identity.\"AspNetUsers\""));
        foreach (var scope in (TenantScope[])[
            TenantScope.ForReseller(tenants.Northwind), TenantScope.ForCustomer(tenants.Northwind, tenants.Acme)])
        {
            await using var db = tenants.Open(scope);
            foreach (var table in identity)
            {
                // Not even a plan, whose counts would tell what an index holds.
                await AssertDeniedAsync(db, $"SELECT * FROM identity.\"{table}\"");
                await AssertDeniedAsync(db, $"EXPLAIN (ANALYZE) SELECT * FROM identity.\"{table}\"");
            }

            await AssertDeniedAsync(db, AddKey);
        }
    }

    [Fact]
    public async Task The_running_portal_can_change_neither_the_schema_nor_what_protects_it()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        await using var db = tenants.Open(TenantScope.CrossTenants("test"));
        foreach (var sql in (string[])[
            "DROP TRIGGER \"LedgerEntry_append_only\" ON \"LedgerEntry\"",
            "ALTER TABLE \"LedgerEntry\" DISABLE TRIGGER ALL",
            "ALTER TABLE \"Customer\" DISABLE ROW LEVEL SECURITY",
            "DROP POLICY tenant_select ON \"Customer\"",
            "CREATE POLICY mine ON \"Customer\" USING (true)",
            "TRUNCATE \"LedgerEntry\"",
            "TRUNCATE \"Customer\" CASCADE",
            "UPDATE \"LedgerEntry\" SET \"Quantity\" = 0",
            "DELETE FROM \"BalanceTransaction\"",
            "DELETE FROM \"AuditEntry\"",
            "DELETE FROM identity.\"DataProtectionKeys\"",
            "UPDATE \"__EFMigrationsHistory\" SET \"ProductVersion\" = '0'",
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE SCHEMA mine",
            "SET ROLE portal_owner",
            "SET session_replication_role = replica",
            "ALTER ROLE portal SUPERUSER",
            "COPY \"Customer\" TO PROGRAM 'cat'",
        ])
        {
            await AssertDeniedAsync(db, sql);
        }

        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync("SET row_security = off");
        await AssertDeniedAsync(db, "SELECT * FROM \"Customer\"");
    }

    [Fact]
    public async Task A_customers_scope_writes_only_what_customers_write()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        await using var db = tenants.Open(TenantScope.ForCustomer(tenants.Northwind, tenants.Acme));
        var refused = new List<string>();
        foreach (var table in TableAccess.FromModel(db).Where(t => t.Owner == TableOwner.Customer && t.ByCustomers == RowWrites.None))
        {
            await using var all = tenants.Open(TenantScope.CrossTenants("columns"));
            var columns = await all.Database.SqlQuery<string>(
                $"SELECT column_name AS \"Value\" FROM information_schema.columns WHERE table_name = {table.Name}").ToListAsync();
            var names = string.Join(", ", columns.Select(c => $"\"{c}\""));
            var values = string.Join(", ", columns.Select(c => c switch
            {
                "ResellerId" => $"'{tenants.Northwind}'",
                "CustomerId" => $"'{tenants.Acme}'",
                _ => "NULL",
            }));

            // The policy is checked before the columns' own rules.
            await AssertDeniedAsync(db, $"INSERT INTO \"{table.Name}\" ({names}) VALUES ({values})");
            refused.Add(table.Name);
        }

        string[] ofMoney = ["Invoice", "InvoiceLine", "CreditNote", "LedgerEntry", "BalanceTransaction", "Payment", "Reservation"];
        Assert.Subset(refused.ToHashSet(), ofMoney.ToHashSet());
        await AssertDeniedAsync(db, "UPDATE \"Customer\" SET \"Name\" = 'Mine'");
        await AssertDeniedAsync(db, "UPDATE \"Reseller\" SET \"Name\" = 'Mine'");
        Assert.Equal(0, await db.Database.ExecuteSqlRawAsync("DELETE FROM \"Customer\""));
        await AssertDeniedAsync(
            db,
            $"INSERT INTO \"Member\" (\"Id\", \"UserId\", \"Role\", \"ResellerId\", \"CustomerId\", \"CreatedAtUtc\") VALUES "
                + $"(gen_random_uuid(), gen_random_uuid(), 'CustomerAdmin', '{tenants.Northwind}', '{tenants.Acme}', 0)");
    }

    [Fact]
    public async Task A_tenant_gives_nobody_a_role_above_its_own()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        var acme = TenantScope.ForCustomer(tenants.Northwind, tenants.Acme);
        foreach (var (scope, role) in ((TenantScope, string)[])[
            (acme, "OperatorAdmin"), (acme, "ResellerOwner"), (TenantScope.ForReseller(tenants.Northwind), "OperatorAdmin")])
        {
            await using var db = tenants.Open(scope);
            await AssertDeniedAsync(db, $"UPDATE \"Member\" SET \"Role\" = '{role}'");
            await AssertDeniedAsync(
                db,
                "INSERT INTO \"Invitation\" (\"Id\", \"Email\", \"Role\", \"ResellerId\", \"CustomerId\", \"InvitedBy\", \"CreatedAtUtc\", "
                    + "\"ExpiresAtUtc\", \"Edition\") VALUES (gen_random_uuid(), 'a@x.example', "
                    + $"'{role}', '{tenants.Northwind}', '{tenants.Acme}', 'x', 0, 0, 1)");
        }

        await using var own = tenants.Open(acme);
        Assert.Equal(1, await own.Database.ExecuteSqlRawAsync("UPDATE \"Member\" SET \"Role\" = 'CustomerViewer'"));
    }

    /// <summary>
    /// A prepared statement that was replaced in one scope ran in the next one that got the connection, and could read all tenants.
    /// </summary>
    [Fact]
    public async Task Nothing_that_a_statement_leaves_behind_reaches_another_scope()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        var database = tenants.Share(maxPoolSize: 1);
        var scopes = (TenantScope[])[
            TenantScope.CrossTenants("test"), TenantScope.None, TenantScope.ForReseller(tenants.Northwind),
            TenantScope.ForCustomer(tenants.Northwind, tenants.Acme), TenantScope.ForReseller(tenants.Fabrikam)];
        var seen = new Dictionary<long, TenantScope>();
        foreach (var scope in (TenantScope[])[.. scopes, .. scopes])
        {
            await using var db = database.Open(scope);
            await db.Database.OpenConnectionAsync();
            await database.LockRowsAsync<Customer>(db, tenants.Northwind, [tenants.Acme.Value], default);
            if (!scope.CrossesTenants)
            {
                Assert.Equal(0, await CountAsync(db, "SELECT count(*) AS \"Value\" FROM pg_prepared_statements"));
                await db.Database.ExecuteSqlRawAsync("PREPARE left_behind AS SELECT 1");
            }

            // Each kind of scope has connections of its own; those of tenants are handed on among them.
            var backend = await CountAsync(db, "SELECT pg_backend_pid()::bigint AS \"Value\"");
            Assert.True(
                seen.TryAdd(backend, scope) || (seen[backend].Reseller, scope.Reseller) is (not null, not null) || seen[backend] == scope);
        }
    }

    [Fact]
    public async Task A_portal_with_a_key_that_the_database_does_not_know_is_not_ready()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        await using (var db = tenants.Open(TenantScope.None))
        {
            Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        }

        await using var stranger = tenants.Share(scopeKey: new string('x', ScopeKey.MinLength)).Open(TenantScope.None);

        Assert.NotEmpty(await stranger.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task A_connection_that_goes_back_to_the_pool_takes_no_scope_along()
    {
        await using var tenants = await TwoTenants.OpenAsync(postgres);
        string connection;
        await using (var own = tenants.Open(TenantScope.ForReseller(tenants.Northwind)))
        {
            Assert.Equal(1, await own.Resellers.CountAsync());
            connection = own.Database.GetConnectionString()!;
        }

        await using var plain = new NpgsqlConnection(connection);
        await plain.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM \"Reseller\"", plain);

        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    private static Task<long> CountAsync(PortalDbContext db, string sql) => db.Database.SqlQueryRaw<long>(sql).SingleAsync();

    private static Task<int> RenameAsync(PortalDbContext db, ResellerId reseller) =>
        db.Database.ExecuteSqlRawAsync("UPDATE \"Reseller\" SET \"Name\" = 'taken' WHERE \"Id\" = {0}", reseller.Value);

    private static async Task AssertDeniedAsync(PortalDbContext db, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync(sql));
        Assert.True(refused.SqlState == Denied, $"{sql}: {refused.Message}");
    }
}
