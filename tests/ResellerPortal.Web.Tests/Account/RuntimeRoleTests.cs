using System.Net;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Account;

/// <summary>The portal works as the database role that owns nothing, with a database that separates tenants itself.</summary>
public sealed class RuntimeRoleTests
{
    [Fact]
    public async Task People_sign_in_see_their_accounts_and_manage_their_teams_and_tokens_as_the_runtime_role()
    {
        using var postgres = PostgreSqlServer.Start("fsync=off");
        using var server = PortalServer.Start(settings: postgres.CreateSettings("portal"));
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 100, 1);
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        foreach (var email in (string[])["owner@northwind.example", "admin@acme.example"])
        {
            using var client = await server.SignedInAsync(email);
            await PortalServer.VerifyAsync(client);

            // The page's sections render side by side over one database context.
            for (var i = 0; i < 5; i++)
            {
                using var answer = await client.GetAsync("/account");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        var admin = TestData.CreateAdmin(acme);
        var team = TeamScope.ForActor(admin);
        var invitation = await TestData.Valued(server.Data.Teams.InviteAsync(admin, team, "new@acme.example", Role.CustomerViewer));
        Assert.False((await server.Data.Teams.InviteAgainAsync(admin, team, invitation.Id)).IsRefused);
        Assert.False((await server.Data.Teams.RevokeInvitationAsync(admin, team, invitation.Id)).IsRefused);
        Assert.Equal("admin@acme.example", Assert.Single((await server.Data.Teams.ListAsync(admin, team)).Members).Email);
        var token = await TestData.Valued(server.Data.Tokens.IssueSelfServiceAsync(admin, new TokenRequest("staging", 10, null)));
        Assert.False((await server.Data.Tokens.RotateAsync(admin, token.Token.Id, TimeSpan.Zero)).IsRefused);
        Assert.False((await server.Data.Tokens.RevokeAsync(admin, token.Token.Id)).IsRefused);
    }
}
