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

    /// <summary>It is not valid yet.</summary>
    Waiting,

    /// <summary>Its customer has an unpaid invoice.</summary>
    Paused,
}

/// <summary>The period of a usage limit.</summary>
public enum LimitPeriod
{
    /// <summary>The token's whole life.</summary>
    Ever,

    /// <summary>Each calendar month in the reseller's time zone; unused conversions expire.</summary>
    Month,
}

/// <summary>What a token does with a request whose worst cost exceeds what is left.</summary>
public enum LimitPolicy
{
    /// <summary>It refuses the request, so that its limit holds at any cost.</summary>
    Strict,

    /// <summary>It accepts the request while at least one conversion is left, so that the last ones can be used.</summary>
    Lenient,
}

/// <summary>
/// A customer's credential for the gateway. The secret is not stored: <see cref="SecretHash"/> finds the token, <see
/// cref="ProtectedSecret"/> (encrypted) verifies signatures made with it. Only metering changes the counters.
/// </summary>
[AllowedWrites(RowWrites.Insert | RowWrites.Update, ByCustomers = RowWrites.Insert | RowWrites.Update)]
public sealed class ApiToken : ICustomerOwned, IAudited, IMovable
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>The customer's name for the place of use: "production".</summary>
    public required string Environment { get; set; }

    /// <summary>SHA-256 of the secret's UTF-8 bytes.</summary>
    public required byte[] SecretHash { get; set; }

    [ProtectedFor(ApiTokenService.SecretPurpose)]
    public required string ProtectedSecret { get; set; }

    /// <summary>The secret's last four characters, to tell tokens apart.</summary>
    public required string SecretEnding { get; set; }

    /// <summary>The secret before the last rotation, valid until <see cref="PreviousSecretEndsAtUtc"/>.</summary>
    public byte[]? PreviousSecretHash { get; set; }

    [ProtectedFor(ApiTokenService.SecretPurpose)]
    public string? PreviousProtectedSecret { get; set; }

    public DateTimeOffset? PreviousSecretEndsAtUtc { get; set; }

    /// <summary>Conversions allowed per <see cref="LimitPeriod"/>; null for no limit.</summary>
    public long? UsageLimit { get; set; }

    public LimitPeriod LimitPeriod { get; set; }

    /// <summary>Whether its limit, its customer's prepaid balance and its reseller's lots must cover the worst cost of a request.</summary>
    public LimitPolicy LimitPolicy { get; set; }

    /// <summary>Conversions used in its whole life.</summary>
    public long Used { get; set; }

    public long Reserved { get; set; }

    /// <summary>The master token that issued it, and whose end is its own; null for other tokens.</summary>
    public Guid? IssuedByTokenId { get; init; }

    /// <summary>Conversions of a master token's limit that the tokens it issued have used or may still use.</summary>
    public long Granted { get; set; }

    /// <summary>First day of the month that a monthly limit counts; null before the first usage.</summary>
    public DateOnly? LimitMonth { get; set; }

    /// <summary>The value of <see cref="Used"/> at the start of <see cref="LimitMonth"/>.</summary>
    public long UsedBeforeMonth { get; set; }

    /// <summary>Requests in flight: reservations neither settled nor released.</summary>
    public int OpenRequests { get; set; }

    /// <summary>Maximum concurrent requests; null for no limit.</summary>
    public int? ConcurrentRequests { get; set; }

    /// <summary>Maximum requests started within any minute; null for no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>The theoretical arrival time of the generic cell rate algorithm that limits requests per minute.</summary>
    public DateTimeOffset? RateClearsAtUtc { get; set; }

    /// <summary>Allowed converters such as "docx-to-pdf"; empty for all.</summary>
    public IReadOnlyList<string> AllowedConverters { get; set; } = [];

    /// <summary>Allowed networks in CIDR notation; empty for all.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>Allowed web origins for browsers, such as "https://app.example.com"; empty for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Whether it is the customer's master token, which can also read the account and create tokens. A customer has at most one active
    /// master token.
    /// </summary>
    public bool IsMaster { get; init; }

    /// <summary>
    /// Whether the upstream created the token and enforces its limit and expiry: the customer's programs call the upstream directly, and
    /// usage comes from the upstream's statistics. The gateway does not serve it.
    /// </summary>
    public bool IsNative { get; init; }

    /// <summary>When a native token's revocation reached the upstream; null if it has not yet.</summary>
    public DateTimeOffset? DeletedUpstreamAtUtc { get; set; }

    /// <summary>The highest used percentage of its limit for which an alert was sent in this period.</summary>
    public int AlertedPercent { get; set; }

    /// <summary>Since when it is refused for an unpaid invoice; null if it is not.</summary>
    public DateTimeOffset? PausedAtUtc { get; set; }

    /// <summary>Its reseller's marks, duplicated here so that metering reads no reseller.</summary>
    public DateTimeOffset? MovingSinceUtc { get; init; }

    /// <inheritdoc cref="MovingSinceUtc"/>
    public DateTimeOffset? MovedAtUtc { get; init; }

    /// <summary>Whether its customer is prepaid; duplicated here so that metering only checks balances of prepaid customers.</summary>
    public bool IsPrepaid { get; set; }

    /// <summary>When it becomes valid; null for at once.</summary>
    public DateTimeOffset? NotBeforeUtc { get; set; }

    public DateTimeOffset? ExpiresAtUtc { get; set; }

    /// <summary>Its name in imported usage statistics, once matched.</summary>
    public string? ImportName { get; set; }

    /// <summary>Set once its expiry is recorded in the history.</summary>
    public DateTimeOffset? ExpiryRecordedAtUtc { get; set; }

    public required DateTimeOffset CreatedAtUtc { get; init; }

    public DateTimeOffset? RevokedAtUtc { get; set; }

    /// <summary>When its last accepted request started; for usage from elsewhere, when it occurred. Only metering writes it.</summary>
    public DateTimeOffset? LastUsedAtUtc { get; set; }

    /// <summary>Whether one of the customer's own members created it.</summary>
    public bool IsSelfService { get; init; }

    /// <summary>The "kid" of signed tokens verified with this token's secret.</summary>
    public string KeyId => Id.ToString("N");

    /// <summary>Usage counted against the limit in the month starting on a day.</summary>
    public long GetUsed(DateOnly month) => LimitPeriod == LimitPeriod.Ever ? Used : LimitMonth == month ? Used - UsedBeforeMonth : 0;

    /// <summary>Conversions that can still be reserved in a month; null without a limit.</summary>
    public long? GetRemaining(DateOnly month) =>
        UsageLimit is { } limit ? Math.Max(0, limit - Math.Max(0, GetUsed(month)) - Reserved - Granted) : null;

    /// <summary>Whether its limit is used up or granted to the tokens that it issued; requests in flight do not count.</summary>
    public bool IsSpent(DateOnly month) => UsageLimit <= GetUsed(month) + Granted;

    /// <param name="month">First day of the current month in the reseller's time zone.</param>
    public TokenState GetState(DateTimeOffset now, DateOnly month) =>
        RevokedAtUtc is not null ? TokenState.Revoked
        : ExpiresAtUtc <= now ? TokenState.Expired
        : PausedAtUtc is not null ? TokenState.Paused
        : NotBeforeUtc > now ? TokenState.Waiting
        : IsSpent(month) ? TokenState.Exhausted
        : TokenState.Active;

    /// <summary>Starts a new month's count if the limit is monthly and a later month has begun.</summary>
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
        builder.Property(t => t.LimitPolicy).HasConversion<string>().HasMaxLength(10);
        builder.Property(t => t.AllowedConverters).HasConversion(new WordListConverter(), WordListConverter.Comparer)
            .HasMaxLength(TokenRequestValidator.MaxConverters * (ConverterName.MaxLength + 1));
        builder.Property(t => t.AllowedNetworks).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Property(t => t.AllowedOrigins).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Ignore(t => t.KeyId);
        builder.Property(t => t.SecretEnding).HasMaxLength(4);
        builder.Property(t => t.ImportName).HasMaxLength(200);
        builder.HasIndex(t => t.SecretHash).IsUnique();
        builder.HasIndex(t => new { t.ResellerId, t.CustomerId });
        builder.HasIndex(t => t.ExpiresAtUtc);
        builder.HasIndex(t => t.IssuedByTokenId).HasFilter("\"IssuedByTokenId\" IS NOT NULL");
        builder.HasOne<Customer>().WithMany().HasForeignKey(t => t.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}

public static class TokenSets
{
    extension(DbContext db)
    {
        public DbSet<ApiToken> ApiTokens => db.Set<ApiToken>();

        public DbSet<TokenEvent> TokenEvents => db.Set<TokenEvent>();

        public DbSet<TokenTemplate> TokenTemplates => db.Set<TokenTemplate>();
    }
}
