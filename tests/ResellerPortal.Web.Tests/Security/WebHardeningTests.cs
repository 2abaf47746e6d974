using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

public sealed class WebHardeningTests
{
    [Theory]
    [InlineData("/account/sign-in")]
    [InlineData("/reseller")]
    [InlineData("/pay/nothing")]
    [InlineData("/nowhere")]
    public async Task Every_page_tells_browsers_what_it_may_do(string path)
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var owner = await server.SignedInAsync("owner@northwind.example");
        owner.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var answer = await owner.GetAsync(path);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        var scripts = policy.Split(';', StringSplitOptions.TrimEntries).Single(p => p.StartsWith("script-src", StringComparison.Ordinal));

        Assert.Equal("script-src 'self'", scripts);
        foreach (var part in (string[])[
            "default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'", "form-action 'self'",
        ])
        {
            Assert.Contains(part, policy, StringComparison.Ordinal);
        }

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.DoesNotContain("<script>", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Cookies_are_for_the_portal_alone()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        using var client = server.Anonymous();
        var page = await client.GetAsync("/account/sign-in");
        using var answer = await PortalServer.SignInAsync(server.Visitor(), "owner@northwind.example", TestData.Password);
        foreach (var cookie in page.Headers.GetValues("Set-Cookie").Concat(answer.Headers.GetValues("Set-Cookie")))
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Matches("(?i)samesite=(lax|strict)", cookie);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        }

