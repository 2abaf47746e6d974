using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>What became of a request with a token before the upstream was called.</summary>
public enum RequestOutcome
{
    Accepted,
    Revoked,
    Expired,
    NotYetValid,
    AccountPaused,
    UsedUpstream,
    ConverterNotAllowed,
    AddressNotAllowed,
    OriginNotAllowed,
    LimitReached,
    BalanceSpent,
    CreditsExhausted,
    TooManyAtOnce,
    TooManyPerMinute,

    /// <summary>Other requests in flight hold what it needs; it may succeed once they end.</summary>
    ConversionsHeld,
}

/// <summary>
/// How many requests with a token had an outcome in an hour. A statistic that is kept for <see cref="KeptFor"/> and written now and then:
/// what a node counted since its last write is lost if it dies. What is billed is the ledger.
/// </summary>
public sealed class TokenRequestCount : ICustomerOwned
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(35);

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid TokenId { get; init; }

    public required DateTimeOffset HourStartsAtUtc { get; init; }

    public required RequestOutcome Outcome { get; init; }

    public required long Requests { get; init; }
}

internal sealed class TokenRequestCountConfiguration : IEntityTypeConfiguration<TokenRequestCount>
{
    public void Configure(EntityTypeBuilder<TokenRequestCount> builder)
    {
        builder.HasKey(c => new { c.ResellerId, c.TokenId, c.HourStartsAtUtc, c.Outcome });
        builder.Property(c => c.Outcome).HasConversion<string>().HasMaxLength(24);
        builder.HasIndex(c => c.HourStartsAtUtc);
    }
}
