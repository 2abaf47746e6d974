using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class TokenTemplateTests
{
    private static readonly TokenTemplateTerms Trial = new(
        " Trial ",
        new TokenRequest("trial", 100, null) { LimitPeriod = LimitPeriod.Month, AllowedConverters = ["docx-to-pdf"] },
        ExpiresAfterDays: 14);

    [Fact]
    public async Task A_token_is_issued_from_a_template_and_does_not_change_with_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var templates = new TokenTemplateService(sqlite.Database, sqlite.Clock);
        var added = await TestData.Valued(templates.SaveAsync(owner, null, Trial));

        var token = (await TestData.Valued(
            sqlite.Data.Tokens.IssueAsync(owner, customer.Id, added.ToRequest(sqlite.Clock.GetUtcNow())))).Token;
        await TestData.Valued(
            templates.SaveAsync(owner, added.Id, Trial with { Name = "Test", Terms = new TokenRequest("test", 5, null) }));

        Assert.Equal(("trial", 100L, LimitPeriod.Month), (token.Environment, token.UsageLimit, token.LimitPeriod));
        Assert.Equal((sqlite.Clock.GetUtcNow().AddDays(14), "docx-to-pdf"), (token.ExpiresAtUtc, token.AllowedConverters.Single()));
        var changed = Assert.Single(await templates.ListAsync(owner));
        Assert.Equal((added.Id, "Test", "test", 5L), (changed.Id, changed.Name, changed.Environment, changed.UsageLimit));
        Assert.Empty(changed.AllowedConverters);

        await TestData.Valued(templates.DeleteAsync(owner, added.Id));
        Assert.Empty(await templates.ListAsync(owner));
        await using var db = sqlite.OpenAll();
        Assert.Equal(
            ["token template Trial added", "token template Test changed", "token template Test deleted"],
            await db.AuditEntries.Where(a => a.Action == TokenTemplateService.EditAction).OrderBy(a => a.Id).Select(a => a.Subject)
                .ToListAsync());
    }

    [Fact]
    public async Task A_name_is_needed_once_and_the_terms_must_do_for_a_token()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var templates = new TokenTemplateService(sqlite.Database, sqlite.Clock);
        var added = await TestData.Valued(templates.SaveAsync(owner, null, Trial));

        await AssertRefusedAsync(Trial with { Name = "trial" }, nameof(TokenTemplateTerms.Name));
        await AssertRefusedAsync(Trial with { Name = " " }, nameof(TokenTemplateTerms.Name));
        await AssertRefusedAsync(Trial with { Name = "B", ExpiresAfterDays = 0 }, nameof(TokenTemplateTerms.ExpiresAfterDays));
        await AssertRefusedAsync(Trial with { Name = "B", Terms = new TokenRequest("b", 0, null) }, nameof(TokenRequest.UsageLimit));
        Assert.False((await templates.SaveAsync(owner, added.Id, Trial)).IsRefused);

        // Another reseller has names of its own, and finds none of these.
        Assert.Equal(Refusal.NotFound("template"), (await templates.SaveAsync(stranger, added.Id, Trial)).Refusal);
        Assert.Equal(Refusal.NotFound("template"), (await templates.DeleteAsync(stranger, added.Id)).Refusal);
        await TestData.Valued(templates.SaveAsync(stranger, null, Trial));
        Assert.Single(await templates.ListAsync(stranger));

        async Task AssertRefusedAsync(TokenTemplateTerms terms, string field) =>
            Assert.Equal(field, (await templates.SaveAsync(owner, null, terms)).Refusal!.Field);
    }
}
