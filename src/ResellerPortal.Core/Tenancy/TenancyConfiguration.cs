using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ResellerPortal.Core.Tenancy;

internal sealed class ResellerConfiguration : IEntityTypeConfiguration<Reseller>
{
    public void Configure(EntityTypeBuilder<Reseller> builder)
    {
        builder.HasIndex(r => r.Slug).IsUnique();
        builder.Property(r => r.Slug).HasMaxLength(40);
        builder.Property(r => r.Name).HasMaxLength(200);
        builder.Property(r => r.TimeZone).HasMaxLength(60);
        builder.Property(r => r.InvoiceNumberPattern).HasMaxLength(40);
        builder.Property(r => r.UpstreamRegion).HasMaxLength(40);
        builder.Property(r => r.AcceptsQueryCredentials).HasDefaultValue(true).HasSentinel(true);
        builder.Property(r => r.BrandColor).HasMaxLength(7);
        builder.Property(r => r.VatId).HasMaxLength(20);
        builder.Property(r => r.CreditNotePattern).HasMaxLength(40).HasDefaultValue("CN-{yyyy}-{seq:0000}");
        builder.Property(r => r.ContactName).HasMaxLength(100);
        builder.Property(r => r.ContactPhone).HasMaxLength(40);
        builder.Property(r => r.TwoFactor).HasConversion<string>().HasMaxLength(20).HasDefaultValue(TwoFactorRule.Optional);
        builder.Property(r => r.PayLink).HasMaxLength(200);
        builder.Property(r => r.LogoHash).HasMaxLength(64);
        builder.Property(r => r.Font).HasConversion<string>().HasMaxLength(20).HasDefaultValue(DocumentFont.Inter);
        builder.Property(r => r.Language).HasMaxLength(2).HasDefaultValue("en");
        builder.ComplexProperty(r => r.Address);
        builder.ComplexProperty(r => r.Account, account =>
        {
            account.Property(a => a.Holder).HasMaxLength(70).HasDefaultValue("");
            account.Property(a => a.Iban).HasMaxLength(34).HasDefaultValue("");
            account.Property(a => a.Bic).HasMaxLength(11).HasDefaultValue("");
        });
        builder.ComplexProperty(r => r.Registration, registration =>
        {
            registration.Property(r => r.Number).HasMaxLength(CompanyRegistration.MaxLength).HasDefaultValue("");
            registration.Property(r => r.TaxNumber).HasMaxLength(CompanyRegistration.MaxLength).HasDefaultValue("");
            registration.Property(r => r.LegalForm).HasMaxLength(CompanyRegistration.MaxLength).HasDefaultValue("");
            registration.Property(r => r.Court).HasMaxLength(CompanyRegistration.MaxLength).HasDefaultValue("");
        });
        builder.ComplexProperty(r => r.ElectronicAddress, ElectronicAddressColumns.Configure);
    }
}

internal static class ElectronicAddressColumns
{
    public static void Configure(ComplexPropertyBuilder<ElectronicAddress> address)
    {
        address.Property(a => a.Scheme).HasMaxLength(4).HasDefaultValue("");
        address.Property(a => a.Id).HasMaxLength(ElectronicAddress.MaxLength).HasDefaultValue("");
    }
}

internal sealed class CustomerConfiguration : IEntityTypeConfiguration<Customer>
{
    public void Configure(EntityTypeBuilder<Customer> builder)
    {
        builder.HasIndex(c => new { c.ResellerId, c.Name }).IsUnique();
        builder.Property(c => c.Name).HasMaxLength(200);
        builder.Property(c => c.Email).HasMaxLength(256);
        builder.Property(c => c.VatId).HasMaxLength(20);
        builder.Property(c => c.TaxExemptionReason).HasMaxLength(200);
        builder.Property(c => c.BuyerReference).HasMaxLength(100);
        builder.Property(c => c.ElectronicProfile).HasConversion<string>().HasMaxLength(20).HasDefaultValue(ElectronicProfile.Peppol);
        builder.Property(c => c.Language).HasMaxLength(2);
        builder.ComplexProperty(c => c.Address);
        builder.ComplexProperty(c => c.ElectronicAddress, ElectronicAddressColumns.Configure);
        builder.Property(c => c.RegistrationNumber).HasMaxLength(CompanyRegistration.MaxLength).HasDefaultValue("");
        builder.Property(c => c.ChainHead).HasMaxLength(32);
        builder.Property(c => c.BalanceHead).HasMaxLength(32);
        builder.Property(c => c.CoveredConverter).HasMaxLength(100);
        builder.HasOne<Reseller>().WithMany().HasForeignKey(c => c.ResellerId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.HasIndex(m => m.UserId);
        builder.Property(m => m.Role).HasConversion<string>().HasMaxLength(30);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
