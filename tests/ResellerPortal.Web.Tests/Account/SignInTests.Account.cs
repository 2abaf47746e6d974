using System.Buffers.Binary;
using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Tests.Account;

public sealed partial class SignInTests
{
    [Theory]
    [InlineData("/reseller/team?a=b", "/reseller/team?a=b")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/caf\u00E9", "/")]
    [InlineData("/a\r\nSet-Cookie: b=c", "/")]
    public async Task Signing_in_returns_to_an_address_within_the_portal_that_a_header_can_hold(string asked, string gone)
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var client = server.Visitor();

        using var answer = await PortalServer.SubmitAsync(
            client,
            "/account/sign-in?returnUrl=" + Uri.EscapeDataString(asked),
            "sign-in",
            ("Input.Email", Owner),
            ("Input.Password", TestData.Password));

        Assert.Equal((HttpStatusCode.Redirect, gone), (answer.StatusCode, GetPath(answer)));
        Assert.Equal(server.Address.Authority, new Uri(server.Address, answer.Headers.Location!).Authority);
    }

    [Fact]
    public async Task A_password_is_changed_with_the_current_one_which_ends_other_sessions_and_is_mailed()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var here = await server.SignedInAsync(Owner);
        using var there = await server.SignedInAsync(Owner);

        using var wrong = await PortalServer.SubmitAsync(here, "/account", "password", ("old", "wrong"), ("new", NewPassword));
        Assert.Contains("The current password is incorrect", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/reseller")).StatusCode);
        using var changed = await PortalServer.SubmitAsync(
            here, "/account", "password", ("old", TestData.Password), ("new", NewPassword));
        Assert.Equal("/account?said=password", GetPath(changed));
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/reseller")).StatusCode);
        Assert.Contains("/account/sign-in", GetPath(await there.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.Contains(
            "The password was changed", await mail.FindMessageAsync("Subject: Your account was changed"), StringComparison.Ordinal);
        Assert.False(await CanSignInAsync(server.Anonymous(), Owner, TestData.Password));
    }

    [Fact]
    public async Task A_long_password_of_any_characters_is_taken_as_it_is_and_never_expires()
    {
        var password = " \u00FC \U0001F994 <b>'\"\\ " + string.Concat(Enumerable.Range('\u4E00', 200).Select(c => (char)c)) + " ";
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            owner, TeamScope.ForActor(owner), "jane@northwind.example", Role.ResellerViewer));
        var link = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true);
        using var joined = await PortalServer.SubmitAsync(server.Visitor(), link, "register", ("password", password));
        Assert.Equal("/", GetPath(joined));

        foreach (var other in (string[])[password.Trim(), password[..64], password[..^2], password.ToUpperInvariant()])
        {
            Assert.False(await CanSignInAsync(server.Anonymous(), "jane@northwind.example", other));
        }

        server.Clock.MoveTo(server.Clock.GetUtcNow().AddYears(2));
        using var jane = await server.SignedInAsync("jane@northwind.example", password);
        Assert.Equal(HttpStatusCode.OK, (await jane.GetAsync("/reseller")).StatusCode);
    }

    [Fact]
    public async Task Ways_to_sign_in_are_shown_and_changed_only_within_ten_minutes_of_entering_the_password()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync(Owner);

        await AssertMayChangeAsync(false);
        await PortalServer.VerifyAsync(owner);
        await AssertMayChangeAsync(true);
        server.Clock.MoveTo(server.Clock.GetUtcNow().AddMinutes(11));
        await AssertMayChangeAsync(false);

        async Task AssertMayChangeAsync(bool may)
        {
            Assert.Equal(may, AuthenticatorKey().IsMatch(await owner.GetStringAsync("/account")));
            using var passkey = await PortalServer.PostAsync(owner, "/account", "/account/passkeys/new");
            Assert.Equal(may, passkey.StatusCode == HttpStatusCode.OK);
            foreach (var form in (string[])["on", "codes", "off", "passkey", "everywhere"])
            {
                using var answer = may ? null : await PortalServer.SubmitAsync(owner, "/account", form);
                Assert.NotEqual(HttpStatusCode.Redirect, answer?.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Each_sign_in_begins_a_session_of_its_own()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var client = await server.SignedInAsync(Owner);
        using var again = await PortalServer.SignInAsync(client, Owner, TestData.Password);

        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.Equal(2, await db.UserSessions.CountAsync());
        await db.UserSessions.OrderBy(s => s.Id).Take(1).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAtUtc, x => x.SeenAtUtc));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/reseller")).StatusCode);
    }

    [Fact]
    public async Task An_authenticators_code_is_good_for_one_step_before_and_after()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        await using var scope = server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<PortalUserManager>();
        var user = (await users.FindByEmailAsync(Owner))!;
        await users.ResetAuthenticatorKeyAsync(user);
        var key = (await users.GetAuthenticatorKeyAsync(user))!;

        // One step further than the limit, since the next step may begin meanwhile.
        foreach (var (steps, isGood) in new[] { (-2, false), (3, false), (0, true), (1, true) })
        {
            Assert.Equal(isGood, await users.VerifyTwoFactorTokenAsync(user, "Authenticator", ComputeCode(key, steps)));
        }
    }

    [Fact]
    public async Task A_password_is_hashed_with_the_rounds_of_today_at_the_next_sign_in()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.Equal(100_000, await ReadRoundsAsync());

        using var owner = await server.SignedInAsync(Owner);

        Assert.Equal(210_000, await ReadRoundsAsync());

        // The format of ASP.NET Core Identity: a version, the function (2 is HMAC-SHA-512) and the rounds.
        async Task<int> ReadRoundsAsync()
        {
            var hash = Convert.FromBase64String((await db.Users.AsNoTracking().SingleAsync()).PasswordHash!);
            Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(1)));
            return BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5));
        }
    }
}
