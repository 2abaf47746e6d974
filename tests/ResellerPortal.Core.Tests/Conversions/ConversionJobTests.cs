using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Conversions;

/// <summary>Jobs by the names that callers choose, one of each name for a customer.</summary>
public sealed class ConversionJobTests
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
        Assert.Empty(await jobs.ListRunningAsync(10, default));
    }
}
