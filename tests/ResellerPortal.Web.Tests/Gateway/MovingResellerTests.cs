using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>What programs and members of a reseller that is being moved to another database get to see.</summary>
public sealed class MovingResellerTests
{
    [Theory]
    [InlineData(false, "is being moved")]
    [InlineData(true, "moved to another server on")]
    public async Task Programs_are_told_to_come_back_or_to_go_elsewhere(bool hasMoved, string words)
    {
        using var fixture = await GatewayFixture.OpenAsync();
        await MarkAsync(fixture, hasMoved);

        foreach (var path in (string[])["/convert/docx/to/pdf", "/upload"])
        {
            using var form = GatewayFixture.Form();
            using var answer = await fixture.Client.PostAsync(path, form);
            var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal(5030, error.GetProperty("Code").GetInt32());
            Assert.Contains(words, error.GetProperty("Message").GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(await fixture.EntriesAsync());
        Assert.Equal(0, await fixture.HeldAsync());
    }

    [Fact]
    public async Task Members_are_told_that_their_pages_are_elsewhere()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var member = await fixture.Server.SignedInAsync("owner@northwind.example");
        using var before = await member.GetAsync("/");
        await MarkAsync(fixture, hasMoved: false);

        using var home = await member.GetAsync("/");
        using var page = await member.GetAsync(before.Headers.Location);

        Assert.Equal("/account?said=moving", home.Headers.Location?.OriginalString);
        Assert.Contains(
            "being moved to another server", await member.GetStringAsync(home.Headers.Location), StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, page.StatusCode);
    }

    private static async Task MarkAsync(GatewayFixture fixture, bool hasMoved)
    {
        var now = fixture.Server.Clock.GetUtcNow();
        await using var db = fixture.Server.Data.Database.Open(TenantScope.CrossTenants("test"));
        await db.Resellers.ExecuteUpdateAsync(set => set
            .SetProperty(r => r.MovingSinceUtc, now)
            .SetProperty(r => r.MovedAtUtc, hasMoved ? now : null));
        await db.ApiTokens.ExecuteUpdateAsync(set => set
            .SetProperty(t => t.MovingSinceUtc, now)
            .SetProperty(t => t.MovedAtUtc, hasMoved ? now : null));
    }
}
