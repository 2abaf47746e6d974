using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

public enum AlertSubject
{
    Token,
    Lot,
    CustomerBudget,

    /// <summary>A prepaid customer's balance.</summary>
    Balance,

    /// <summary>A charge above what was held for its request; used is what was charged, limit what was held.</summary>
    Overrun,
}

/// <summary>
/// A threshold reached by usage, written once per threshold in the transaction of the usage, or a charge above what was held. Alerts about
/// lots and charges have no customer, so that customers do not see them.
/// </summary>
public sealed class UsageAlert : IOwnedAtAnyLevel
{
    /// <summary>Alert thresholds in percent of a limit.</summary>
    public static readonly int[] Thresholds = [50, 75, 90, 100];

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required AlertSubject Subject { get; init; }

    public required Guid SubjectId { get; init; }

    /// <summary>Name for display, such as "token production (…0001)".</summary>
    public required string SubjectName { get; init; }

    /// <summary>First day of the counted month; null if the limit is not monthly.</summary>
    public DateOnly? Month { get; init; }

    public required int Percent { get; init; }

    /// <summary>Conversions, or minor units of <see cref="Currency"/>, like <see cref="Limit"/>.</summary>
    public required long Used { get; init; }

    public required long Limit { get; init; }

    /// <summary>Null if the alert counts conversions.</summary>
    public Currency? Currency { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>When its emails were queued; null if they have not been.</summary>
    public DateTimeOffset? EmailQueuedAtUtc { get; set; }

    /// <summary>Used and limit for display: "600 of 1,000 conversions", "6.00 EUR of 10.00 EUR".</summary>
    public string Amounts => Currency is { } currency
        ? $"{new Money(Used, currency)} of {new Money(Limit, currency)}"
        : Subject == AlertSubject.Overrun
        ? string.Create(CultureInfo.InvariantCulture, $"{Used:N0} conversions charged, {Limit:N0} held")
        : string.Create(CultureInfo.InvariantCulture, $"{Used:N0} of {Limit:N0} conversions");

    /// <summary>The highest threshold reached, or 0.</summary>
    public static int GetReachedPercent(long used, long limit) =>
        limit <= 0 ? 0 : Thresholds.LastOrDefault(percent => (decimal)used * 100 >= (decimal)limit * percent);
}

internal sealed class UsageAlertConfiguration : IEntityTypeConfiguration<UsageAlert>
{
    public void Configure(EntityTypeBuilder<UsageAlert> builder)
    {
        builder.Property(a => a.Subject).HasConversion<string>().HasMaxLength(20);
        builder.Property(a => a.SubjectName).HasMaxLength(400);
        builder.HasIndex(a => new { a.ResellerId, a.AtUtc });
        builder.HasIndex(a => a.EmailQueuedAtUtc);
    }
}
