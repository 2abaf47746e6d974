using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

public enum TokenState
{
    Active,
    Revoked,
    Expired,
    Exhausted,

    /// <summary>Its first instant has not come yet.</summary>
    Waiting,

    /// <summary>Its customer has not paid an invoice.</summary>
    Paused,
}

/// <summary>What a usage limit is counted over.</summary>
public enum LimitPeriod
{
    /// <summary>The token's whole life.</summary>
    Ever,

    /// <summary>Each calendar month in the reseller's time zone; what is left over is lost.</summary>
    Month,
}

/// <summary>
/// A customer's secret for the gateway. The secret itself is not kept: <see cref="SecretHash"/> finds the token,
/// <see cref="ProtectedSecret"/> (encrypted) verifies signatures made with it. The counters are moved by the meter alone.
/// </summary>
public sealed class ApiToken : ICustomerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>What the customer calls the place where it is used: "production".</summary>
    public required string Environment { get; init; }

    /// <summary>SHA-256 of the secret's UTF-8 bytes.</summary>
    public required byte[] SecretHash { get; set; }

    public required string ProtectedSecret { get; set; }

    /// <summary>The secret's last four characters, to tell tokens apart.</summary>
    public required string SecretEnding { get; set; }

    /// <summary>The secret before the last rotation, good until <see cref="PreviousSecretEndsAtUtc"/>.</summary>
    public byte[]? PreviousSecretHash { get; set; }

    public string? PreviousProtectedSecret { get; set; }

    public DateTimeOffset? PreviousSecretEndsAtUtc { get; set; }

    /// <summary>Conversions it may use in each <see cref="LimitPeriod"/>; null for no limit.</summary>
    public long? UsageLimit { get; init; }

    public LimitPeriod LimitPeriod { get; init; }

    /// <summary>Conversions used in its whole life.</summary>
    public long Used { get; set; }

    public long Reserved { get; set; }

    /// <summary>First day of the month that a monthly limit counts; null before the first usage.</summary>
    public DateOnly? LimitMonth { get; set; }

    /// <summary>What <see cref="Used"/> stood at when <see cref="LimitMonth"/> began.</summary>
    public long UsedBeforeMonth { get; set; }

    /// <summary>Requests in flight: reservations that are neither settled nor released.</summary>
    public int OpenRequests { get; set; }

    /// <summary>Requests that may be in flight at once; null for no limit.</summary>
    public int? ConcurrentRequests { get; init; }

    /// <summary>Requests that may begin within any minute; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>When the requests that began are paid off at the allowed rate (the generic cell rate algorithm's one instant).</summary>
    public DateTimeOffset? RateClearsAtUtc { get; set; }

    /// <summary>Converters it may use, "docx-to-pdf"; empty for all.</summary>
    public IReadOnlyList<string> AllowedConverters { get; init; } = [];

    /// <summary>Networks that it may be used from, in CIDR form; empty for everywhere.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Web origins that browsers may call from, "https://app.example.com"; empty for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// Whether it is the customer's master token, which also reads the account and makes tokens. A customer has one at most
    /// that lives.
    /// </summary>
    public bool IsMaster { get; init; }

    /// <summary>
    /// Whether the upstream made it and keeps its limit and expiry: the customer's programs call the upstream directly, and
    /// its usage comes from the upstream's statistics. The gateway does not serve it.
    /// </summary>
    public bool IsNative { get; init; }

    /// <summary>When the upstream was told of a native token's revocation; null for not yet.</summary>
    public DateTimeOffset? DeletedUpstreamAtUtc { get; set; }

    /// <summary>The highest share of its limit, in percent, that was told of in this period.</summary>
    public int AlertedPercent { get; set; }

    /// <summary>Since when it is refused because its customer has not paid; null while it is not.</summary>
    public DateTimeOffset? PausedAtUtc { get; set; }

    /// <summary>Whether its customer is prepaid; kept here so that the meter looks at balances of those alone.</summary>
    public bool IsPrepaid { get; set; }

    /// <summary>Its first instant; null for at once.</summary>
    public DateTimeOffset? NotBeforeUtc { get; init; }

    public DateTimeOffset? ExpiresAtUtc { get; init; }

    /// <summary>What usage statistics that are imported call it, once it was matched.</summary>
    public string? ImportName { get; set; }

    /// <summary>Set once its expiry stands in the history.</summary>
    public DateTimeOffset? ExpiryRecordedAtUtc { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public DateTimeOffset? RevokedAtUtc { get; set; }

    /// <summary>Whether the customer's own member made it.</summary>
    public bool IsSelfService { get; init; }

    /// <summary>The "kid" of signed tokens that this token's secret verifies.</summary>
    public string KeyId => Id.ToString("N");

    /// <summary>What counts against the limit in the month that begins on a day.</summary>
    public long GetUsed(DateOnly month) => LimitPeriod == LimitPeriod.Ever ? Used : LimitMonth == month ? Used - UsedBeforeMonth : 0;

    /// <summary>What may still be reserved in a month; null without a limit.</summary>
    public long? GetRemaining(DateOnly month) =>
        UsageLimit is { } limit ? Math.Max(0, limit - Math.Max(0, GetUsed(month)) - Reserved) : null;

    /// <param name="month">First day of the present month in the reseller's time zone.</param>
    public TokenState GetState(DateTimeOffset now, DateOnly month) =>
        RevokedAtUtc is not null ? TokenState.Revoked
        : ExpiresAtUtc <= now ? TokenState.Expired
        : PausedAtUtc is not null ? TokenState.Paused
        : NotBeforeUtc > now ? TokenState.Waiting
        : UsageLimit <= GetUsed(month) ? TokenState.Exhausted
        : TokenState.Active;

    /// <summary>Begins a new month's count, where the limit is monthly and a later month has come.</summary>
    internal void StartMonth(DateOnly month)
    {
        if (LimitPeriod == LimitPeriod.Month && (LimitMonth is null || LimitMonth < month))
        {
            LimitMonth = month;
            UsedBeforeMonth = Used;
            AlertedPercent = 0;
        }
    }
}

internal sealed class ApiTokenConfiguration : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.Property(t => t.Environment).HasMaxLength(60);
        builder.Property(t => t.SecretHash).HasMaxLength(32);
        builder.Property(t => t.PreviousSecretHash).HasMaxLength(32);
        builder.HasIndex(t => t.PreviousSecretHash);
        builder.Property(t => t.LimitPeriod).HasConversion<string>().HasMaxLength(10);
        builder.Property(t => t.AllowedConverters).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Property(t => t.AllowedNetworks).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Property(t => t.AllowedOrigins).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Ignore(t => t.KeyId);
        builder.Property(t => t.SecretEnding).HasMaxLength(4);
        builder.Property(t => t.ImportName).HasMaxLength(200);
        builder.HasIndex(t => t.SecretHash).IsUnique();
        builder.HasIndex(t => new { t.ResellerId, t.CustomerId });
        builder.HasIndex(t => t.ExpiresAtUtc);
        builder.HasOne<Customer>().WithMany().HasForeignKey(t => t.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}

public static class TokenSets
{
    extension(DbContext db)
    {
        public DbSet<ApiToken> ApiTokens => db.Set<ApiToken>();
    }
}
