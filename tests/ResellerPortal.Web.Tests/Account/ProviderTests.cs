using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Account;

public sealed partial class ProviderTests
{
    [Fact]
    public async Task A_provider_signs_in_who_it_vouches_for()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var browser = server.Visitor();
        Assert.Contains("Sign in with Acme SSO", await browser.GetStringAsync("/account/sign-in"), StringComparison.Ordinal);

        // An unverified address, then an unknown one: access is denied and nothing is connected.
        provider.Claims["email_verified"] = false;
        Assert.Equal("/account/sign-in?provider=unknown", await GoAsync(server, provider));
        (provider.Claims["email_verified"], provider.Claims["email"]) = (true, "nobody@northwind.example");
        Assert.Equal("/account/sign-in?provider=unknown", await GoAsync(server, provider));
        provider.Claims["email"] = "owner@northwind.example";
        Assert.Equal("/", await GoAsync(server, provider));

        // From now on the subject identifies the user regardless of the address; another subject cannot take over the address.
        provider.Claims["email"] = "moved@northwind.example";
        Assert.Equal("/", await GoAsync(server, provider));
        await using var db = server.Data.Database.Open(TenantScope.None);
        Assert.Equal("4711", (await db.UserLogins.SingleAsync()).ProviderKey);

        // A token for another client or another sign-in.
        provider.Audience = "somebody else";
        Assert.Equal("/account/sign-in?provider=failed", await GoAsync(server, provider));
        (provider.Audience, provider.KeepsNonce) = ("portal", false);
        Assert.Equal("/account/sign-in?provider=failed", await GoAsync(server, provider));

        // A token of another issuer, and one that somebody else signed.
        (provider.KeepsNonce, provider.Issuer) = (true, "https://other.example");
        Assert.Equal("/account/sign-in?provider=failed", await GoAsync(server, provider));
        (provider.Issuer, provider.IsForged) = (null, true);
        Assert.Equal("/account/sign-in?provider=failed", await GoAsync(server, provider));
        provider.IsForged = false;
        Assert.Equal("/", await GoAsync(server, provider));
    }

    [Fact]
    public async Task The_answer_of_a_provider_is_worth_nothing_in_another_browser()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var browser = server.Anonymous();
        using var leave = await browser.GetAsync("/account/provider/acme");
        using var outside = new HttpClient();
        var form = await outside.GetStringAsync(leave.Headers.Location);
        using var answer = new FormUrlEncodedContent(
            Field().Matches(form).Select(m => KeyValuePair.Create(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value))));

        using var back = await server.Anonymous().PostAsync("/account/signed-in/acme", answer);

        Assert.Equal("/account/sign-in?provider=failed", back.Headers.Location!.ToString());
    }

    [Fact]
    public async Task An_address_that_nobody_showed_to_be_his_is_not_taken_over_by_a_provider()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        await using var db = server.Data.Database.Open(TenantScope.None);
        await db.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.EmailConfirmed, false));

        Assert.Equal("/account/sign-in?provider=unknown", await GoAsync(server, provider));
    }

    [Fact]
    public async Task A_provider_is_connected_from_the_accounts_own_page_alone()
    {
        await using var provider = await StandInProvider.StartAsync();
        using var server = PortalServer.Start(null, provider.Settings);
        await server.Data.AddResellerAsync("northwind");
        using var owner = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        { BaseAddress = server.Address };
        using var page = await owner.GetAsync("/account/sign-in");
        Keep(owner, page);
        using var signedIn = await PortalServer.SignInAsync(owner, "owner@northwind.example", TestData.Password);
        Keep(owner, signedIn);
        provider.Claims["email"] = "somebody@else.example";

        Assert.Equal("/account?said=provider-failed", await GoAsync(server, provider, owner, "/account/provider/acme"));
        Assert.DoesNotMatch(Connect(), await owner.GetStringAsync("/account"));
        await PortalServer.VerifyAsync(owner);
        var link = Connect().Match(await owner.GetStringAsync("/account")).Groups[1].Value;
        Assert.Equal("/account?said=provider-added", await GoAsync(server, provider, owner, WebUtility.HtmlDecode(link)));
        Assert.Equal("/", await GoAsync(server, provider));
    }

    /// <summary>Completes the sign-in with the provider.</summary>
    /// <returns>The final redirect of the portal.</returns>
    private static async Task<string> GoAsync(PortalServer server, StandInProvider provider)
    {
        // Cookies are handled manually: unlike a browser, the .NET container does not send secure cookies to 127.0.0.1.
        using var browser = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        { BaseAddress = server.Address };
        return await GoAsync(server, provider, browser, "/account/provider/acme");
    }

    private static async Task<string> GoAsync(PortalServer server, StandInProvider provider, HttpClient browser, string button)
    {
        using var leave = await browser.GetAsync(button);
        Keep(browser, leave);
        using var outside = new HttpClient();
        var form = await outside.GetStringAsync(leave.Headers.Location);
        using var answer = new FormUrlEncodedContent(
            Field().Matches(form).Select(m => KeyValuePair.Create(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value))));
        using var back = await browser.PostAsync("/account/signed-in/acme", answer);
        Keep(browser, back);
        var path = back.Headers.Location!.ToString();
        if (path != "/account/provider")
        {
            return path;
        }

        using var end = await browser.GetAsync(path);
        Assert.StartsWith(server.Address.GetLeftPart(UriPartial.Scheme), provider.Address, StringComparison.Ordinal);
        return end.Headers.Location!.ToString();
    }

    private static void Keep(HttpClient browser, HttpResponseMessage answer)
    {
        var cookies = answer.Headers.TryGetValues("Set-Cookie", out var set)
            ? set.Select(c => c.Split(';')[0]).Where(c => !c.EndsWith('='))
            : [];
        browser.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", string.Join("; ", cookies));
    }

    [GeneratedRegex("href=\"(/account/provider/acme\\?link=[^\"]+)\"")]
    private static partial Regex Connect();

    [GeneratedRegex("name=\"(\\w+)\" value=\"([^\"]*)\"")]
    private static partial Regex Field();
}
