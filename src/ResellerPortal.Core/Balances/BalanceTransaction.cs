using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Balances;

public enum BalanceTransactionKind
{
    /// <summary>The customer paid in.</summary>
    TopUp,

    /// <summary>The balance paid an invoice.</summary>
    InvoicePaid,

    /// <summary>An invoice's excess was credited to the balance.</summary>
    Returned,

    /// <summary>The balance was refunded to the customer.</summary>
    PaidOut,
}

/// <summary>A transaction on a customer's balance. Transactions are numbered without gaps, hash-chained and immutable.</summary>
[AllowedWrites(RowWrites.Insert)]
public sealed class BalanceTransaction : ICustomerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>1, 2, 3 … per customer.</summary>
    public required long Sequence { get; init; }

    public required BalanceTransactionKind Kind { get; init; }

    /// <summary>Positive if the balance increases.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The resulting balance.</summary>
    public required long BalanceMinorUnits { get; init; }

    /// <summary>The value date, in the reseller's time zone.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The invoice that was paid or credited the balance; null for payments and refunds.</summary>
    public Guid? InvoiceId { get; init; }

    /// <summary>The invoice's number, or the bank statement's text.</summary>
    public required string Reference { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    /// <summary>Chosen by the recorder, so that repeating a request posts once.</summary>
    public required Guid IdempotencyKey { get; init; }

    public required byte[] PreviousHash { get; init; }

    /// <inheritdoc cref="BalanceHash"/>
    public byte[] Hash { get; internal set; } = [];

    public Money Amount => new(AmountMinorUnits, Currency);

    public Money Balance => new(BalanceMinorUnits, Currency);
}

internal sealed class BalanceTransactionConfiguration : IEntityTypeConfiguration<BalanceTransaction>
{
    public void Configure(EntityTypeBuilder<BalanceTransaction> builder)
    {
        builder.HasKey(e => new { e.CustomerId, e.Sequence });
        builder.Property(e => e.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(e => e.Reference).HasMaxLength(140);
        builder.HasIndex(e => new { e.ResellerId, e.IdempotencyKey }).IsUnique();
        builder.HasIndex(e => e.InvoiceId);
    }
}

public static class BalanceSets
{
    extension(DbContext db)
    {
        public DbSet<BalanceTransaction> BalanceTransactions => db.Set<BalanceTransaction>();
    }
}
