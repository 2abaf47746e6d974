using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Account;

public sealed partial class ProviderTests
{
    private const string Unknown = "/account/sign-in?provider=unknown";

    [Theory]
    [InlineData("missing")]
    [InlineData(false)]
    [InlineData("false")]
    [InlineData("no")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData("")]
    public async Task An_address_that_the_provider_does_not_call_verified_opens_no_account(object verified)
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        if (verified is "missing")
        {
            provider.Claims.Remove("email_verified");
        }
        else
        {
            provider.Claims["email_verified"] = verified;
        }

        Assert.Equal(Unknown, await GoAsync(server, provider));
        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.Empty(await db.UserLogins.ToListAsync());
    }

    [Fact]
    public async Task Another_subject_with_the_address_of_a_connected_account_does_not_get_in()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        Assert.Equal("/", await GoAsync(server, provider));

        // Whoever gets a former colleague's address at the provider is somebody else there.
        provider.Claims["sub"] = "4712";
        Assert.Equal(Unknown, await GoAsync(server, provider));
        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.Equal("4711", (await db.UserLogins.SingleAsync()).ProviderKey);
        provider.Claims["sub"] = "4711";
        Assert.Equal("/", await GoAsync(server, provider));
    }

    [Fact]
    public async Task A_connected_subject_stays_its_own_user_with_the_address_of_another()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        await server.Data.AddResellerAsync("fabrikam");
        Assert.Equal("/", await GoAsync(server, provider));

        provider.Claims["email"] = "owner@fabrikam.example";
        Assert.Equal("/", await GoAsync(server, provider));
        await using var db = server.Data.Database.Open(TenantScope.None);
        var fabrikam = await db.Users.SingleAsync(u => u.Email == "owner@fabrikam.example");
        Assert.False(await db.UserSessions.AnyAsync(s => s.UserId == fabrikam.Id));
        Assert.False(await db.UserLogins.AnyAsync(l => l.UserId == fabrikam.Id));
    }

    [Theory]
    [InlineData("owner@\u212Aiwi.example")]
    [InlineData("owner@kiwi.example\u200b")]
    [InlineData("\uff4fwner@kiwi.example")]
    [InlineData("owner@kiwi.example, x@evil.example")]
    [InlineData("Owner <owner@kiwi.example>")]
    [InlineData("")]
    public async Task An_address_that_only_looks_like_an_accounts_does_not_open_it(string address)
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("kiwi");
        provider.Claims["email"] = address;

        Assert.Equal(Unknown, await GoAsync(server, provider));
    }

    [Fact]
    public async Task An_answer_without_a_subject_or_an_address_signs_nobody_in()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        provider.Claims.Remove("email");
        Assert.Equal(Unknown, await GoAsync(server, provider));

        provider.Claims["email"] = "owner@northwind.example";
        provider.Claims.Remove("sub");
        Assert.Equal("/account/sign-in?provider=failed", await GoAsync(server, provider));
    }
}
