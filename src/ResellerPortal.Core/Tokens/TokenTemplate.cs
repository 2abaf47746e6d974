using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Named terms that a reseller issues tokens with. Tokens that were issued from it do not change with it.</summary>
public sealed class TokenTemplate : IResellerOwned, IAudited
{
    public const int MaxName = 60;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    /// <summary>Unique at its reseller.</summary>
    public required string Name { get; set; }

    public required string Environment { get; set; }

    public long? UsageLimit { get; set; }

    public LimitPeriod LimitPeriod { get; set; }

    public LimitPolicy LimitPolicy { get; set; }

    /// <summary>Days from the issue of a token to its expiry; null for no expiry.</summary>
    public int? ExpiresAfterDays { get; set; }

    public IReadOnlyList<string> AllowedConverters { get; set; } = [];

    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    public int? RequestsPerMinute { get; set; }

    public int? ConcurrentRequests { get; set; }

    /// <summary>The terms of a token that is issued at an instant.</summary>
    public TokenRequest ToRequest(DateTimeOffset now) => new(
        Environment, UsageLimit, ExpiresAfterDays is { } days ? now.AddDays(days) : null)
    {
        LimitPeriod = LimitPeriod,
        LimitPolicy = LimitPolicy,
        AllowedConverters = AllowedConverters,
        AllowedNetworks = AllowedNetworks,
        AllowedOrigins = AllowedOrigins,
        RequestsPerMinute = RequestsPerMinute,
        ConcurrentRequests = ConcurrentRequests,
    };

    internal void Apply(TokenTemplateTerms wanted)
    {
        var terms = wanted.Terms;
        Name = wanted.Name;
        Environment = terms.Environment.Trim();
        UsageLimit = terms.UsageLimit;
        LimitPeriod = terms.LimitPeriod;
        LimitPolicy = terms.LimitPolicy;
        ExpiresAfterDays = wanted.ExpiresAfterDays;
        AllowedConverters = terms.AllowedConverters;
        AllowedNetworks = terms.AllowedNetworks;
        AllowedOrigins = terms.AllowedOrigins;
        RequestsPerMinute = terms.RequestsPerMinute;
        ConcurrentRequests = terms.ConcurrentRequests;
    }
}

/// <summary>The terms of a template.</summary>
/// <param name="Terms">Without instants: tokens expire a number of days after their issue.</param>
public sealed record TokenTemplateTerms(string Name, TokenRequest Terms, int? ExpiresAfterDays);

internal sealed class TokenTemplateConfiguration : IEntityTypeConfiguration<TokenTemplate>
{
    public void Configure(EntityTypeBuilder<TokenTemplate> builder)
    {
        builder.Property(t => t.Name).HasMaxLength(TokenTemplate.MaxName);
        builder.Property(t => t.Environment).HasMaxLength(60);
        builder.Property(t => t.LimitPeriod).HasConversion<string>().HasMaxLength(10);
        builder.Property(t => t.LimitPolicy).HasConversion<string>().HasMaxLength(10);
        builder.Property(t => t.AllowedConverters).HasConversion(new WordListConverter(), WordListConverter.Comparer)
            .HasMaxLength(TokenRequestValidator.MaxConverters * (ConverterName.MaxLength + 1));
        builder.Property(t => t.AllowedNetworks).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.Property(t => t.AllowedOrigins).HasConversion(new WordListConverter(), WordListConverter.Comparer).HasMaxLength(4000);
        builder.HasIndex(t => new { t.ResellerId, t.Name }).IsUnique();
    }
}
