using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>What the last check found for one of the DNS records.</summary>
public enum DnsRecordState
{
    NotChecked,
    Missing,

    /// <summary>There is such a record, but with another value.</summary>
    Different,

    Correct,

    /// <summary>The name servers did not answer.</summary>
    Unanswered,
}

/// <summary>How far a gateway host is.</summary>
public enum GatewayHostStatus
{
    Pending,
    Verified,

    /// <summary>Verified, but the last check found that its DNS records no longer are as they must be. It is still served.</summary>
    Broken,
}

/// <summary>A reseller's own host name, at which its customers reach the gateway once DNS has proved whose it is.</summary>
[UniqueAcrossResellers]
public sealed class GatewayHost : IResellerOwned, IAudited
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    /// <summary>In lower case and ASCII (Punycode): "api.northwind.example". Several resellers may claim the same name.</summary>
    public required string HostName { get; set; }

    /// <summary>The same name once it is verified, which only one reseller's can be; null before.</summary>
    public string? VerifiedHostName { get; set; }

    /// <summary>The value that the reseller must publish in a TXT record.</summary>
    public required string VerificationValue { get; set; }

    public DateTimeOffset? VerifiedAtUtc { get; set; }

    public DateTimeOffset? CheckedAtUtc { get; set; }

    /// <summary>The TXT record that proves whose name it is.</summary>
    public DnsRecordState TextState { get; set; }

    /// <summary>The CNAME or address records that lead to the portal.</summary>
    public DnsRecordState AddressState { get; set; }

    /// <summary>Where the TXT record belongs.</summary>
    public string TextRecordName => $"_reseller-portal.{HostName}";

    public GatewayHostStatus Status => VerifiedAtUtc is null ? GatewayHostStatus.Pending
        : TextState == DnsRecordState.Correct && AddressState == DnsRecordState.Correct ? GatewayHostStatus.Verified
        : GatewayHostStatus.Broken;
}

internal sealed class GatewayHostConfiguration : IEntityTypeConfiguration<GatewayHost>
{
    public void Configure(EntityTypeBuilder<GatewayHost> builder)
    {
        builder.Ignore(h => h.TextRecordName);
        builder.Ignore(h => h.Status);
        builder.Property(h => h.HostName).HasMaxLength(GatewayHostName.MaxLength);
        builder.Property(h => h.VerifiedHostName).HasMaxLength(GatewayHostName.MaxLength);
        builder.Property(h => h.VerificationValue).HasMaxLength(64);
        builder.Property(h => h.TextState).HasConversion<string>().HasMaxLength(12);
        builder.Property(h => h.AddressState).HasConversion<string>().HasMaxLength(12);
        builder.HasIndex(h => h.ResellerId).IsUnique();
        builder.HasIndex(h => h.VerifiedHostName).IsUnique();
    }
}

public static class GatewayHostSets
{
    extension(DbContext db)
    {
        public DbSet<GatewayHost> GatewayHosts => db.Set<GatewayHost>();
    }
}
