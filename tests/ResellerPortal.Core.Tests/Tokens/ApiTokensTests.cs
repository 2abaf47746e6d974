using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class ApiTokensTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(1_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task A_limit_of_zero_less_or_absurdly_much_is_refused(long limit) =>
        await AssertRefusedAsync(new TokenRequest("production", limit, null), nameof(TokenRequest.UsageLimit));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    public async Task An_environment_without_a_name_is_refused(string environment) =>
        await AssertRefusedAsync(new TokenRequest(environment, 1, null), nameof(TokenRequest.Environment));

    [Fact]
    public async Task An_expiry_in_the_past_is_refused() =>
        await AssertRefusedAsync(
            new TokenRequest("production", 1, new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero)),
            nameof(TokenRequest.ExpiresAtUtc));

    [Fact]
    public async Task The_secret_is_nowhere_in_the_database()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var issued = await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Acme"));

        await using var db = sqlite.OpenAll();
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        var file = db.Database.GetDbConnection().DataSource;
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);

        Assert.Equal(-1, content.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(issued.Secret)));
        Assert.NotEqual(-1, content.ToArray().AsSpan().IndexOf(issued.Token.SecretHash));
    }

    [Fact]
    public async Task A_customer_makes_tokens_within_what_the_reseller_allows()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme", selfServiceTokens: 1, selfServiceMaxLimit: 100);
        var admin = TestData.CreateAdmin(customer);

        Assert.True((await sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("dev", null, null))).IsRefused);
        Assert.True((await sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("dev", 101, null))).IsRefused);
        var own = await TestData.Valued(sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("dev", 100, null)));
        Assert.True((await sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("test", 1, null))).IsRefused);
        await TestData.Valued(sqlite.Data.Tokens.RevokeAsync(admin, own.Token.Id));
        Assert.False((await sqlite.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("test", 1, null))).IsRefused);
    }

    [Fact]
    public async Task Self_service_switched_off_says_who_to_ask()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme", selfServiceTokens: 0);

        var outcome = await sqlite.Data.Tokens.IssueSelfServiceAsync(TestData.CreateAdmin(customer), new TokenRequest("dev", 1, null));

        Assert.Contains("provider", outcome.Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_makes_and_revokes_nothing()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var issued = await sqlite.Data.IssueAsync(owner, customer);
        var viewer = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = customer.ResellerId, CustomerId = customer.Id, Role = Role.CustomerViewer },
            "viewer");

        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => sqlite.Data.Tokens.IssueSelfServiceAsync(viewer, new TokenRequest("dev", 1, null)));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => sqlite.Data.Tokens.RevokeAsync(viewer, issued.Token.Id));
    }

    [Fact]
    public async Task Every_act_on_a_token_leaves_an_audit_entry()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var issued = await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Acme"));
        await sqlite.Data.Tokens.RevokeAsync(owner, issued.Token.Id);
        await sqlite.Data.Tokens.RevokeAsync(owner, issued.Token.Id);

        await using var db = sqlite.OpenAll();
        var actions = await db.Set<Core.Auditing.AuditEntry>()
            .Where(a => a.Subject.StartsWith("token "))
            .OrderBy(a => a.AtUtc)
            .Select(a => a.Action)
            .ToListAsync();
        Assert.Equal([Permission.TokensIssue, Permission.TokensRevoke], actions);
    }

    private static async Task AssertRefusedAsync(TokenRequest request, string field)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");

        var outcome = await sqlite.Data.Tokens.IssueAsync(owner, customer.Id, request);

        Assert.Equal(field, outcome.Refusal!.Field);
        await using var db = sqlite.OpenAll();
        Assert.Equal(0, await db.ApiTokens.CountAsync());
    }
}
