using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Accounts;

public sealed class TeamTests(DatabaseServers databases) : IClassFixture<DatabaseServers>, IAsyncDisposable
{
    private static readonly PasswordHasher<PortalUser> Hasher = new();
    private TestDatabase _database = TestDatabaseOnSqlite.OpenAsync().GetAwaiter().GetResult();
    private readonly InvitationLinks _links = new(new EphemeralDataProtectionProvider());

    private TeamService Teams => _database.Data.Teams;

    private InvitationService Invitations => new(_database.Database, _links, _database.Clock);

    private UserSessionService Sessions => new(_database.Database, _database.Clock);

    private MembershipDirectory Memberships => new(_database.Database, _database.Clock, new AccountOptions());

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task An_invitation_creates_one_membership_once_for_the_address_it_names()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var invitation = await TestData.Valued(
            Teams.InviteAsync(owner, TeamScope.ForActor(owner), "Jane@Company.example", Role.ResellerBilling));
        var key = ReadKey(invitation, provesAddress: true);
        var jane = await UserAsync("jane@company.example");
        var john = await UserAsync("john@company.example");

        var open = await Invitations.FindAsync(key);
        Assert.Equal(("northwind Ltd", true, true), (open!.Place, open.ProvesAddress, open.HasUser));
        Assert.Contains(
            "is for Jane@Company.example", (await Invitations.AcceptAsync(key, john.Id, null)).Refusal!.Message, StringComparison.Ordinal);
        var races = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => Invitations.AcceptAsync(key, jane.Id, "203.0.113.7"))));

        Assert.Single(races, r => !r.IsRefused);
        Assert.Null(await Invitations.FindAsync(key));
        Assert.Equal(
            Role.ResellerBilling,
            Assert.Single((await Teams.ListAsync(owner, TeamScope.ForActor(owner))).Members, m => m.UserId == jane.Id).Role);
        await using var db = _database.OpenAll();
        Assert.True((await db.Users.SingleAsync(u => u.Id == jane.Id)).EmailConfirmed);
    }

    [Fact]
    public async Task A_link_expires_with_time_with_a_newer_one_and_when_revoked()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var invitation = await TestData.Valued(
            Teams.InviteAsync(owner, TeamScope.ForActor(owner), "jane@company.example", Role.ResellerViewer));
        var first = ReadKey(invitation, provesAddress: false);
        var again = await TestData.Valued(Teams.InviteAgainAsync(owner, TeamScope.ForActor(owner), invitation.Id));
        Assert.Null(await Invitations.FindAsync(first));
        Assert.NotNull(await Invitations.FindAsync(ReadKey(again, provesAddress: false)));
        Assert.Null(await Invitations.FindAsync(ReadKey(again, provesAddress: false)[..^2] + "xx"));
        Assert.Null(await Invitations.FindAsync("%%%"));

        _database.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Null(await Invitations.FindAsync(ReadKey(again, provesAddress: false)));
        var third = await TestData.Valued(Teams.InviteAgainAsync(owner, TeamScope.ForActor(owner), invitation.Id));
        await TestData.Valued(Teams.RevokeInvitationAsync(owner, TeamScope.ForActor(owner), third.Id));
        Assert.Null(await Invitations.FindAsync(ReadKey(third, provesAddress: false)));
    }

    [Fact]
    public async Task Invalid_invitations_are_refused_with_a_message()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var team = TeamScope.ForActor(owner);
        await TestData.Valued(Teams.InviteAsync(owner, team, "jane@company.example", Role.ResellerViewer));

        Assert.Contains(
            "email address",
            (await Teams.InviteAsync(owner, team, "jane", Role.ResellerViewer)).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "role from the list",
            (await Teams.InviteAsync(owner, team, "john@company.example", Role.OperatorAdmin)).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "already invited",
            (await Teams.InviteAsync(owner, team, "JANE@company.example", Role.ResellerViewer)).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "already a member",
            (await Teams.InviteAsync(owner, team, "owner@northwind.example", Role.ResellerViewer)).Refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Teams_are_managed_only_by_roles_above_them()
    {
        var (northwind, owner) = await _database.Data.AddResellerAsync("northwind");
        var (fabrikam, rival) = await _database.Data.AddResellerAsync("fabrikam");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        var neighbour = await _database.Data.AddCustomerAsync(owner, "Neighbour");
        var ofAcme = new TeamScope(northwind.Id, acme.Id);
        var admin = TestData.CreateAdmin(acme);
        var viewer = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = northwind.Id, CustomerId = acme.Id, Role = Role.CustomerViewer }, "viewer");
        var billing = Actor.ForMember(
            new Member { UserId = Guid.NewGuid(), ResellerId = northwind.Id, Role = Role.ResellerBilling }, "billing");

        Assert.Single((await Teams.ListAsync(admin, ofAcme)).Members);
        Assert.Single((await Teams.ListAsync(owner, ofAcme)).Members);
        Assert.Single((await Teams.ListAsync(TestData.Operator, new TeamScope(fabrikam.Id, null))).Members);
        foreach (var (actor, team) in new (Actor, TeamScope)[]
        {
            (rival, ofAcme), (rival, new TeamScope(
                northwind.Id,
                null)), (admin, new TeamScope(
                    northwind.Id, neighbour.Id)), (admin, new TeamScope(northwind.Id, null)), (admin, new TeamScope(null, null)),
            (owner, new TeamScope(
                null,
                null)), (owner, new TeamScope(
                    fabrikam.Id, null)), (viewer, ofAcme), (billing, new TeamScope(northwind.Id, null)), (billing, ofAcme),
        })
        {
            await Assert.ThrowsAsync<PermissionDeniedException>(() => Teams.ListAsync(actor, team));
            await Assert.ThrowsAsync<PermissionDeniedException>(() => Teams.InviteAsync(actor, team, "x@company.example", team.Roles[^1]));
        }

        var member = Assert.Single((await Teams.ListAsync(rival, TeamScope.ForActor(rival))).Members);
        Assert.True((await Teams.RemoveAsync(owner, TeamScope.ForActor(owner), member.Id)).IsRefused);
        Assert.Single((await Teams.ListAsync(rival, TeamScope.ForActor(rival))).Members);
    }

    [Theory]
    [EachProvider]
    public async Task The_last_owner_cannot_be_removed_even_by_concurrent_requests(string provider)
    {
        await _database.DisposeAsync();
        _database = await databases.OpenAsync(provider);

        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var team = TeamScope.ForActor(owner);
        var first = Assert.Single((await Teams.ListAsync(owner, team)).Members);
        Assert.Contains("last ResellerOwner", (await Teams.RemoveAsync(owner, team, first.Id)).Refusal!.Message, StringComparison.Ordinal);
        Assert.True((await Teams.ChangeRoleAsync(owner, team, first.Id, Role.ResellerViewer)).IsRefused);

        for (var round = 0; round < 10; round++)
        {
            await JoinAsync(owner, team, $"jane{round}@company.example", Role.ResellerOwner);
            var members = (await Teams.ListAsync(owner, team)).Members;
            var removals = await Task.WhenAll(members.Select(m => Task.Run(() => Teams.RemoveAsync(owner, team, m.Id))));

            Assert.Equal((2, 1), (members.Count, removals.Count(r => r.IsRefused)));
        }

        Assert.Single((await Teams.ListAsync(owner, team)).Members);
    }

    [Fact]
    public async Task Removing_a_member_or_ending_a_session_takes_effect_on_the_next_request()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var team = TeamScope.ForActor(owner);
        var jane = await JoinAsync(owner, team, "jane@company.example", Role.ResellerBilling);
        var one = await SignInAsync(jane.UserId);
        var two = await SignInAsync(jane.UserId);

        Assert.True((await Memberships.FindActorAsync(one))!.May(Permission.InvoicesFinalise));
        await TestData.Valued(Teams.ChangeRoleAsync(owner, team, jane.Id, Role.ResellerViewer));
        Assert.False((await Memberships.FindActorAsync(one))!.May(Permission.InvoicesFinalise));
        await Sessions.EndAsync(jane.UserId, only: one.SessionId);
        Assert.Null(await Memberships.FindActorAsync(one));
        Assert.NotNull(await Memberships.FindActorAsync(two));
        Assert.Null(await Memberships.FindActorAsync(two with { UserId = Guid.NewGuid() }));
        await TestData.Valued(Teams.RemoveAsync(owner, team, jane.Id));
        Assert.Null(await Memberships.FindActorAsync(two));
    }

    [Fact]
    public async Task A_session_ends_after_inactivity_and_at_its_maximum_lifetime()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var jane = await JoinAsync(owner, TeamScope.ForActor(owner), "jane@company.example", Role.ResellerBilling);
        var idle = await SignInAsync(jane.UserId);
        var used = await SignInAsync(jane.UserId);
        for (var hour = 0; hour < 11; hour++)
        {
            _database.Clock.Advance(TimeSpan.FromHours(1));
            Assert.True(await Sessions.IsAliveAsync(jane.UserId, used.SessionId, wasUsed: true));
            Assert.Equal(hour < 2, await Sessions.IsAliveAsync(jane.UserId, idle.SessionId, wasUsed: false));
        }

        var stays = await Sessions.StartAsync(jane.UserId, SignInMethod.Password, stays: true, "203.0.113.7", "Firefox");
        Assert.Equal((30, 14), ((stays.ExpiresAtUtc - stays.StartedAtUtc).TotalDays, stays.IdleMinutes / 60 / 24));
        await Sessions.EndAsync(jane.UserId, only: stays.Id);
        Assert.Equal([used.SessionId], (await Sessions.ListAsync(jane.UserId)).Select(s => s.Id));
        _database.Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await Sessions.IsAliveAsync(jane.UserId, used.SessionId, wasUsed: true));
        Assert.Null(await Memberships.FindActorAsync(used));
    }

    [Fact]
    public async Task A_reseller_that_requires_two_factor_authentication_blocks_members_without_it()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        var jane = await JoinAsync(owner, TeamScope.ForActor(owner), "jane@company.example", Role.ResellerOwner);
        await using var db = _database.OpenAll();
        var admin = await db.Members.SingleAsync(m => m.CustomerId == acme.Id);
        var (member, ofCustomer, byPasskey) = (
            await SignInAsync(jane.UserId),
            await SignInAsync(admin.UserId),
            await SignInAsync(jane.UserId, SignInMethod.Passkey));

        await Teams.SetTwoFactorAsync(owner, TwoFactorRule.Members);
        Assert.Equal((true, false), Read(await Memberships.FindActorAsync(member)));
        Assert.Equal((false, true), Read(await Memberships.FindActorAsync(byPasskey)));
        Assert.False((await Memberships.FindActorAsync(ofCustomer))!.NeedsSecondFactor);
        await Teams.SetTwoFactorAsync(owner, TwoFactorRule.MembersAndCustomers);
        Assert.True((await Memberships.FindActorAsync(ofCustomer))!.NeedsSecondFactor);
        Assert.False((await Memberships.FindActorAsync(ofCustomer))!.May(Permission.MyView));
        await Sessions.StrengthenAsync(jane.UserId, member.SessionId);
        Assert.Equal((false, true), Read(await Memberships.FindActorAsync(member)));

        static (bool, bool) Read(Actor? actor) => (actor!.NeedsSecondFactor, actor.May(Permission.ResellerView));
    }

    [Fact]
    public async Task The_operators_members_need_a_second_factor()
    {
        await _database.Data.AddOperatorAsync("operator@portal.example");
        await using var db = _database.OpenAll();
        var user = await db.Users.Select(u => u.Id).SingleAsync();

        Assert.True((await Memberships.FindActorAsync(await SignInAsync(user)))!.NeedsSecondFactor);
        Assert.False((await Memberships.FindActorAsync(await SignInAsync(user)))!.May(Permission.ResellersManage));
        Assert.True((await Memberships.FindActorAsync(await SignInAsync(user, SignInMethod.Passkey)))!.May(Permission.ResellersManage));
    }

    [Fact]
    public async Task A_support_session_is_read_only_and_needs_a_reason_and_expires()
    {
        var (northwind, owner) = await _database.Data.AddResellerAsync("northwind");
        var (_, rival) = await _database.Data.AddResellerAsync("fabrikam");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        var jane = await JoinAsync(owner, TeamScope.ForActor(owner), "jane@company.example", Role.ResellerSupport);
        var signedIn = await SignInAsync(jane.UserId);
        var actor = (await Memberships.FindActorAsync(signedIn))!;
        var supportSessions = new SupportSessionService(_database.Database, _database.Clock);

        Assert.True((await supportSessions.StartAsync(actor, acme.Id, " ", 30)).IsRefused);
        Assert.True((await supportSessions.StartAsync(actor, acme.Id, "ticket", 1000)).IsRefused);
        Assert.True((await supportSessions.StartAsync(rival, acme.Id, "ticket", 30)).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => supportSessions.StartAsync(TestData.CreateAdmin(acme), acme.Id, "ticket", 30));
        var supportSession = await TestData.Valued(supportSessions.StartAsync(actor, acme.Id, "ticket 4711", 30));
        var visitor = (await Memberships.FindActorAsync(signedIn with { SupportSessionId = supportSession.Id }))!;

        Assert.Equal((northwind.Id, acme.Id), (visitor.Scope.Reseller!.Value, visitor.Scope.Customer!.Value));
        Assert.Equal([Permission.MyView], Permission.All.Where(visitor.May));
        Assert.Equal("ticket 4711", Assert.Single(await supportSessions.ListAsync(TestData.CreateAdmin(acme), acme.Id)).Reason);
        Assert.Null(
            (await Memberships.FindActorAsync(
                (await SignInAsync(jane.UserId)) with { SupportSessionId = Guid.NewGuid() }))!.SupportSessionEndsAtUtc);
        _database.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Null((await Memberships.FindActorAsync(signedIn with { SupportSessionId = supportSession.Id }))!.SupportSessionEndsAtUtc);
        var second = await TestData.Valued(supportSessions.StartAsync(actor, acme.Id, "ticket 4711", 30));
        await supportSessions.EndAsync(second.Id, Guid.NewGuid());
        Assert.NotNull((await Memberships.FindActorAsync(signedIn with { SupportSessionId = second.Id }))!.SupportSessionEndsAtUtc);
        await TestData.Valued(Teams.ChangeRoleAsync(owner, TeamScope.ForActor(owner), jane.Id, Role.ResellerViewer));
        Assert.Null((await Memberships.FindActorAsync(signedIn with { SupportSessionId = second.Id }))!.SupportSessionEndsAtUtc);
        await using var db = _database.OpenAll();
        Assert.Equal(
            2,
            await db.Set<Core.Auditing.AuditEntry>()
                .CountAsync(a => a.Action == Permission.CustomersSupport && a.CustomerId == acme.Id));
    }

    private string ReadKey(Invitation invitation, bool provesAddress) => _links.CreatePath(invitation, provesAddress).Split('=')[^1];

    private async Task<Member> JoinAsync(Actor owner, TeamScope team, string email, Role role)
    {
        var invitation = await TestData.Valued(Teams.InviteAsync(owner, team, email, role));
        return await TestData.Valued(Invitations.AcceptAsync(ReadKey(invitation, provesAddress: true), (await UserAsync(email)).Id, null));
    }

    private async Task<PortalUser> UserAsync(string email)
    {
        await using var db = _database.OpenAll();
        var user = new PortalUser
        {
            Id = Guid.CreateVersion7(),
            UserName = email,
            NormalizedUserName = email.ToUpperInvariant(),
            Email = email,
            NormalizedEmail = email.ToUpperInvariant(),
            EmailConfirmed = true,
            SecurityStamp = "x",
        };
        db.Users.Add(user);
        await db.SaveChangesAsync();
        return user;
    }

    private async Task<SignedInUser> SignInAsync(Guid user, SignInMethod method = SignInMethod.Password) =>
        new(user, (await Sessions.StartAsync(user, method, stays: false, "203.0.113.7", "Firefox")).Id);
}
