using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Outbox;

/// <summary>No email holds up another, none is lost, and whoever can mend an address sees that it is wrong.</summary>
public sealed class OutboxTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private readonly RecordingMailer _mailer = new();

    [Fact]
    public async Task A_notice_is_written_with_its_transaction_or_not_at_all()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        await using (var db = sqlite.Database.Open(TenantScope.ForReseller(reseller.Id)))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            db.Notify(reseller.Id, "Rolled back", "", sqlite.Clock.GetUtcNow());
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        }

        await using var all = sqlite.OpenAll();
        Assert.Empty(await all.OutboxEmails.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_its_reseller_sees_a_notice_and_it_is_mailed_once()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, _) = await sqlite.Data.AddResellerAsync("northwind");
        var (fabrikam, _) = await sqlite.Data.AddResellerAsync("fabrikam");
        await NotifyAsync(sqlite, northwind, "Renewal failed");

        await using (var other = sqlite.Database.Open(TenantScope.ForReseller(fabrikam.Id)))
        {
            Assert.Empty(await other.OutboxEmails.ToListAsync(TestContext.Current.CancellationToken));
        }

        using var worker = Worker(sqlite);
        Assert.Equal(1, await worker.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await worker.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("owner@northwind.example", "Renewal failed"), (_mailer.Sent.Single().To, _mailer.Sent.Single().Subject));
    }

    [Theory]
    [EachProvider]
    public async Task A_rejected_recipient_holds_up_nobody_and_is_not_tried_every_time(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (bad, _) = await database.Data.AddResellerAsync("bad");
        var (good, _) = await database.Data.AddResellerAsync("good");
        await NotifyAsync(database, bad, "First");
        await NotifyAsync(database, bad, "Second");
        await NotifyAsync(database, good, "Third");
        await new UserAccountService(
            database.Database,
            new AuditSealingWorker(database.Database, database.Clock, NullLogger<AuditSealingWorker>.Instance),
            new MembershipDirectory(database.Database, database.Clock, new AccountOptions()),
            database.Clock).QueuePasswordResetAsync("somebody@good.example");
        _mailer.Rejects = to => to.EndsWith("@bad.example", StringComparison.Ordinal);
        using var worker = Worker(database);

        for (var i = 0; i < 3; i++)
        {
            await worker.RunAsync();
        }

        Assert.Equal(["somebody@good.example", "owner@good.example"], _mailer.Sent.Select(m => m.To));
        Assert.Equal(2, _mailer.Attempts.Count(a => a.EndsWith("@bad.example", StringComparison.Ordinal)));
    }

    /// <summary>The email that is going out has the former link, which the second invitation has just ended.</summary>
    [Theory]
    [EachProvider]
    public async Task An_invitation_that_is_sent_again_while_its_email_goes_out_is_emailed_again(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var team = TeamScope.ForActor(owner);
        var invitation = await TestData.Valued(database.Data.Teams.InviteAsync(owner, team, "jane@x.example", Role.ResellerViewer));
        _mailer.AfterSending = () =>
        {
            _mailer.AfterSending = null;
            Assert.False(database.Data.Teams.InviteAgainAsync(owner, team, invitation.Id).GetAwaiter().GetResult().IsRefused);
        };
        using var worker = Worker(database);

        await worker.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["jane@x.example", "jane@x.example"], _mailer.Sent.Select(m => m.To));
        Assert.Equal(2, _mailer.Sent.Select(m => m.Id).Distinct().Count());
    }

    [Fact]
    public async Task Tenants_take_turns_whoever_queued_most()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (loud, _) = await sqlite.Data.AddResellerAsync("loud");
        var (quiet, _) = await sqlite.Data.AddResellerAsync("quiet");
        for (var i = 0; i < 50; i++)
        {
            await NotifyAsync(sqlite, loud, $"Notice {i}");
        }

        sqlite.Clock.Advance(TimeSpan.FromSeconds(1));
        await NotifyAsync(sqlite, quiet, "One notice");
        using var worker = Worker(sqlite);
        await worker.RunAsync();

        Assert.Equal(51, _mailer.Sent.Count);
        Assert.InRange(_mailer.Sent.FindIndex(m => m.To == "owner@quiet.example"), 0, 1);
    }

    [Fact]
    public async Task Urgent_emails_that_failed_wait_behind_fresh_ones_and_keep_no_tenant_from_its_turn()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (quiet, _) = await sqlite.Data.AddResellerAsync("quiet");
        await NotifyAsync(sqlite, quiet, "One notice");
        await using var db = sqlite.OpenAll();
        for (var i = 0; i <= 50; i++)
        {
            var isFresh = i == 50;
            db.OutboxEmails.Add(new OutboxEmail
            {
                Kind = EmailKind.AccountChange,
                To = isFresh ? "owner@fresh.example" : $"owner{i}@hanging.example",
                QueuedAtUtc = sqlite.Clock.GetUtcNow(),
                NextAttemptAtUtc = sqlite.Clock.GetUtcNow().AddMinutes(isFresh ? 0 : -1),
                Attempts = isFresh ? 0 : 1,
                IsUrgent = true,
            });
        }

        await db.SaveChangesAsync();
        _mailer.Rejects = to => to.EndsWith("@hanging.example", StringComparison.Ordinal);
        using var worker = Worker(sqlite);
        await worker.RunAsync();

        Assert.Equal("owner@fresh.example", _mailer.Attempts[0]);
        Assert.InRange(_mailer.Attempts.IndexOf("owner@quiet.example"), 1, 20);
        Assert.Equal(52, _mailer.Attempts.Count);
    }

    [Fact]
    public async Task An_email_is_marked_as_sent_after_it_was_and_repeated_with_the_same_id()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        await NotifyAsync(sqlite, reseller, "Renewal failed");
        using var dying = new CancellationTokenSource();
        _mailer.AfterSending = dying.Cancel;
        using var first = Worker(sqlite);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.RunAsync(dying.Token));
        _mailer.AfterSending = null;

        using var second = Worker(sqlite);
        Assert.Equal(0, await second.RunAsync());
        sqlite.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await second.RunAsync());

        Assert.Equal(2, _mailer.Sent.Count);
        Assert.Equal(_mailer.Sent[0].Id, _mailer.Sent[1].Id);
    }

    [Fact]
    public async Task While_the_server_is_away_no_email_uses_up_its_attempts()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        await NotifyAsync(sqlite, reseller, "Renewal failed");
        _mailer.IsAway = true;
        using var worker = Worker(sqlite);
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<MailServerUnavailableException>(() => worker.RunAsync());
        }

        _mailer.IsAway = false;
        Assert.Equal(1, await worker.RunAsync());
        await using var db = sqlite.OpenAll();
        Assert.Equal(1, (await db.OutboxEmails.SingleAsync()).Attempts);
    }

    [Fact]
    public async Task What_is_too_late_is_not_sent()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (reseller, _) = await sqlite.Data.AddResellerAsync("northwind");
        await NotifyAsync(sqlite, reseller, "Yesterday's news");
        sqlite.Clock.Advance(TimeSpan.FromHours(25));
        using var worker = Worker(sqlite);

        Assert.Equal(0, await worker.RunAsync());
        await using var db = sqlite.OpenAll();
        Assert.Equal(DeliveryState.Obsolete, (await db.OutboxEmails.SingleAsync()).State);
    }

    [Fact]
    public async Task A_refused_recipient_is_shown_to_whoever_can_mend_it_and_then_gets_the_email()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        await NotifyAsync(sqlite, northwind, "Renewal failed");
        await using (var db = sqlite.OpenAll())
        {
            db.OutboxEmails.Add(new OutboxEmail
            {
                ResellerId = northwind.Id,
                CustomerId = acme.Id,
                Kind = EmailKind.UsageAlert,
                Subject = "Limit reached",
                QueuedAtUtc = sqlite.Clock.GetUtcNow(),
                NextAttemptAtUtc = sqlite.Clock.GetUtcNow(),
            });
            await db.SaveChangesAsync();
        }

        _mailer.Rejects = _ => true;
        using var worker = Worker(sqlite);
        await worker.RunAsync();
        var service = new UndeliveredEmailService(sqlite.Database, sqlite.Clock);

        Assert.Equal(
            ["admin@acme.example", "owner@northwind.example"], (await service.ListAsync(owner)).Select(e => e.To).Order());
        var shown = Assert.Single(await service.ListAsync(TestData.Operator));
        Assert.Equal(("owner@northwind.example", "No such mailbox.", null), (shown.To, shown.Error, shown.NextAttemptAtUtc));
        Assert.Empty(await service.ListAsync(stranger));
        Assert.True((await service.SendAgainAsync(stranger, shown.Id)).IsRefused);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => service.ListAsync(TestData.CreateAdmin(acme)));

        _mailer.Rejects = null;
        await using (var db = sqlite.OpenAll())
        {
            await db.Resellers
                .Where(r => r.Id == northwind.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(r => r.Email, "new@northwind.example"));
        }

        await TestData.Valued(service.SendAgainAsync(TestData.Operator, shown.Id));
        Assert.Equal(1, await worker.RunAsync());
        Assert.Equal("new@northwind.example", _mailer.Sent.Single().To);
        Assert.Empty(await service.ListAsync(TestData.Operator));
    }

    private static async Task NotifyAsync(TestDatabase database, Reseller reseller, string subject)
    {
        await using var db = database.Database.Open(TenantScope.ForReseller(reseller.Id));
        db.Notify(reseller.Id, subject, "", database.Clock.GetUtcNow());
        await db.SaveChangesAsync();
    }

    private OutboxWorker Worker(TestDatabase database) =>
        new(database.Database, _mailer, [], database.Clock, NullLogger<OutboxWorker>.Instance);
}
