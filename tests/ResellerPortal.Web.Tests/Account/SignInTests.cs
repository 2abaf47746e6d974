using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;
using ResellerPortal.Web.Account.Passwords;

namespace ResellerPortal.Web.Tests.Account;

/// <summary>Signing in, its second factor and its sessions; <c>.Links.cs</c> has mailed links, <c>.Account.cs</c> one's account.</summary>
public sealed partial class SignInTests
{
    private const string Owner = "owner@northwind.example";
    private const string NewPassword = "seven purple umbrellas";

    [Fact]
    public async Task Wrong_passwords_lock_an_account_for_longer_each_time_and_email_its_owner()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var client = server.Anonymous();
        var rests = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.False(await CanSignInAsync(client, Owner, "wrong"));
            }

            await using var db = server.Data.Database.Open(TenantScope.None);
            var failure = await db.Set<SignInFailure>().AsNoTracking().SingleAsync();
            rests.Add(Math.Round((failure.LockedUntilUtc!.Value - TimeProvider.System.GetUtcNow()).TotalMinutes));
            Assert.False(await CanSignInAsync(client, Owner, TestData.Password));
            await db.Set<SignInFailure>().ExecuteUpdateAsync(
                set => set.SetProperty(f => f.LockedUntilUtc, TimeProvider.System.GetUtcNow().AddSeconds(-1)));
        }

        Assert.Equal([5, 10, 20], rests);
        Assert.Contains("is locked until", await mail.MessageAsync(0), StringComparison.Ordinal);
        Assert.True(await CanSignInAsync(client, Owner, TestData.Password));
    }

    [Fact]
    public async Task Nobody_keeps_anothers_account_locked()
    {
        using var server = PortalServer.Start(
            null, ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"), ("Portal:KnownProxyNetworks:1", "::1/128"));
        await server.Data.AddResellerAsync("northwind");
        using var guesser = From("203.0.113.9");
        using var owner = From("198.51.100.7");
        for (var i = 0; i < 6; i++)
        {
            Assert.False(await CanSignInAsync(guesser, Owner, "wrong"));
        }

        Assert.False(await CanSignInAsync(guesser, Owner, TestData.Password));
        Assert.True(await CanSignInAsync(owner, Owner, TestData.Password));

        HttpClient From(string address)
        {
            var client = server.Visitor();
            client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            return client;
        }
    }

    [Fact]
    public async Task Unknown_known_and_closed_accounts_get_the_same_words_for_the_same_work()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        var hasher = new CountingHasher();
        var texts = new HashSet<string>();
        var work = new List<int>();
        await using var scope = server.Services.CreateAsyncScope();
        using var client = server.Anonymous();
        foreach (var (email, isClosed) in new[] { ("nobody@northwind.example", false), (Owner, false), (Owner, true) })
        {
            var users = scope.ServiceProvider.GetRequiredService<Web.Account.PortalUserManager>();
            if (isClosed)
            {
                await users.SetLockoutEndDateAsync((await users.FindByEmailAsync(Owner))!, DateTimeOffset.MaxValue);
            }

            using var answer = await PortalServer.SignInAsync(client, email, "wrong");
            texts.Add(Alert().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value);

            // Uses the sign-in of the portal with a counting hasher: each case must cost one check.
            users.PasswordHasher = hasher;
            var signIn = ActivatorUtilities.CreateInstance<Web.Account.PortalSignIn>(scope.ServiceProvider, users);
            signIn.Context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            hasher.Checks = 0;
            await signIn.PasswordSignInAsync(email, "wrong", isPersistent: false, lockoutOnFailure: true);
            work.Add(hasher.Checks);
        }

        Assert.Single(texts);
        Assert.Contains("is incorrect", texts.Single(), StringComparison.Ordinal);
        Assert.Equal([1, 1, 1], work);
    }

    [Fact]
    public async Task An_authenticator_asks_for_its_code_and_a_recovery_code_works_once()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync(Owner);
        await PortalServer.VerifyAsync(owner);
        var key = AuthenticatorKey().Match(await owner.GetStringAsync("/account")).Groups[1].Value.Replace(
            " ", "", StringComparison.Ordinal);

        using var wrong = await PortalServer.SubmitAsync(owner, "/account", "on", ("digits", "000000"));
        Assert.Contains("incorrect", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var on = await PortalServer.SubmitAsync(
            owner, "/account", "on", ("digits", ComputeCode(key)));
        var recovery = WebUtility.HtmlDecode(RecoveryCodes().Match(await on.Content.ReadAsStringAsync()).Groups[1].Value).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(10, recovery.Length);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/reseller")).StatusCode);

        // The code of the set-up is used up, so the next one, which is valid already, signs in; after it, no other way to write it.
        var digits = ComputeCode(key, steps: 1);
        var fullWidth = string.Concat(digits.Select(digit => (char)(digit - '0' + '\uFF10')));
        (string Form, string Field, string Code, bool IsRight)[] tries =
        [
            ("code", "code", "123456", false),
            ("code", "code", digits, true),
            ("code", "code", digits, false),
            ("code", "code", "0" + digits, false),
            ("code", "code", "+" + digits, false),
            ("code", "code", fullWidth, false),
            ("recovery", "recovery", recovery[0], true),
            ("recovery", "recovery", recovery[0], false),
        ];
        foreach (var (form, field, code, isRight) in tries)
        {
            using var client = server.Visitor();
            using var first = await PortalServer.SignInAsync(client, Owner, TestData.Password);
            Assert.Contains("/account/two-factor", GetPath(first), StringComparison.Ordinal);
            Assert.Contains("/account/sign-in", GetPath(await client.GetAsync("/reseller")), StringComparison.Ordinal);
            using var second = await PortalServer.SubmitAsync(client, "/account/two-factor", form, (field, code));
            Assert.Equal(isRight, second.StatusCode == HttpStatusCode.Redirect);
            Assert.Equal(isRight ? HttpStatusCode.OK : HttpStatusCode.Redirect, (await client.GetAsync("/reseller")).StatusCode);
        }
    }

    [Fact]
    public async Task A_membership_that_requires_two_factors_leads_to_their_setup()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync(Owner);
        await server.Services.GetRequiredService<TeamService>().SetTwoFactorAsync(northwind, TwoFactorRule.Members);

        Assert.Contains("/account/denied", GetPath(await owner.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.Equal("/account?said=second-factor", GetPath(await owner.GetAsync("/")));
        await PortalServer.VerifyAsync(owner);
        var key = AuthenticatorKey().Match(await owner.GetStringAsync("/account")).Groups[1].Value.Replace(
            " ", "", StringComparison.Ordinal);
        using var on = await PortalServer.SubmitAsync(
            owner, "/account", "on", ("digits", ComputeCode(key)));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/reseller")).StatusCode);
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_or_everywhere()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var here = await server.SignedInAsync(Owner);
        using var there = await server.SignedInAsync(Owner);
        using var third = await server.SignedInAsync(Owner);
        using var unverified = await PortalServer.SubmitAsync(here, "/account", "everywhere");
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/reseller")).StatusCode);
        await PortalServer.VerifyAsync(here);
        var others = EndForm().Matches(await here.GetStringAsync("/account")).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(3, others.Count);

        await using (var db = server.Data.Database.Open(TenantScope.None))
        {
            var newest = (await db.UserSessions.OrderBy(s => s.Id).ToListAsync())[1];
            using var ended = await PortalServer.SubmitAsync(here, "/account", $"end-{newest.Id}");
            Assert.Equal("/account?said=sessions", GetPath(ended));
        }

        Assert.Contains("/account/sign-in", GetPath(await there.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await third.GetAsync("/reseller")).StatusCode);
        using var everywhere = await PortalServer.SubmitAsync(here, "/account", "everywhere");
        Assert.Contains("/account/sign-in", GetPath(await here.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.Contains("/account/sign-in", GetPath(await third.GetAsync("/reseller")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cookie_that_was_kept_is_worth_nothing_after_signing_out()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        var cookies = new CookieContainer();
        using var client = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        { BaseAddress = server.Address };
        using var signedIn = await PortalServer.SignInAsync(client, Owner, TestData.Password);
        var kept = cookies.GetCookieHeader(server.Address);

        using var signedOut = await PortalServer.PostAsync(client, "/account", "/account/sign-out");
        Assert.Equal("\"cache\"", signedOut.Headers.GetValues("Clear-Site-Data").Single());
        using var thief = server.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", kept);

        Assert.Contains("/account/sign-in", GetPath(await thief.GetAsync("/reseller")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_switches_only_between_own_memberships()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var (_, fabrikam) = await server.Data.AddResellerAsync("fabrikam");
        using var owner = await server.SignedInAsync(Owner);
        var teams = server.Services.GetRequiredService<TeamService>();
        var invitation = await TestData.Valued(teams.InviteAsync(fabrikam, TeamScope.ForActor(fabrikam), Owner, Role.ResellerViewer));
        var link = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true);
        using var accepted = await PortalServer.SubmitAsync(owner, link, "accept");
        var ids = MembershipValue().Matches(await owner.GetStringAsync("/account/memberships")).Select(m => m.Groups[1].Value).ToList();
        var stranger = Assert.Single((await teams.ListAsync(
            fabrikam, TeamScope.ForActor(fabrikam))).Members, m => m.Role == Role.ResellerOwner).Id;

        Assert.Equal(2, ids.Count);
        Assert.Contains(
            "fabrikam",
            await owner.GetStringAsync("/reseller/invoice-settings/sample.pdf").ContinueWith(
                t => t.IsFaulted ? "fabrikam: not for viewers" : t.Result, TaskScheduler.Default),
            StringComparison.Ordinal);
        using var back = await PortalServer.PostAsync(owner, "/account/memberships", "/account/membership", ("membership", ids[0]));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/reseller/invoice-settings/sample.pdf")).StatusCode);
        using var foreign = await PortalServer.PostAsync(
            owner, "/account/memberships", "/account/membership", ("membership", stranger.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/reseller/invoice-settings/sample.pdf")).StatusCode);
        Assert.True(northwind.May(Permission.ResellerView));
    }

    [Fact]
    public async Task A_support_session_cannot_change_the_customers_data_and_ends_on_request()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var (_, fabrikam) = await server.Data.AddResellerAsync("fabrikam");
        var foreign = await server.Data.AddCustomerAsync(fabrikam, "Initech");
        using var owner = await server.SignedInAsync(Owner);

        using var refused = await PortalServer.PostAsync(
            owner, "/account", "/account/support-session", ("customer", foreign.Id.ToString()), ("reason", "curious"), ("minutes", "30"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var begun = await PortalServer.PostAsync(
            owner, "/account", "/account/support-session", ("customer", acme.Id.ToString()), ("reason", "ticket 4711"), ("minutes", "30"));
        Assert.Equal("/my", GetPath(begun));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/my/ledger.csv")).StatusCode);
        Assert.Contains("/account/denied", GetPath(await owner.GetAsync("/my/team")), StringComparison.Ordinal);
        Assert.Contains("/account/denied", GetPath(await owner.GetAsync("/reseller")), StringComparison.Ordinal);
        using var ended = await PortalServer.PostAsync(owner, "/account", "/account/support-session/end");
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/reseller")).StatusCode);
        Assert.Contains("/account/denied", GetPath(await owner.GetAsync("/my/ledger.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_deleted_by_its_owner_alone_and_not_the_last_of_its_team()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync(Owner);
        await PortalServer.VerifyAsync(owner);
        using var last = await PortalServer.SubmitAsync(owner, "/account", "delete", ("typed", Owner));
        Assert.Contains("last ResellerOwner", await last.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            northwind, TeamScope.ForActor(northwind), "jane@northwind.example", Role.ResellerOwner));
        using var jane = server.Visitor();
        using var joined = await PortalServer.SubmitAsync(
            jane,
            server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true),
            "register",
            ("password", NewPassword));
        Assert.Contains("jane@northwind.example", await jane.GetStringAsync("/account/data.json"), StringComparison.Ordinal);
        using var unverified = await PortalServer.SubmitAsync(jane, "/account", "delete", ("typed", "jane@northwind.example"));
        Assert.False(unverified.StatusCode == HttpStatusCode.Redirect);
        using var wrong = await PortalServer.SubmitAsync(jane, "/account/verify", "password", ("password", "wrong"));
        Assert.Contains("The password is incorrect", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PortalServer.VerifyAsync(jane, NewPassword);
        using var elsewhere = await server.SignedInAsync("jane@northwind.example", NewPassword);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/reseller")).StatusCode);
        using var gone = await PortalServer.SubmitAsync(
            jane, "/account", "delete", ("typed", "jane@northwind.example"));

        Assert.Equal("/account/sign-in", GetPath(gone));
        Assert.Contains("/account/sign-in", GetPath(await elsewhere.GetAsync("/reseller")), StringComparison.Ordinal);
        Assert.False(await CanSignInAsync(server.Anonymous(), "jane@northwind.example", NewPassword));
    }

    [Theory]
    [InlineData("password1234", true)]
    [InlineData("P@ssw0rd2026!", true)]
    [InlineData("iloveyou!!!!", true)]
    [InlineData("111111111111", true)]
    [InlineData("resellerportal99", true)]
    [InlineData("john.smith2026", true)]
    [InlineData("seven purple umbrellas", false)]
    [InlineData("kX9#vTq2LmPz", false)]
    [InlineData("Correct-Horse-1!", false)]
    public void Passwords_that_are_guessed_first_are_known(string password, bool isCommon) =>
        Assert.Equal(isCommon, new CommonPasswordValidator().IsCommon(password, "john.smith@company.example"));

    [Fact]
    public async Task A_longer_list_of_the_installation_is_asked_as_well()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "Seven Purple Umbrellas\n");

        Assert.True(new CommonPasswordValidator(file).IsCommon(NewPassword, null));
        File.Delete(file);
    }

    private static async Task<bool> CanSignInAsync(HttpClient client, string email, string password)
    {
        using var answer = await PortalServer.SignInAsync(client, email, password);
        return answer.StatusCode == HttpStatusCode.Redirect;
    }

    private static string GetPath(HttpResponseMessage answer) =>
        answer.Headers.Location is { } location
            ? (location.IsAbsoluteUri ? location.PathAndQuery : location.ToString())
            : answer.StatusCode.ToString();

    private static string FindLink(string message) =>
        new Uri(
            Link().Match(message.Replace("=\r\n", "", StringComparison.Ordinal).Replace(
                "=3D", "=", StringComparison.Ordinal)).Value).PathAndQuery;

    /// <summary>
    /// RFC 6238 with SHA-1, 30 seconds and six digits, as authenticator apps use it, based on the system clock.
    /// </summary>
    private static string ComputeCode(string key, int steps = 0)
    {
        var bits = string.Concat(
            key.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var secret = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var current = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;
        var step = BitConverter.GetBytes(IPAddress.HostToNetworkOrder(current + steps));
#pragma warning disable CA5350 // The standard's own choice.
        var hash = HMACSHA1.HashData(secret, step);
#pragma warning restore CA5350
        var offset = hash[^1] & 15;
        var number = ((hash[offset] & 127) << 24) | (hash[offset + 1] << 16) | (hash[offset + 2] << 8) | hash[offset + 3];
        return (number % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("role=\"alert\">([^<]+)<")]
    private static partial Regex Alert();

    [GeneratedRegex("https?://\\S+")]
    private static partial Regex Link();

    [GeneratedRegex("data-testid=\"authenticator-key\">([A-Z2-7 ]+)<")]
    private static partial Regex AuthenticatorKey();

    [GeneratedRegex("data-testid=\"recovery-codes\">([^<]+)<")]
    private static partial Regex RecoveryCodes();

    [GeneratedRegex("value=\"(end-[0-9a-f-]+)\"")]
    private static partial Regex EndForm();

    [GeneratedRegex("name=\"membership\" value=\"([0-9a-f-]+)\"")]
    private static partial Regex MembershipValue();
}
