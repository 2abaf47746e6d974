using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Account;

public sealed partial class SignInTests
{
    [Fact]
    public async Task A_new_user_accepts_an_invitation_from_an_email_or_a_copied_link()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, [.. mail.Settings, ("Portal:PublicUrl", "https://portal.example")]);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var teams = server.Services.GetRequiredService<TeamService>();
        await TestData.Valued(teams.InviteAsync(owner, TeamScope.ForActor(owner), "jane@northwind.example", Role.ResellerBilling));
        var link = FindLink(await mail.MessageAsync(0));

        // The configured public URL uses HTTPS, so cookies are bound to it.
        using var jane = server.Visitor();
        var page = await jane.GetAsync(link);
        Assert.Contains("__Host-portal-form", string.Join(' ', page.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Contains("Join northwind Ltd", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_invitation_link_creates_no_account_before_its_address_has_answered()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            owner, TeamScope.ForActor(owner), "jane@northwind.example", Role.ResellerViewer));
        var copied = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: false);
        using var thief = server.Visitor();

        Assert.DoesNotContain("name=\"password\"", await thief.GetStringAsync(copied), StringComparison.Ordinal);
        using var asked = await PortalServer.SubmitAsync(thief, copied, "email");
        Assert.Contains("We emailed a link to jane@northwind.example", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // The form of a mailed link, sent to the copied one.
        var mailed = FindLink(await mail.MessageAsync(0));
        using var forged = await PortalServer.PostAsync(thief, mailed, copied, ("_handler", "register"), ("password", NewPassword));
        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.False(await db.Users.AnyAsync(u => u.Email == "jane@northwind.example"));

        using var jane = server.Visitor();
        using var joined = await PortalServer.SubmitAsync(jane, mailed, "register", ("password", NewPassword));
        Assert.Equal("/reseller", GetPath(await jane.GetAsync("/")));
        Assert.True((await db.Users.SingleAsync(u => u.Email == "jane@northwind.example")).EmailConfirmed);
    }

    [Fact]
    public async Task An_invitation_that_is_sent_again_at_once_brings_a_link_that_works()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var teams = server.Services.GetRequiredService<TeamService>();
        var team = TeamScope.ForActor(owner);
        var invitation = await TestData.Valued(teams.InviteAsync(owner, team, "jane@northwind.example", Role.ResellerViewer));
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        await Eventually.TrueAsync(() => db.OutboxEmails.AnyAsync(e => e.SentAtUtc != null), "the first email is recorded as sent");
        await TestData.Valued(teams.InviteAgainAsync(owner, team, invitation.Id));
        var (first, second) = (FindLink(await mail.MessageAsync(0)), FindLink(await mail.MessageAsync(1)));
        using var jane = server.Visitor();

        Assert.Contains("Invitation no longer valid", await jane.GetStringAsync(first), StringComparison.Ordinal);
        using var joined = await PortalServer.SubmitAsync(jane, second, "register", ("password", NewPassword));
        Assert.Equal("/reseller", GetPath(await jane.GetAsync("/")));
    }

    [Theory]
    [InlineData("user=no-guid&code=x")]
    [InlineData("user=%27%22%00&code=%00")]
    [InlineData("")]
    public async Task A_reset_link_that_was_cut_or_changed_leads_to_a_page_that_offers_another(string query)
    {
        using var server = PortalServer.Start();
        using var answer = await server.Anonymous().GetAsync("/account/reset?" + query);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Request another link", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_reset_ends_every_session_passkey_provider_and_authenticator_from_before()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync(Owner);
        await PortalServer.VerifyAsync(owner);
        var key = AuthenticatorKey().Match(await owner.GetStringAsync("/account")).Groups[1].Value.Replace(
            " ", "", StringComparison.Ordinal);
        using var on = await PortalServer.SubmitAsync(
            owner, "/account", "on", ("digits", ComputeCode(key)));
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        var user = await db.Users.AsNoTracking().SingleAsync();
        db.UserLogins.Add(new IdentityUserLogin<Guid> { UserId = user.Id, LoginProvider = "entra", ProviderKey = "planted" });
        db.UserPasskeys.Add(new IdentityUserPasskey<Guid>
        {
            UserId = user.Id,
            CredentialId = [1, 2, 3],
            Data = new IdentityPasskeyData
            {
                Name = "planted",
                PublicKey = [1],
                AttestationObject = [1],
                ClientDataJson = [1],
            },
        });
        await db.SaveChangesAsync();
        await server.Services.GetRequiredService<UserAccountService>().QueuePasswordResetAsync(Owner.ToUpperInvariant());
        await server.Services.GetRequiredService<UserAccountService>().QueuePasswordResetAsync(Owner);
        var link = FindLink(await mail.FindMessageAsync("Subject: Reset your password"));
        using var client = server.Visitor();

        // Whoever reads the mail alone does not get past the authenticator.
        using var without = await PortalServer.SubmitAsync(client, link, "reset", ("password", NewPassword), ("digits", "000000"));
        using var empty = await PortalServer.SubmitAsync(client, link, "reset", ("password", NewPassword), ("digits", ""));
        Assert.Contains("Enter the code of your authenticator", await empty.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("This code is incorrect", await without.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var reset = await PortalServer.SubmitAsync(
            client, link, "reset", ("password", NewPassword), ("digits", ComputeCode(key, steps: 1)));

        Assert.Equal("/account/sign-in", GetPath(reset));
        Assert.Equal(
            (0, 0, 0, 0),
            (await db.UserLogins.CountAsync(), await db.UserPasskeys.CountAsync(), await db.UserTokens.CountAsync(),
                await db.UserSessions.CountAsync(s => s.EndedAtUtc == null)));
        Assert.False(await db.Users.Select(u => u.TwoFactorEnabled).SingleAsync());
        Assert.Contains("/account/sign-in", GetPath(await owner.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.True(await CanSignInAsync(server.Anonymous(), Owner, NewPassword));
        Assert.Equal(1, await db.OutboxEmails.CountAsync(e => e.Kind == EmailKind.PasswordReset));
    }

    [Fact]
    public async Task A_new_user_needs_a_strong_password_and_the_link_works_once()
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            owner, TeamScope.ForActor(owner), "jane@northwind.example", Role.ResellerViewer));
        var link = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true);
        using var jane = server.Visitor();

        foreach (var bad in (string[])["short", "password12345", "Reseller-Portal-2026", "jane.northwind.1", "abcabcabcabc"])
        {
            using var refused = await PortalServer.SubmitAsync(jane, link, "register", ("password", bad));
            Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        }

        using var taken = await PortalServer.SubmitAsync(jane, link, "register", ("password", NewPassword));
        Assert.Equal("/", GetPath(taken));
        Assert.Equal("/reseller", GetPath(await jane.GetAsync("/")));
        Assert.Contains("Invitation no longer valid", await jane.GetStringAsync(link), StringComparison.Ordinal);
        Assert.True(await CanSignInAsync(server.Anonymous(), "jane@northwind.example", NewPassword));
    }

    [Fact]
    public async Task Without_a_mail_server_the_page_for_a_forgotten_password_offers_no_form()
    {
        using var server = PortalServer.Start();
        var page = await server.Visitor().GetStringAsync("/account/forgot");

        Assert.Contains("no mail server", page, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"email\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forgotten_password_is_set_anew_by_mail_which_ends_all_sessions()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var before = await server.SignedInAsync(Owner);
        using var client = server.Visitor();

        using var unknown = await PortalServer.SubmitAsync(client, "/account/forgot", "forgot", ("email", "nobody@northwind.example"));
        using var known = await PortalServer.SubmitAsync(client, "/account/forgot", "forgot", ("email", Owner));
        Assert.Equal(GetPath(unknown), GetPath(known));
        var link = FindLink(await mail.MessageAsync(0));
        Assert.Equal([$"<{Owner}>"], mail.Recipients);
        using var common = await PortalServer.SubmitAsync(client, link, "reset", ("password", "password12345"));
        Assert.Contains("too common", await common.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var reset = await PortalServer.SubmitAsync(client, link, "reset", ("password", NewPassword));
        using var again = await PortalServer.SubmitAsync(client, link, "reset", ("password", NewPassword + "2"));

        Assert.Equal("/account/sign-in", GetPath(reset));
        Assert.Contains("has expired or was already used", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("/account/sign-in", GetPath(await before.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.False(await CanSignInAsync(client, Owner, TestData.Password));
        Assert.True(await CanSignInAsync(server.Anonymous(), Owner, NewPassword));
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.DoesNotContain(
            await db.OutboxEmails.Select(e => e.Text).ToListAsync(), t => t.Contains("code=", StringComparison.Ordinal));
    }
}
