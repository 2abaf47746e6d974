using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Balances;

public enum BalanceTransactionKind
{
    /// <summary>Money that the customer paid in.</summary>
    TopUp,

    /// <summary>Money that paid an invoice.</summary>
    InvoicePaid,

    /// <summary>What an invoice left in the customer's favour.</summary>
    Returned,

    /// <summary>Money that was paid back to the customer.</summary>
    PaidOut,
}

/// <summary>A move of a customer's money balance. Entries are numbered without gaps, chained by their hashes and never changed.</summary>
public sealed class BalanceTransaction : ICustomerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    /// <summary>1, 2, 3 … for each customer.</summary>
    public required long Sequence { get; init; }

    public required BalanceTransactionKind Kind { get; init; }

    /// <summary>Positive where the balance grows.</summary>
    public required long AmountMinorUnits { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>The balance after it.</summary>
    public required long BalanceMinorUnits { get; init; }

    /// <summary>When the money moved, in the reseller's time zone.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The invoice that was paid or left something; null for money that came or went.</summary>
    public Guid? InvoiceId { get; init; }

    /// <summary>That invoice's number, or what the bank statement says.</summary>
    public required string Reference { get; init; }

    public required DateTimeOffset RecordedAtUtc { get; init; }

    /// <summary>Chosen by who records it, so that a repeated act moves money once.</summary>
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
