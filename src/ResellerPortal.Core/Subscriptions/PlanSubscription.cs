using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

public enum SubscriptionState
{
    Active,

    /// <summary>A renewal was not paid; the provider tries again for some days.</summary>
    PastDue,
    Ended,
}

/// <summary>A reseller's plan that renews by itself. Each renewal that is paid is an order of its own with its own lot.</summary>
public sealed class PlanSubscription : IResellerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    /// <summary>The payment provider's id of it.</summary>
    public required string ProviderId { get; init; }

    public required Guid PlanId { get; set; }

    public required string PlanName { get; set; }

    /// <summary>Conversions of each renewal.</summary>
    public required long Conversions { get; set; }

    public required long PriceMinorUnits { get; set; }

    public required Currency Currency { get; init; }

    public required PlanRenewal Renewal { get; init; }

    public SubscriptionState State { get; set; }

    public bool CancelsAtPeriodEnd { get; set; }

    public DateTimeOffset PeriodStartUtc { get; set; }

    public DateTimeOffset PeriodEndUtc { get; set; }

    /// <summary>Until when credits of the period before may be used though the renewal is not paid; null while it is.</summary>
    public DateTimeOffset? GraceUntilUtc { get; set; }

    /// <summary>Whether the end of that time was told of, a day before.</summary>
    public bool IsGraceEndNotified { get; set; }

    /// <summary>The larger plan that was asked for; null while none is.</summary>
    public Guid? UpgradePlanId { get; set; }

    /// <summary>When it was asked for: the difference counts from then on.</summary>
    public DateTimeOffset? UpgradeAtUtc { get; set; }

    /// <summary>What of it comes for the rest of the period.</summary>
    public long UpgradeConversions { get; set; }

    public required DateTimeOffset StartedAtUtc { get; init; }

    public DateTimeOffset? EndedAtUtc { get; set; }

    public Money Price => new(PriceMinorUnits, Currency);
}

internal sealed class PlanSubscriptionConfiguration : IEntityTypeConfiguration<PlanSubscription>
{
    public void Configure(EntityTypeBuilder<PlanSubscription> builder)
    {
        builder.Property(s => s.ProviderId).HasMaxLength(255);
        builder.Property(s => s.PlanName).HasMaxLength(100);
        builder.Property(s => s.Renewal).HasConversion<string>().HasMaxLength(10);
        builder.Property(s => s.State).HasConversion<string>().HasMaxLength(10);
        builder.HasIndex(s => s.ProviderId).IsUnique();
        builder.HasIndex(s => s.GraceUntilUtc);
    }
}

/// <summary>When the portal buys a plan for a reseller by itself.</summary>
public sealed class TopUpPolicy : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    public required Guid PlanId { get; set; }

    public bool IsOn { get; set; }

    /// <summary>Buys when fewer conversions are left; null to leave that out.</summary>
    public long? BelowConversions { get; set; }

    /// <summary>Buys when what is left would last fewer days at the pace of the last two weeks; null to leave that out.</summary>
    public int? WithinDays { get; set; }

    /// <summary>The most that it spends in a month of the reseller's zone, in minor units of its currency.</summary>
    public long MonthlyCapMinorUnits { get; set; }

    /// <summary>Why it stopped by itself; null where it did not.</summary>
    public string? Error { get; set; }
}

internal sealed class TopUpPolicyConfiguration : IEntityTypeConfiguration<TopUpPolicy>
{
    public void Configure(EntityTypeBuilder<TopUpPolicy> builder)
    {
        builder.HasKey(p => p.ResellerId);
        builder.Property(p => p.Error).HasMaxLength(500);
    }
}

public static class SubscriptionSets
{
    extension(DbContext db)
    {
        public DbSet<PlanSubscription> PlanSubscriptions => db.Set<PlanSubscription>();

        public DbSet<TopUpPolicy> TopUpPolicies => db.Set<TopUpPolicy>();
    }
}
