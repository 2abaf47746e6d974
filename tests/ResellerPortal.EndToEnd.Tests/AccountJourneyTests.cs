using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Invitations, sign-in, sessions and removal of members.</summary>
public sealed partial class AccountJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string JaneEmail = "jane@northwind.example";
    private const string JanesPassword = "seven purple umbrellas";

    [Fact]
    public async Task Somebody_is_invited_comes_back_with_a_passkey_and_is_removed_while_at_work()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");

        // Passkeys require a host name; an IP address does not work.
        var address = new UriBuilder(server.Address) { Host = "localhost" }.Uri;
        var owner = new PortalPage(await browser.NewPersonAsync(address));
        var refusals = Listen(owner);
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync("/reseller/team", "Team");
        await owner.PressAsync("Invite a member");
        await owner.FillAsync("Email address", JaneEmail);
        await owner.ChooseAsync("Role", "billing");
        await owner.ConfirmAsync("Invite");
        var link = await owner.Page.GetByTestId("secret").InnerTextAsync();
        await owner.ConfirmAsync("Done");
        await owner.SeesRowAsync(JaneEmail);

        var jane = new PortalPage(await browser.NewPersonAsync(address));
        refusals.AddRange(Listen(jane));
        await WithAuthenticatorAsync(jane.Page);

        // A copied link proves nothing, so the address itself must answer.
        await jane.OpenAsync(link, "Join northwind Ltd");
        await jane.PressAsync("Email me a link");
        await jane.SeesAsync($"We emailed a link to {JaneEmail}");
        var mailed = Link().Match(
            (await mail.MessageAsync(0))
                .Replace("=\r\n", "", StringComparison.Ordinal)
                .Replace("=3D", "=", StringComparison.Ordinal));
        await jane.OpenAsync(new Uri(mailed.Value).PathAndQuery, "Join northwind Ltd");
        await jane.FillAsync("Password (at least 12 characters)", JanesPassword);
        await jane.PressAsync("Create account and accept invitation");
        await jane.SeesAsync("Home");
        await jane.OpenAsync("/account", "Your account");
        await jane.Page.GetByRole(AriaRole.Link, new() { Name = "Confirm it's you" }).ClickAsync();
        await jane.FillAsync("Password", JanesPassword);
        await jane.PressAsync("Continue");
        await jane.FillAsync("Passkey name", "My laptop");
        await jane.PressAsync("Add passkey");
        await jane.SeesAsync("Passkey added.");
        await jane.SeesAsync("My laptop");
        await jane.OpenAsync("/reseller/invoices", "Invoices");
        await jane.SignOutAsync();
        await jane.PressAsync("Sign in with a passkey");
        await jane.SeesAsync("Home");
        await jane.OpenAsync("/reseller/invoices", "Invoices");

        await owner.OpenAsync("/reseller/team", "Team");
        await owner.SeesAsync("set up");
        await owner.PressInAsync(owner.Row(JaneEmail), "Remove");
        await owner.ConfirmAsync("Remove member");
        await Assertions.Expect(owner.Row(JaneEmail)).ToHaveCountAsync(0);
        await Assertions.Expect(jane.Page).ToHaveURLAsync(new Regex("/account/sign-in$"));
        Assert.Empty(refusals);
        var history = await server.Services.GetRequiredService<HistoryQueries>().ReadPageAsync(
            northwind, new HistoryFilter("members."), 0, 20);
        Assert.Contains(
            history.Rows,
            r => r.Entry.Subject == "removed jane@northwind.example (ResellerBilling)" && r.Entry.FromAddress is "127.0.0.1" or "::1");
        Assert.Contains(history.Rows, r => r.Entry.Action == "members.passkey");
    }

    [Fact]
    public async Task Support_views_a_customers_pages_under_a_banner_and_changes_nothing()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync($"/reseller/customers/{acme.Id}", "Acme");
        await owner.PressAsync("View as customer");
        await owner.Page.GetByLabel("Reason").FillAsync("Ticket 4711");
        await owner.PressAsync("Start session");
        await owner.SeesAsync("Viewing as Acme, read-only");
        await owner.OpenAsync("/my/tokens", "API tokens");
        await owner.SeesAsync("You can create up to");
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Button, new() { Name = "Issue token" })).ToHaveCountAsync(0);
        await owner.PressAsync("End session");
        await owner.SeesAsync("Home");

        var admin = new PortalPage(await browser.NewPersonAsync(server.Address));
        await admin.SignInAsync("admin@acme.example", TestData.Password);
        await admin.OpenAsync("/my/team", "Team");
        await admin.SeesRowAsync("Ticket 4711");
    }

    [Fact]
    public async Task Pages_show_nothing_of_another_tenant_for_its_ids()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme-of-Northwind");
        await server.Data.AddResellerAsync("fabrikam");
        var stranger = new PortalPage(await browser.NewPersonAsync(server.Address));
        await stranger.SignInAsync("owner@fabrikam.example", TestData.Password);
        var pages = typeof(Program).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template)
            .Where(t => t.StartsWith("/reseller", StringComparison.Ordinal) && t.Contains('{', StringComparison.Ordinal)).ToList();
        Assert.True(pages.Count >= 5, string.Join(' ', pages));
        foreach (var page in pages)
        {
            await stranger.Page.GotoAsync(page.Replace("{Id:guid}", acme.Id.ToString(), StringComparison.Ordinal));
            await stranger.SeesAsync("have access to it");
            Assert.DoesNotContain("Acme-of-Northwind", await stranger.Page.ContentAsync(), StringComparison.Ordinal);
        }

        Assert.True(northwind.May(Permission.ResellerView));
    }

    [Fact]
    public async Task A_leaked_secret_is_ended_at_once_with_what_it_did()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 100, 10);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var token = await server.Data.IssueAsync(northwind, acme);
        await server.Data.Recorder.RecordAsync(northwind.Scope, [TestData.Fact(token, server.Clock.GetUtcNow().AddHours(-1), 7)]);
        using var thief = server.WithToken(token.Secret);
        Assert.True((await thief.GetAsync("/async/job/0123456789abcdef0123")).StatusCode is System.Net.HttpStatusCode.NotFound);
        var admin = new PortalPage(await browser.NewPersonAsync(server.Address));
        await admin.SignInAsync("admin@acme.example", TestData.Password);
        await admin.OpenAsync("/my/tokens", "API tokens");
        await admin.PressAsync("Report leak");
        await admin.SeesAsync("Usage in the last 30 days: 7 conversions.");
        await admin.ConfirmAsync("Revoke secret now");
        var renewed = await admin.Page.GetByTestId("secret").InnerTextAsync();
        await admin.ConfirmAsync("Done");

        Assert.NotEqual(token.Secret, renewed);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await thief.GetAsync("/async/job/0123456789abcdef0123")).StatusCode);
        using var program = server.WithToken(renewed);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await program.GetAsync("/async/job/0123456789abcdef0123")).StatusCode);
    }

    /// <summary>Collects violations of the content security policy.</summary>
    private static List<string> Listen(PortalPage person)
    {
        var refusals = new List<string>();
        person.Page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                refusals.Add(message.Text);
            }
        };
        return refusals;
    }

    /// <summary>Adds a virtual authenticator that approves passkey requests.</summary>
    private static async Task WithAuthenticatorAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    [GeneratedRegex(@"http\S+")]
    private static partial Regex Link();
}
