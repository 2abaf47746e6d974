using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Conversions;

/// <summary>Jobs by the names that callers choose, one of each name for a customer.</summary>
public sealed class ConversionJobTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Fact]
    public async Task A_name_belongs_to_one_job_of_a_customer_and_to_each_customer_of_its_own()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (acme, blue) = (await sqlite.Data.AddCustomerAsync(owner, "Acme"), await sqlite.Data.AddCustomerAsync(owner, "Blue"));
        var jobs = new ConversionJobStore(sqlite.Database, sqlite.Clock);

        var first = New(acme, "monthly-report");
        Assert.True(await jobs.TryOpenAsync(first, default));
        Assert.False(await jobs.TryOpenAsync(New(acme, "monthly-report"), default));
        Assert.True(await jobs.TryOpenAsync(New(blue, "monthly-report"), default));
        Assert.Equal(first.Id, (await jobs.FindAsync(acme.ResellerId, acme.Id, "monthly-report", default))!.Id);

        var second = New(acme, "other");
        Assert.True(await jobs.TryOpenAsync(second, default));
        Assert.False(await jobs.TryRenameAsync(second, "monthly-report", null));
        Assert.Equal("other", second.Name);
        Assert.True(await jobs.TryRenameAsync(second, "third", "https://acme.example/hook"));
        Assert.Equal(
            "https://acme.example/hook", (await jobs.FindAsync(acme.ResellerId, acme.Id, "third", default))!.WebHook);

        ConversionJob New(Customer customer, string name) => new()
        {
            Id = Guid.NewGuid(),
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            Name = name,
            CreatedAtUtc = sqlite.Clock.GetUtcNow(),
        };
    }

    [Fact]
    public async Task A_completed_job_stays_as_it_ended_and_only_running_ones_keep_their_reservation()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var jobs = new ConversionJobStore(sqlite.Database, sqlite.Clock);
        var job = new ConversionJob
        {
            Id = Guid.NewGuid(),
            ResellerId = acme.ResellerId,
            CustomerId = acme.Id,
            Name = "a",
            CreatedAtUtc = sqlite.Clock.GetUtcNow(),
        };
        Assert.True(await jobs.TryOpenAsync(job, default));
        Assert.Equal([job.Id], await jobs.FindOwnedAsync([job.Id, Guid.NewGuid()], default));

        await jobs.CompleteAsync(job, JobState.Done);
        await jobs.CompleteAsync(job, JobState.Lost);
        await jobs.RemoveAsync(job);

        Assert.Equal(JobState.Done, (await jobs.FindAsync(acme.ResellerId, acme.Id, "a", default))!.State);
        Assert.Empty(await jobs.FindOwnedAsync([job.Id], default));
        Assert.Empty(await jobs.ListRunningAsync(default));
    }

    [Theory]
    [EachProvider]
    public async Task Each_customers_jobs_are_listed_and_a_webhook_is_claimed_once(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var acme = await database.Data.AddCustomerAsync(owner, "Acme");
        var fabrikam = await database.Data.AddCustomerAsync(owner, "Fabrikam");
        var jobs = new ConversionJobStore(database.Database, database.Clock);
        var (start, running, due) = (database.Clock.GetUtcNow(), 0, 0);
        await using (var db = database.Database.Open(owner.Scope))
        {
            db.ConversionJobs.AddRange(Enumerable.Range(0, 502).Select(_ => Create(acme, running++, null)));
            db.ConversionJobs.AddRange(Enumerable.Range(0, 102).Select(_ => Create(acme, running, due++)));
            db.ConversionJobs.AddRange([Create(fabrikam, running, null), Create(fabrikam, running, due)]);
            await db.SaveChangesAsync();
        }

        database.Clock.Advance(TimeSpan.FromHours(1));
        var listed = await jobs.ListRunningAsync(default);
        var hooks = await jobs.ListDueWebHooksAsync(default);

        // The oldest of one with many, and the only one of another.
        Assert.Equal((500, 1), (listed.Count(j => j.CustomerId == acme.Id), listed.Count(j => j.CustomerId == fabrikam.Id)));
        Assert.Equal((100, 1), (hooks.Count(j => j.CustomerId == acme.Id), hooks.Count(j => j.CustomerId == fabrikam.Id)));
        Assert.True(listed.Where(j => j.CustomerId == acme.Id).Max(j => j.CreatedAtUtc) < start.AddSeconds(500));
        var hook = hooks.Single(j => j.CustomerId == fabrikam.Id);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => jobs.TryClaimWebHookAsync(hook))));
        Assert.Single(claims, isClaimed => isClaimed);
        Assert.DoesNotContain(await jobs.ListDueWebHooksAsync(default), j => j.Id == hook.Id);
        database.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains(await jobs.ListDueWebHooksAsync(default), j => j.Id == hook.Id);

        ConversionJob Create(Customer customer, int second, int? dueSecond)
        {
            var id = Guid.CreateVersion7();
            return new ConversionJob
            {
                Id = id,
                ResellerId = customer.ResellerId,
                CustomerId = customer.Id,
                Name = id.ToString("N"),
                State = dueSecond is null ? JobState.Running : JobState.Done,
                WebHook = "https://hook.example",
                CreatedAtUtc = database.Clock.GetUtcNow().AddSeconds(second),
                WebHookDueAtUtc = dueSecond is { } at ? database.Clock.GetUtcNow().AddSeconds(at) : null,
            };
        }
    }
}
