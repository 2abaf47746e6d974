using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.BankStatements;

public enum BankTransactionState
{
    /// <summary>Not reviewed yet.</summary>
    Open,

    /// <summary>It paid invoices or was credited to a balance.</summary>
    Recorded,

    /// <summary>It does not pay customers' invoices.</summary>
    Ignored,
}

/// <summary>An incoming payment on a reseller's account, from one of its bank statements.</summary>
public sealed class BankTransaction : IResellerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required string Account { get; init; }

    public required DateOnly BookedOn { get; init; }

    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    public required string Counterparty { get; init; }

    public required string CounterpartyIban { get; init; }

    public required string Reference { get; init; }

    public required DateTimeOffset ImportedAtUtc { get; init; }

    /// <summary>Unique per reseller, so that no entry is imported twice.</summary>
    public required byte[] ImportKey { get; init; }

    public BankTransactionState State { get; set; }

    /// <summary>The customer it was recorded for; null if it is not recorded.</summary>
    public CustomerId? CustomerId { get; set; }

    /// <summary>What it paid, in words; empty if it is not recorded.</summary>
    public string RecordedAs { get; set; } = "";

    public Money Amount => new(AmountMinorUnits, Currency);
}

internal sealed class BankTransactionConfiguration : IEntityTypeConfiguration<BankTransaction>
{
    public void Configure(EntityTypeBuilder<BankTransaction> builder)
    {
        builder.Property(t => t.Account).HasMaxLength(BankStatementLine.AccountLength);
        builder.Property(t => t.Counterparty).HasMaxLength(BankStatementLine.NameLength);
        builder.Property(t => t.CounterpartyIban).HasMaxLength(BankStatementLine.AccountLength);
        builder.Property(t => t.Reference).HasMaxLength(BankStatementLine.ReferenceLength);
        builder.Property(t => t.ImportKey).HasMaxLength(32);
        builder.Property(t => t.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(t => t.RecordedAs).HasMaxLength(500);
        builder.HasIndex(t => new { t.ResellerId, t.ImportKey }).IsUnique();
        builder.HasIndex(t => new { t.ResellerId, t.State, t.BookedOn });
    }
}

public static class BankSets
{
    extension(DbContext db)
    {
        public DbSet<BankTransaction> BankTransactions => db.Set<BankTransaction>();
    }
}