        using var secured = PortalServer.Start(
            null, ("Portal:PublicUrl", "https://portal.example"), ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"));
        using var browser = secured.Anonymous();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        await secured.Data.AddResellerAsync("northwind");

        // Unlike a browser, the .NET container does not send secure cookies to 127.0.0.1.
        var form = (await browser.GetAsync("/account/sign-in")).Headers.GetValues("Set-Cookie").ToList();
        browser.DefaultRequestHeaders.Add("Cookie", string.Join("; ", form.Select(c => c.Split(';')[0])));
        using var signedIn = await PortalServer.SignInAsync(browser, "owner@northwind.example", TestData.Password);
        var cookies = form.Concat(signedIn.Headers.GetValues("Set-Cookie")).ToList();
        Assert.Contains(cookies, c => c.StartsWith("__Host-portal=", StringComparison.Ordinal));
        Assert.All(cookies, c => Assert.Contains("; secure", c, StringComparison.OrdinalIgnoreCase));
        Assert.All(cookies, c => Assert.StartsWith("__Host-", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Outside_Development_browsers_stay_with_https_errors_say_nothing_and_nothing_of_a_demonstration_is_there()
    {
        using var server = PortalServer.Start(
            null,
            ("environment", "Production"),
            ("DataProtection:AllowUnencryptedKeys", "true"),
            ("ConvertApi:BaseUrl", "https://upstream.example"),
            ("ConvertApi:Secret", "secret"),
            ("Portal:PublicUrl", "https://portal.example"),
            ("Demo:Seed", "true"));
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Host = "portal.example";
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.False(await db.Users.AnyAsync());
        using var page = await client.GetAsync("/account/sign-in");
        Assert.Equal("max-age=31536000; includeSubDomains", page.Headers.GetValues("Strict-Transport-Security").Single());
        await db.Database.ExecuteSqlAsync($"ALTER TABLE AspNetUsers RENAME TO Gone");
        using var answer = await client.GetAsync($"/account/reset?user={Guid.NewGuid()}&code=x");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("Your request could not be completed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sqlite", text, StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.Headers.Contains("Content-Security-Policy"));
        Assert.True(server.Services.GetRequiredService<Core.Accounts.AccountOptions>().OperatorsNeedSecondFactor);
        using var trace = await client.SendAsync(new HttpRequestMessage(HttpMethod.Trace, "/account/sign-in"));
        Assert.False(trace.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Names_with_markup_are_shown_as_text()
    {
        const string Name = "<img src=x onerror=\"alert('1')\">";
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        var details = new Core.Accounts.CustomerDetails(Name, acme.Email, acme.Address, null, TaxTreatment.Standard, 3, null);
        await TestData.Valued(server.Data.Customers.UpdateAsync(owner, acme.Id, details));
        var invitation = await TestData.Valued(server.Services.GetRequiredService<Core.Accounts.TeamService>().InviteAsync(
            owner, new Core.Accounts.TeamScope(acme.ResellerId, acme.Id), "jane@acme.example", Role.CustomerViewer));
        var link = server.Services.GetRequiredService<Core.Accounts.InvitationLinks>().CreatePath(invitation, provesAddress: true);

        var page = await server.Anonymous().GetStringAsync(link);

        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains($"Join {Name}", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_that_are_not_the_portals_are_refused()
    {
        using var server = PortalServer.Start(null, ("Portal:PublicUrl", "https://portal.example"));
        using var client = server.Anonymous();
        foreach (var (host, status) in new[] { ("portal.example", HttpStatusCode.OK), ("127.0.0.1", HttpStatusCode.OK), ("evil.example",
        HttpStatusCode.BadRequest), ("portal.example.evil.example", HttpStatusCode.BadRequest) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in") { Headers = { Host = host } };
            Assert.Equal(status, (await client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task A_network_that_tries_too_often_waits_and_others_do_not()
    {
        using var server = PortalServer.Start(
            null,
            ("RateLimits:SignInsPerMinute", "8"),
            ("RateLimits:TokensPerMinute", "5"),
            ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"));
        await server.Data.AddResellerAsync("northwind");
        using var attacker = server.Anonymous();
        attacker.DefaultRequestHeaders.Add("X-Forwarded-For", "2001:db8:1:2::5");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 9; i++)
        {
            using var answer = await PortalServer.SignInAsync(attacker, $"person{i}@northwind.example", "wrong");
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        Assert.DoesNotContain(HttpStatusCode.TooManyRequests, statuses[..^1]);
        using var sameNetwork = server.Anonymous();
        sameNetwork.DefaultRequestHeaders.Add("X-Forwarded-For", "2001:db8:1:2:ffff::9");
        using var another = server.Anonymous();
        another.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var held = await PortalServer.SignInAsync(sameNetwork, "owner@northwind.example", TestData.Password);
        using var free = await PortalServer.SignInAsync(another, "owner@northwind.example", TestData.Password);
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.Redirect), (held.StatusCode, free.StatusCode));
        Assert.NotNull(held.Headers.RetryAfter);

        for (var i = 0; i < 6; i++)
        {
            statuses.Add((await another.PostAsync("/token/jwt", new StringContent("{}", Encoding.UTF8, "application/json"))).StatusCode);
        }

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests), (statuses[^2], statuses[^1]));
    }

    [Fact]
    public async Task Forwarded_addresses_count_from_known_proxies_alone()
    {
        using var trusting = PortalServer.Start(null, ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"));
        using var wary = PortalServer.Start(null, ("Portal:KnownProxyNetworks:0", "10.0.0.0/8"));
        foreach (var (server, address) in new[] { (trusting, "203.0.113.9"), (wary, "127.0.0.1") })
        {
            await server.Data.AddResellerAsync("northwind");
            using var client = server.Visitor();
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
            using var answer = await PortalServer.SignInAsync(client, "owner@northwind.example", TestData.Password);
            Assert.Contains(address + " ·", await client.GetStringAsync("/account"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_logo_is_a_picture_and_nothing_that_runs()
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var logos = server.Services.GetRequiredService<Core.Invoicing.LogoService>();
        foreach (var bad in (string[])[
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "<?xml version=\"1.0\"?><svg><script>alert(1)</script></svg>",
            "GIF89a",
            "\u0089PNG\r\n\u001a\nnot a picture",
            "%PDF-1.7",
        ])
        {
            Assert.True((await logos.SetAsync(owner, Encoding.Latin1.GetBytes(bad))).IsRefused, bad);
        }
    }

    [Fact]
    public async Task Downloads_are_in_the_history_with_the_address_they_went_to()
    {
        using var server = PortalServer.Start(null, ("Portal:KnownProxyNetworks:0", "127.0.0.0/8"));
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        using var client = server.Visitor();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var answer = await PortalServer.SignInAsync(client, "owner@northwind.example", TestData.Password);
        await client.GetStringAsync("/reseller/documents.csv?month=2026-10");

        var rows = (await server.Services.GetRequiredService<Core.Auditing.HistoryQueries>().ReadPageAsync(
            owner, new Core.Auditing.HistoryFilter("exports."), 0, 10)).Rows;
        Assert.Equal(
            ("downloaded /reseller/documents.csv?month=2026-10", "203.0.113.9", "owner@northwind.example"),
            (Assert.Single(rows).Entry.Subject, rows[0].Entry.FromAddress, rows[0].Entry.ActorName));
        var file = await client.GetStringAsync("/reseller/history.csv?event=exports.");
        Assert.Contains("downloaded /reseller/documents.csv", file, StringComparison.Ordinal);
    }
}
