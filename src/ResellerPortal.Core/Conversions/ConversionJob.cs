using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Conversions;

public enum JobState
{
    Running,

    /// <summary>The upstream has the result; the job is settled.</summary>
    Done,

    /// <summary>The conversion failed or was cancelled; nothing was charged.</summary>
    Released,

    /// <summary>The upstream no longer knows the job; it is recorded as Unconfirmed.</summary>
    Lost,
}

/// <summary>An asynchronous conversion. Stored before the upstream is called, so that it survives a crash.</summary>
[AllowedWrites(RowWrites.All, ByCustomers = RowWrites.All)]
public sealed class ConversionJob : ICustomerOwned
{
    /// <summary>The reservation's id; its 32 hexadecimal digits are the upstream's job id.</summary>
    public required Guid Id { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>The caller's name for it, unique per customer: its own choice, or the upstream's id.</summary>
    public required string Name { get; set; }

    /// <summary>URL to call when the job has ended; null for none.</summary>
    public string? WebHook { get; init; }

    public JobState State { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    /// <summary>When the webhook is called next; null if no call is due.</summary>
    public DateTimeOffset? WebHookDueAtUtc { get; set; }

    public int WebHookAttempts { get; set; }

    public string UpstreamId => Id.ToString("N");

    public RowKey Reservation => new(ResellerId, Id);
}

internal sealed class ConversionJobConfiguration : IEntityTypeConfiguration<ConversionJob>
{
    public void Configure(EntityTypeBuilder<ConversionJob> builder)
    {
        builder.Ignore(j => j.UpstreamId);
        builder.Ignore(j => j.Reservation);
        builder.Property(j => j.Name).HasMaxLength(64);
        builder.Property(j => j.WebHook).HasMaxLength(2000);
        builder.Property(j => j.State).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(j => new { j.CustomerId, j.Name }).IsUnique();
        builder.HasIndex(j => new { j.State, j.CreatedAtUtc });
        builder.HasIndex(j => j.WebHookDueAtUtc);
        builder.HasOne<Customer>().WithMany().HasForeignKey(j => j.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}

public static class ConversionSets
{
    extension(DbContext db)
    {
        public DbSet<ConversionJob> ConversionJobs => db.Set<ConversionJob>();

        public DbSet<UpstreamReading> UpstreamReadings => db.Set<UpstreamReading>();

        public DbSet<StatisticsPull> StatisticsPulls => db.Set<StatisticsPull>();
    }
}
