using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Storage.SqlServer;

/// <summary>What the model needs on SQL Server alone.</summary>
internal sealed class SqlServerModel(ModelCustomizerDependencies dependencies) : RelationalModelCustomizer(dependencies)
{
    /// <summary>Compares texts as the other databases and the portal's own code do: by their characters, and not by a language.</summary>
    public const string Collation = "Latin1_General_100_BIN2";

    /// <summary>The tables whose triggers refuse changes; a statement with OUTPUT, which EF sends otherwise, is refused on them.</summary>
    public static readonly IReadOnlyList<string> AppendOnlyTables =
        ["LedgerEntry", "LotDraw", "LotAdjustment", "BalanceTransaction", "AuditEntry"];

    public override void Customize(ModelBuilder modelBuilder, DbContext context)
    {
        base.Customize(modelBuilder, context);
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => !e.IsMappedToJson()))
        {
            SetCollation(entity);
            if (entity.GetTableName() is { } table && AppendOnlyTables.Contains(table))
            {
                entity.AddTrigger($"{table}_append_only");
            }

            if (entity.ClrType == typeof(Reseller) || entity.FindProperty(nameof(IResellerOwned.ResellerId)) is not null)
            {
                entity.AddTrigger(SqlServerCopyDialect.GetGuardName(entity.GetTableName()!));
            }
        }

        LimitKeys(modelBuilder);
    }

    /// <summary>
    /// A key that orders a table has 900 bytes at most, and any other 1,700. A provider's name is one of the settings, and its id of a
    /// user has 255 characters at most (OpenID Connect).
    /// </summary>
    private static void LimitKeys(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<IdentityUserLogin<Guid>>().Property(l => l.LoginProvider).HasMaxLength(128);
        modelBuilder.Entity<IdentityUserLogin<Guid>>().Property(l => l.ProviderKey).HasMaxLength(255);
        modelBuilder.Entity<IdentityUserToken<Guid>>().Property(t => t.LoginProvider).HasMaxLength(128);
        modelBuilder.Entity<IdentityUserToken<Guid>>().Property(t => t.Name).HasMaxLength(128);
        modelBuilder.Entity<IdentityUserPasskey<Guid>>().HasKey(p => p.CredentialId).IsClustered(false);
    }

    private static void SetCollation(IMutableTypeBase type)
    {
        foreach (var property in type.GetProperties().Where(IsText))
        {
            property.SetCollation(Collation);
        }

        foreach (var complex in type.GetComplexProperties())
        {
            SetCollation(complex.ComplexType);
        }
    }

    private static bool IsText(IMutableProperty property) =>
        (property.GetProviderClrType() ?? property.GetValueConverter()?.ProviderClrType ?? property.ClrType) == typeof(string);
}
