using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What a scheduled run does with its drafts.</summary>
public enum InvoiceRunMode
{
    /// <summary>Drafts wait for manual review.</summary>
    Review,

    /// <summary>Drafts without a warning are finalised; the others wait for review.</summary>
    FinaliseWithoutWarnings,

    /// <summary>All drafts are finalised.</summary>
    FinaliseAll,
}

/// <summary>When a reseller's months are invoiced automatically. One row per reseller that uses it.</summary>
public sealed class InvoiceSchedule : IResellerOwned, IAudited
{
    /// <summary>The last day that exists in every month.</summary>
    public const int LastDayOfMonth = 28;

    internal const int MaxReport = 400;

    public required ResellerId ResellerId { get; init; }

    public bool IsOn { get; set; }

    /// <summary>Day of the following month, 1 to 28, in the reseller's time zone.</summary>
    public int Day { get; set; } = 1;

    /// <summary>Hour of that day, 0 to 23.</summary>
    public int Hour { get; set; } = 6;

    public InvoiceRunMode Mode { get; set; }

    /// <summary>First day of the last period that was run, or had passed when the schedule was set.</summary>
    public DateOnly? RunThrough { get; set; }

    /// <summary>Until when a node holds the run; another node may take over after that.</summary>
    public DateTimeOffset? LeasedUntilUtc { get; set; }

    public DateTimeOffset? LastRunAtUtc { get; set; }

    /// <summary>The result of the last run, in words for the reseller.</summary>
    public string? Report { get; set; }

    /// <summary>When a period's invoices are created.</summary>
    public DateTimeOffset DueAtUtc(BillingPeriod period, TimeZoneInfo zone) =>
        zone.AtUtc(period.Next.FirstDay.AddDays(Day - 1), new TimeOnly(Hour, 0));

    /// <summary>The newest period that is due.</summary>
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
        builder.Property(s => s.Report).HasMaxLength(InvoiceSchedule.MaxReport);
        builder.HasOne<Reseller>().WithOne().HasForeignKey<InvoiceSchedule>(s => s.ResellerId).OnDelete(DeleteBehavior.Restrict);
    }
}
