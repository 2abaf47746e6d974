using System.Net;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Mail;

/// <summary>Requests that name another host than the portal's, in every header that could be believed.</summary>
public sealed partial class PoisonedHostTests
{
    private const string Evil = "evil.example";
    private const string Owner = "owner@northwind.example";

    [Theory]
    [InlineData("", "evil.example")]
    [InlineData("", "127.0.0.1")]
    [InlineData("https://portal.example", "portal.example")]
    [InlineData("https://portal.example", "127.0.0.1")]
    public async Task No_mailed_link_leads_where_a_request_says(string publicUrl, string host)
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(
            null, [.. mail.Settings, ("Portal:PublicUrl", publicUrl), ("Portal:KnownProxyNetworks:0", "127.0.0.0/8")]);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddResellerAsync("fabrikam");
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            northwind, TeamScope.ForActor(northwind), "jane@northwind.example", Role.ResellerViewer));
        var copied = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: false);
        using var browser = new PoisonedBrowser(server.Address, host);

        Assert.Equal(HttpStatusCode.Redirect, await browser.SubmitAsync("/account/forgot", "forgot", ("email", Owner)));
        Assert.Equal(HttpStatusCode.OK, await browser.SubmitAsync(copied, "email"));
        for (var i = 0; i < 5; i++)
        {
            await browser.SubmitAsync(
                "/account/sign-in", "sign-in", ("Input.Email", "owner@fabrikam.example"), ("Input.Password", "wrong password"));
        }

        Assert.Equal(
            HttpStatusCode.Redirect,
            await browser.SubmitAsync("/account/sign-in", "sign-in", ("Input.Email", Owner), ("Input.Password", TestData.Password)));
        Assert.Equal(HttpStatusCode.Redirect, await browser.SubmitAsync(
            "/account", "password", ("old", TestData.Password), ("new", "seven purple umbrellas")));

        var home = publicUrl.Length > 0 ? publicUrl : server.Address.ToString().TrimEnd('/');
        await mail.FindMessageAsync("Subject: Reset your password");
        await mail.FindMessageAsync("The password was changed");
        await Eventually.TrueAsync(() => mail.Recipients.Contains("<owner@fabrikam.example>"), "the owner hears of the lock");
        await Eventually.TrueAsync(() => mail.Recipients.Count(r => r == "<jane@northwind.example>") >= 1, "the invitation comes");
        foreach (var message in mail.Messages.ToList().Select(
            m => m.Replace("=\r\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(Evil, message, StringComparison.OrdinalIgnoreCase);
            Assert.All(Link().Matches(message), link => Assert.StartsWith(home + "/account/", link.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_request_for_another_host_than_the_portals_mails_nothing()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, [.. mail.Settings, ("Portal:PublicUrl", "https://portal.example")]);
        await server.Data.AddResellerAsync("northwind");
        using var good = new PoisonedBrowser(server.Address, "portal.example");
        var token = await good.FindTokenAsync("/account/forgot");
        good.Host = Evil;

        Assert.Equal(HttpStatusCode.BadRequest, await good.SendAsync("/account/forgot", "forgot", token, ("email", Owner)));
        Assert.Empty(mail.Messages);
    }

    [GeneratedRegex("https?://\\S+")]
    private static partial Regex Link();

    /// <summary>Keeps cookies by itself, since the portal's are secure and the connection is not.</summary>
    private sealed partial class PoisonedBrowser(Uri server, string host) : IDisposable
    {
        private readonly HttpClient _client =
            new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server };

        private readonly Dictionary<string, string> _cookies = [];

        public string Host { get; set; } = host;

        public async Task<HttpStatusCode> SubmitAsync(string page, string form, params (string, string)[] fields) =>
            await SendAsync(page, form, await FindTokenAsync(page), fields);

        public async Task<string> FindTokenAsync(string page)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, page);
            using var answer = await SendAsync(request);
            return Token().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
        }

        public async Task<HttpStatusCode> SendAsync(string page, string form, string token, params (string Name, string Value)[] fields)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, page);
            request.Content = new FormUrlEncodedContent(
                fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Append(new("_handler", form)).Append(
                    new("__RequestVerificationToken", token)));
            using var answer = await SendAsync(request);
            return answer.StatusCode;
        }

        public void Dispose() => _client.Dispose();

        private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            request.Headers.Host = Host == "127.0.0.1" ? server.Authority : Host;
            request.Headers.Add("X-Forwarded-Host", Evil);
            request.Headers.Add("X-Forwarded-Server", Evil);
            request.Headers.Add("X-Forwarded-Prefix", "//" + Evil);
            request.Headers.Add("X-Original-Host", Evil);
            request.Headers.Add("X-Host", Evil);
            request.Headers.Add("Forwarded", $"host={Evil};proto=https");
            request.Headers.Add("Referer", $"https://{Evil}/");
            request.Headers.TryAddWithoutValidation("User-Agent", $"https://{Evil}/");
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}")));
            var answer = await _client.SendAsync(request);
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                var parts = cookie.Split(';')[0].Split('=', 2);
                _cookies[parts[0]] = parts[1];
            }

            return answer;
        }

        [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
        private static partial Regex Token();
    }
}
