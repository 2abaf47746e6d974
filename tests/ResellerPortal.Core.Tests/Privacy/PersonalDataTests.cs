using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Privacy;

public sealed class PersonalDataTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabaseOnSqlite.OpenAsync().GetAwaiter().GetResult();
    private readonly AuditSealingWorker _sealing;

    public PersonalDataTests() =>
        _sealing = new AuditSealingWorker(_database.Database, _database.Clock, NullLogger<AuditSealingWorker>.Instance);

    private PersonalDataService Data => new(_database.Database, _database.Data.Users, _sealing, _database.Clock);

    private UserAccountService Accounts =>
        new(
            _database.Database,
            _sealing,
            new MembershipDirectory(_database.Database, _database.Clock, new AccountOptions()),
            _database.Clock);

    public async ValueTask DisposeAsync()
    {
        _sealing.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Erasing_a_customers_users_leaves_its_accounts_unchanged()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        await _database.Data.BuyAsync(owner, 100, 1);
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme Smith");
        var token = await _database.Data.IssueAsync(owner, acme);
        await _database.UseAsync(token.Secret, 7);
        await using var db = _database.OpenAll();
        var admin = await db.Members.Where(m => m.CustomerId == acme.Id).Select(m => m.UserId).SingleAsync();
        await new UserSessionService(_database.Database, _database.Clock).StartAsync(
            admin, SignInMethod.Password, stays: false, "203.0.113.7", "Firefox");
        await Accounts.AuditAsync(admin, "members.password", "changed", "203.0.113.7");

        Assert.Contains(
            "End the customer's contract first", (await Data.EraseAsync(owner, acme.Id)).Refusal!.Message, StringComparison.Ordinal);
        await TestData.Valued(_database.Data.ContractEnds.SetAsync(owner, acme.Id, new DateOnly(2026, 10, 15)));
        _database.Clock.Advance(TimeSpan.FromDays(2));
        var erased = await TestData.Valued(Data.EraseAsync(owner, acme.Id));
        await TestData.Valued(Data.EraseAsync(owner, acme.Id));

        var everything = await EverythingAsync();
        foreach (var word in (string[])["Acme", "acme-smith", "Road 2", "203.0.113.7"])
        {
            Assert.DoesNotContain(word, everything, StringComparison.OrdinalIgnoreCase);
        }

        Assert.StartsWith("Erased customer ", erased.Name, StringComparison.Ordinal);
        Assert.Empty(await db.Users.Where(u => u.Id == admin).ToListAsync());
        Assert.Equal(7, await db.Set<Core.Metering.LedgerEntry>().Where(e => e.CustomerId == acme.Id).SumAsync(e => e.Quantity));
        await _database.AssertLedgerIsCleanAsync();
        await _sealing.RunAsync();
        Assert.Empty((await new AuditVerifier(_database.Database).VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Erasure_and_export_of_personal_data_stay_within_the_tenant()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var (_, rival) = await _database.Data.AddResellerAsync("fabrikam");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        var neighbour = await _database.Data.AddCustomerAsync(owner, "Neighbour");

        Assert.True((await Data.EraseAsync(rival, acme.Id)).IsRefused);
        Assert.True((await Data.ExportAsync(rival, acme.Id)).IsRefused);
        Assert.True((await Data.ExportAsync(TestData.CreateAdmin(acme), neighbour.Id)).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => Data.EraseAsync(TestData.CreateAdmin(acme), acme.Id));
        var data = await TestData.Valued(Data.ExportAsync(TestData.CreateAdmin(acme), acme.Id));
        Assert.Equal(("Acme", "admin@acme.example"), (data.Name, Assert.Single(data.People).Email));
        Assert.Empty(data.History);
    }

    [Fact]
    public async Task A_deleted_account_leaves_a_pseudonym_and_every_team_keeps_an_owner()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        await using var db = _database.OpenAll();
        var admin = await db.Members.Where(m => m.CustomerId == acme.Id).SingleAsync();
        Assert.Contains(
            "last CustomerAdmin of Acme", (await Accounts.DeleteAsync(admin.UserId)).Refusal!.Message, StringComparison.Ordinal);

        var other = new PortalUser
        {
            Id = Guid.CreateVersion7(),
            UserName = "x",
            Email = "second@acme.example",
            NormalizedUserName = "X",
            NormalizedEmail = "X",
            SecurityStamp = "x",
        };
        db.Users.Add(other);
        db.Members.Add(new Member { UserId = other.Id, ResellerId = acme.ResellerId, CustomerId = acme.Id, Role = Role.CustomerAdmin });
        await db.SaveChangesAsync();
        await Accounts.AuditAsync(admin.UserId, "members.password", "changed", "203.0.113.7");
        await TestData.Valued(Accounts.DeleteAsync(admin.UserId));

        Assert.False(await db.Users.AnyAsync(u => u.Id == admin.UserId));
        var names = await db.AuditEntries.Where(a => a.CustomerId == acme.Id).Select(a => a.ActorName + a.Subject).ToListAsync();
        Assert.DoesNotContain(names, n => n.Contains("admin@acme.example", StringComparison.Ordinal));
        Assert.Contains(names, n => n.Contains(UserAccountService.CreatePseudonym(admin.UserId), StringComparison.Ordinal));
    }

    /// <summary>
    /// A customer's admin got somebody else's address into his own team and deleted that account: entries of other tenants that named the
    /// address were rewritten, and those of longer addresses too.
    /// </summary>
    [Fact]
    public async Task A_deleted_account_changes_nothing_in_the_history_of_other_tenants()
    {
        const string Victim = "ann@x.example";
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var (_, rival) = await _database.Data.AddResellerAsync("fabrikam");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        var neighbour = await _database.Data.AddCustomerAsync(owner, "Next");
        var teams = _database.Data.Teams;
        await TestData.Valued(teams.InviteAsync(rival, TeamScope.ForActor(rival), Victim, Role.ResellerViewer));
        await TestData.Valued(teams.InviteAsync(owner, new TeamScope(acme.ResellerId, neighbour.Id), Victim, Role.CustomerViewer));
        await TestData.Valued(teams.InviteAsync(owner, new TeamScope(acme.ResellerId, acme.Id), Victim + ".org", Role.CustomerViewer));
        await TestData.Valued(teams.InviteAsync(owner, new TeamScope(acme.ResellerId, acme.Id), "jo." + Victim, Role.CustomerViewer));
        await TestData.Valued(teams.InviteAsync(owner, new TeamScope(acme.ResellerId, acme.Id), "😀" + Victim, Role.CustomerViewer));
        await using var db = _database.OpenAll();
        var user = new PortalUser
        {
            Id = Guid.CreateVersion7(),
            UserName = Victim,
            Email = Victim,
            NormalizedUserName = Victim.ToUpperInvariant(),
            NormalizedEmail = Victim.ToUpperInvariant(),
            SecurityStamp = "x",
        };
        db.Users.Add(user);
        db.Members.Add(new Member { UserId = user.Id, ResellerId = acme.ResellerId, CustomerId = acme.Id, Role = Role.CustomerViewer });
        await db.SaveChangesAsync();
        await Accounts.AuditAsync(user.Id, "members.password", $"changed by {Victim}", null);

        await TestData.Valued(Accounts.DeleteAsync(user.Id));

        var entries = await db.AuditEntries.AsNoTracking().ToListAsync();
        Assert.Equal(
            2, entries.Count(a => a.Subject.Contains($"invited {Victim} as", StringComparison.Ordinal) && a.CustomerId != acme.Id));
        Assert.Contains(entries, a => a.Subject.Contains($"invited {Victim}.org as", StringComparison.Ordinal));
        Assert.Contains(entries, a => a.Subject.Contains($"invited jo.{Victim} as", StringComparison.Ordinal));
        Assert.Contains(entries, a => a.Subject.Contains($"invited 😀{Victim} as", StringComparison.Ordinal));
        Assert.DoesNotContain(entries, a => a.UserId == user.Id && (a.Subject + a.ActorName).Contains(Victim, StringComparison.Ordinal));
        Assert.Empty((await new AuditVerifier(_database.Database).VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Only_data_past_its_retention_period_is_deleted()
    {
        var (_, owner) = await _database.Data.AddResellerAsync("northwind");
        var acme = await _database.Data.AddCustomerAsync(owner, "Acme");
        await using var db = _database.OpenAll();
        var admin = await db.Members.Where(m => m.CustomerId == acme.Id).Select(m => m.UserId).SingleAsync();
        var sessions = new UserSessionService(_database.Database, _database.Clock);
        await sessions.StartAsync(admin, SignInMethod.Password, stays: false, "203.0.113.7", "Firefox");
        await Accounts.AuditAsync(admin, "members.password", "changed", "203.0.113.7");
        await Accounts.QueuePasswordResetAsync("x@y.example");
        await _sealing.RunAsync();
        using var retention = new RetentionWorker(
            _database.Database, new RetentionOptions(), _database.Clock, NullLogger<RetentionWorker>.Instance);

        await retention.RunAsync();
        Assert.Equal((1, 2, 1), await CountsAsync());
        _database.Clock.Advance(TimeSpan.FromDays(31));
        await retention.RunAsync();
        Assert.Equal((1, 0, 1), await CountsAsync());
        _database.Clock.Advance(TimeSpan.FromDays(61));
        await retention.RunAsync();
        Assert.Equal((0, 0, 0), await CountsAsync());
        Assert.Empty((await new AuditVerifier(_database.Database).VerifyAsync()).Faults);

        async Task<(int, int, int)> CountsAsync() =>
            (
                await db.UserSessions.CountAsync(),
                await db.OutboxEmails.CountAsync(),
                await db.AuditEntries.CountAsync(a => a.FromAddress != null));
    }

    /// <summary>Every text about people in every table; invoice snapshots are excluded as accounting records.</summary>
    private async Task<string> EverythingAsync()
    {
        await using var db = _database.OpenAll();
        return string.Join('\n', [
            .. await db.Customers.Select(c => c.Name + c.Email + c.Address.Street + c.VatId).ToListAsync(),
            .. await db.Users.Select(u => u.Email!).ToListAsync(),
            .. await db.AuditEntries.Select(a => a.ActorName + a.Subject + a.Changes + a.FromAddress).ToListAsync(),
            .. await db.Invitations.Select(i => i.Email).ToListAsync(),
            .. await db.UserSessions.Select(s => s.Address).ToListAsync(),
            .. await db.OutboxEmails.Select(e => e.To + e.Subject + e.Text).ToListAsync(),
        ]);
    }
}
