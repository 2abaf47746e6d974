using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What a scheduled run does with its drafts.</summary>
public enum InvoiceRunMode
{
    /// <summary>They wait for a person.</summary>
    Review,

    /// <summary>Those without a warning are finalised, the others wait.</summary>
    FinaliseUnremarkable,

    /// <summary>All are finalised.</summary>
    FinaliseAll,
}

/// <summary>When a reseller's months are invoiced by themselves. One row a reseller that wants it.</summary>
public sealed class InvoiceSchedule : IResellerOwned, IAudited
{
    /// <summary>The last day that every month has.</summary>
    public const int LastDayOfMonth = 28;

    public required ResellerId ResellerId { get; init; }

    public bool IsOn { get; set; }

    /// <summary>Day of the month after, 1 to 28, in the reseller's time zone.</summary>
    public int Day { get; set; } = 1;

    /// <summary>Hour of that day, 0 to 23.</summary>
    public int Hour { get; set; } = 6;

    public InvoiceRunMode Mode { get; set; }

    /// <summary>First day of the last period that was run, or was past when the schedule was set.</summary>
    public DateOnly? RunThrough { get; set; }

    /// <summary>Until when a node has it in hand; another takes over after that.</summary>
    public DateTimeOffset? LeasedUntilUtc { get; set; }

    public DateTimeOffset? LastRunAtUtc { get; set; }

    /// <summary>What the last run did, in words for the reseller.</summary>
    public string? Report { get; set; }

    /// <summary>When a period's invoices are made.</summary>
    public DateTimeOffset DueAtUtc(BillingPeriod period, TimeZoneInfo zone) =>
        zone.AtUtc(period.Next.FirstDay.AddDays(Day - 1), new TimeOnly(Hour, 0));

    /// <summary>The newest period whose time has come.</summary>
    public BillingPeriod NewestDue(DateTimeOffset nowUtc, TimeZoneInfo zone)
    {
        var previous = BillingPeriod.Containing(nowUtc, zone).Previous;
        return DueAtUtc(previous, zone) <= nowUtc ? previous : previous.Previous;
    }
}

internal sealed class InvoiceScheduleConfiguration : IEntityTypeConfiguration<InvoiceSchedule>
{
    public void Configure(EntityTypeBuilder<InvoiceSchedule> builder)
    {
        builder.HasKey(s => s.ResellerId);
        builder.Property(s => s.Mode).HasConversion<string>().HasMaxLength(30);
        builder.Property(s => s.Report).HasMaxLength(400);
        builder.HasOne<Reseller>().WithOne().HasForeignKey<InvoiceSchedule>(s => s.ResellerId).OnDelete(DeleteBehavior.Restrict);
    }
}
