using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Subscriptions;

public enum SubscriptionState
{
    Active,

    /// <summary>A renewal was not paid; the provider retries for some days.</summary>
    PastDue,
    Ended,
}

/// <summary>A reseller's automatically renewing plan. Each paid renewal is a separate order with its own lot.</summary>
[UniqueAcrossResellers]
public sealed class PlanSubscription : IResellerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    /// <summary>The payment provider's id of the subscription.</summary>
    public required string ProviderId { get; init; }

    public required Guid PlanId { get; set; }

    public required string PlanName { get; set; }

    /// <summary>Conversions per renewal.</summary>
    public required long Conversions { get; set; }

    public required long PriceMinorUnits { get; set; }

    public required Currency Currency { get; init; }

    public required PlanRenewal Renewal { get; init; }

    public SubscriptionState State { get; set; }

    public bool CancelsAtPeriodEnd { get; set; }

    public DateTimeOffset PeriodStartUtc { get; set; }

    public DateTimeOffset PeriodEndUtc { get; set; }

    /// <summary>Until when the previous period's credits may be used although the renewal is unpaid; null if it is paid.</summary>
    public DateTimeOffset? GraceUntilUtc { get; set; }

    /// <summary>Whether the notice one day before the end of the grace period was sent.</summary>
    public bool IsGraceEndNotified { get; set; }

    /// <summary>The requested larger plan; null if none.</summary>
    public Guid? UpgradePlanId { get; set; }

    /// <summary>When the upgrade was requested; the difference is prorated from then.</summary>
    public DateTimeOffset? UpgradeAtUtc { get; set; }

    /// <summary>The upgrade's additional conversions for the rest of the period.</summary>
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

/// <summary>When the portal buys a plan for a reseller automatically.</summary>
public sealed class TopUpPolicy : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    public required Guid PlanId { get; set; }

    public bool IsOn { get; set; }

    /// <summary>Buys when fewer conversions are left; null to disable this condition.</summary>
    public long? BelowConversions { get; set; }

    /// <summary>
    /// Buys when the remaining conversions would last fewer days at the pace of the last two weeks; null to disable this condition.
    /// </summary>
    public int? WithinDays { get; set; }

    /// <summary>Maximum spending per month in the reseller's time zone, in minor units of its currency.</summary>
    public long MonthlyCapMinorUnits { get; set; }

    /// <summary>Why automatic top-up was stopped; null if it was not.</summary>
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
