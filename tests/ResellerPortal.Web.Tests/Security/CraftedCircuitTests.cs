using System.Net;
using System.Net.WebSockets;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

/// <summary>Messages that a page's own script would never send to the circuit behind it.</summary>
public sealed class CraftedCircuitTests
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string ViewerEmail = "viewer@northwind.example";
    private const string Marker = "Acme-of-Northwind";

    [Fact]
    public async Task Nobody_opens_a_circuit_without_signing_in()
    {
        using var server = PortalServer.Start();
        await server.Data.AddResellerAsync("northwind");
        var (_, html) = await SignInAsync(server, OwnerEmail, "/reseller");

        Assert.Contains("<!--Blazor:{\"type\":\"server\"", html, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => RawCircuit.ConnectAsync(server.Address, ""));
        await Assert.ThrowsAsync<WebSocketException>(() => RawCircuit.ConnectAsync(server.Address, "portal=CfDJ8AAAA"));
    }

    [Fact]
    public async Task A_circuit_at_the_address_of_a_page_for_others_shows_nothing_of_it()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var acme = await server.Data.AddCustomerAsync(northwind, Marker);
        await server.Data.AddOperatorAsync("operator@test.example");
        await AddMemberAsync(server, northwind, Role.ResellerViewer);
        var pages = typeof(Program).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<RouteAttribute>() is not null)
            .SelectMany(t => t.GetCustomAttributes<RouteAttribute>().Select(r => (
                Path: r.Template
                    .Replace("{Id:guid}", acme.Id.ToString(), StringComparison.Ordinal)
                    .Replace("{TokenId:guid}", Guid.NewGuid().ToString(), StringComparison.Ordinal),
                Policy: t.GetCustomAttribute<Microsoft.AspNetCore.Authorization.AuthorizeAttribute>()?.Policy)))
            .Where(p => p.Policy is not null)
            .ToList();

        // Each person's own page supplies good markers; the address asks for the pages of others.
        await WalkAsync(ViewerEmail, "/reseller", p => !RolePermissions.Allows(Role.ResellerViewer, p));
        await WalkAsync($"admin@{Marker.ToLowerInvariant()}.example", "/my", p => !RolePermissions.Allows(Role.CustomerAdmin, p));

        async Task WalkAsync(string email, string own, Func<string, bool> isClosed)
        {
            var (cookies, html) = await SignInAsync(server, email, own);
            var closed = pages.Where(p => isClosed(p.Policy!)).ToList();
            Assert.True(closed.Count > 10, string.Join(' ', closed));
            foreach (var (path, _) in closed)
            {
                await using var circuit = await RawCircuit.ConnectAsync(server.Address, cookies);
                await circuit.OpenAsync(server.Address, path, html);
                await circuit.SeesAsync("Access denied");
                Assert.False(circuit.HasSeen(Marker) && own != "/my", path);
                Assert.True(circuit.HasSeen("Access denied"), path);
                await LeaveAsync(server, cookies, circuit);
            }
        }
    }

    [Fact]
    public async Task A_click_on_something_that_was_never_shown_does_nothing()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await AddMemberAsync(server, northwind, Role.ResellerViewer);
        var (cookies, html) = await SignInAsync(server, ViewerEmail, "/reseller");
        var before = await CountAsync(server);
        foreach (var handler in (long[])[0, -1, 999_999, long.MaxValue])
        {
            await using var circuit = await RawCircuit.ConnectAsync(server.Address, cookies);
            await circuit.OpenAsync(server.Address, "/reseller", html);
            await circuit.SeesAsync("Home");
            await circuit.ClickAsync(handler);
        }

        Assert.Equal(before, await CountAsync(server));
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous().GetAsync("/healthz")).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_buttons_of_a_page_left_open_are_dead_once_the_role_is_taken_away(bool isRemoved)
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        var teams = server.Services.GetRequiredService<TeamService>();
        await AddMemberAsync(server, northwind, Role.ResellerOwner);
        var team = TeamScope.ForActor(northwind);
        await TestData.Valued(teams.InviteAsync(northwind, team, "jane@northwind.example", Role.ResellerBilling));
        await TestData.Valued(teams.InviteAsync(northwind, team, "john@northwind.example", Role.ResellerBilling));
        var (cookies, html) = await SignInAsync(server, ViewerEmail, "/reseller/team");
        string[] labels = ["Revoke", "Resend", "Remove", "Invite a member"];
        var circuits = new Dictionary<string, RawCircuit>();
        foreach (var label in labels)
        {
            circuits[label] = await OpenTeamAsync();
        }

        var member = (await teams.ListAsync(northwind, team)).Members.Single(m => m.Email == ViewerEmail);
        await TestData.Valued(isRemoved
            ? teams.RemoveAsync(northwind, team, member.Id)
            : teams.ChangeRoleAsync(northwind, team, member.Id, Role.ResellerViewer));
        var before = await CountAsync(server);

        // A refused act may end its circuit, so each button is pressed in one of its own.
        foreach (var (label, circuit) in circuits)
        {
            await circuit.ClickAsync(circuit.FindButtons(label)[0]);
            await circuit.DisposeAsync();
        }

        Assert.Equal(before, await CountAsync(server));
        Assert.Equal(2, (await teams.ListAsync(northwind, team)).Invitations.Count);

        // The same clicks of somebody who may do it do change the invitations.
        (cookies, html) = await SignInAsync(server, OwnerEmail, "/reseller/team");
        await using var allowed = await OpenTeamAsync();
        await allowed.ClickAsync(allowed.FindButtons("Revoke")[0]);
        Assert.Equal(before.Invitations - 1, (await CountAsync(server)).Invitations);

        async Task<RawCircuit> OpenTeamAsync()
        {
            var circuit = await RawCircuit.ConnectAsync(server.Address, cookies);
            await circuit.OpenAsync(server.Address, "/reseller/team", html);
            await Eventually.TrueAsync(() => labels.All(l => circuit.FindButtons(l).Count > 0), "the page has its buttons");
            await circuit.RestAsync();
            Assert.False(circuit.HasSeen("mud-dialog"));
            return circuit;
        }
    }

    [Fact]
    public async Task Whoever_reconnects_to_a_circuit_of_another_user_is_signed_out_of_it()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            northwind, TeamScope.ForActor(northwind), "jane@northwind.example", Role.ResellerBilling));
        await server.Data.AddResellerAsync("fabrikam");
        var (cookies, html) = await SignInAsync(server, OwnerEmail, "/reseller/team");
        var (strangers, _) = await SignInAsync(server, "owner@fabrikam.example", "/reseller");
        await using var owner = await RawCircuit.ConnectAsync(server.Address, cookies);
        await owner.OpenAsync(server.Address, "/reseller/team", html);
        await owner.SeesAsync("Revoke");
        await owner.RestAsync();
        Assert.NotEmpty(owner.FindButtons("Revoke"));
        await owner.LeaveAsync();
        var before = await CountAsync(server);

        await using var stranger = await RawCircuit.ConnectAsync(server.Address, strangers);
        await stranger.AskAsync("ConnectCircuit", owner.Secret);
        await stranger.SeesAsync("/account/sign-in");
        Assert.True(stranger.HasSeen("/account/sign-in"));
        foreach (var button in owner.FindButtons("Revoke").Concat(owner.FindButtons("Resend")))
        {
            await stranger.ClickAsync(button, owner);
        }

        Assert.Equal(before, await CountAsync(server));

        // The owner comes back to its own.
        await using var again = await RawCircuit.ConnectAsync(server.Address, cookies);
        await again.OpenAsync(server.Address, "/reseller/team", html);
        await again.SeesAsync("Revoke");
        await again.LeaveAsync();
        await using var returned = await RawCircuit.ConnectAsync(server.Address, cookies);
        Assert.True(await returned.AskAsync("ConnectCircuit", again.Secret) is true);
    }

    private static async Task AddMemberAsync(PortalServer server, Actor northwind, Role role)
    {
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            northwind, TeamScope.ForActor(northwind), ViewerEmail, role));
        using var visitor = server.Visitor();
        using var joined = await PortalServer.SubmitAsync(
            visitor,
            server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true),
            "register",
            ("password", TestData.Password));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
    }

    /// <summary>Signs in and opens a page.</summary>
    private static async Task<(string Cookies, string Html)> SignInAsync(PortalServer server, string email, string page)
    {
        var cookies = new CookieContainer();
        using var client = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        { BaseAddress = server.Address };
        using var answer = await PortalServer.SignInAsync(client, email, TestData.Password);
        return (cookies.GetCookieHeader(server.Address), await client.GetStringAsync(page));
    }

    /// <summary>Ends a circuit as a closed window does, so that it does not count any more.</summary>
    private static async Task LeaveAsync(PortalServer server, string cookies, RawCircuit circuit)
    {
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Add("Cookie", cookies);
        using var form = new MultipartFormDataContent { { new StringContent(circuit.Secret!), "circuitId" } };
        using var left = await client.PostAsync("/_blazor/disconnect/", form);
    }

    /// <summary>Counts what an act would add to.</summary>
    private static async Task<(int History, int Invitations, int Members, int Emails)> CountAsync(PortalServer server)
    {
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        return (
            await db.AuditEntries.CountAsync(),
            await db.Invitations.CountAsync(i => i.ClosedAtUtc == null),
            await db.Members.CountAsync(),
            await db.OutboxEmails.CountAsync());
    }
}
