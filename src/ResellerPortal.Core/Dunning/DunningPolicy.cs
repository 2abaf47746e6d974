using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Dunning;

/// <summary>One dunning step for overdue invoices.</summary>
/// <param name="DaysOverdue">Days after the due date.</param>
/// <param name="FeeMinorUnits">Late fee added to the amount due; 0 for none.</param>
/// <param name="PausesTokens">Whether the customer's tokens are paused until the invoice is paid.</param>
public sealed record DunningStepTerms(int DaysOverdue, long FeeMinorUnits, bool PausesTokens);

/// <summary>How a reseller handles overdue invoices.</summary>
public sealed class DunningPolicy : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    public bool IsOn { get; set; }

    /// <summary>In order, with increasing days.</summary>
    public IReadOnlyList<DunningStepTerms> Steps { get; set; } = [new(3, 0, false), new(10, 0, false), new(20, 0, false)];

    /// <summary>The step that is due on a day; null if none is.</summary>
    /// <param name="taken">The days of earlier steps. Steps keep their distance to each other, so that a policy enabled late does not
    /// take all steps at once.</param>
    public DunningStepTerms? FindDueStep(DateOnly today, DateOnly dueOn, IReadOnlyList<DateOnly> taken)
    {
        if (taken.Count >= Steps.Count)
        {
            return null;
        }

        var step = Steps[taken.Count];
        var earliest = dueOn.AddDays(step.DaysOverdue);
        if (taken.Count > 0)
        {
            var distance = taken[^1].AddDays(step.DaysOverdue - Steps[taken.Count - 1].DaysOverdue);
            earliest = distance > earliest ? distance : earliest;
        }

        return today >= earliest ? step : null;
    }

    /// <summary>The kind of email sent with a step.</summary>
    /// <param name="number">Starts at 1.</param>
    public EmailKind GetEmailKind(int number) =>
        number == 1 ? EmailKind.Reminder : number == Steps.Count ? EmailKind.FinalNotice : EmailKind.SecondReminder;
}

/// <summary>A dunning step taken for an invoice.</summary>
public sealed class DunningStep : ICustomerOwned
{
    public required Guid InvoiceId { get; init; }

    /// <summary>Starts at 1. Unique per invoice, so that no step is taken twice.</summary>
    public required int Number { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required DateTimeOffset TakenAtUtc { get; init; }

    public required long FeeMinorUnits { get; init; }

    public required bool PausesTokens { get; init; }

    /// <summary>When the pause ended; null while it lasts or if there is none.</summary>
    public DateTimeOffset? LiftedAtUtc { get; set; }
}

internal sealed class DunningPolicyConfiguration : IEntityTypeConfiguration<DunningPolicy>
{
    public void Configure(EntityTypeBuilder<DunningPolicy> builder)
    {
        builder.HasKey(p => p.ResellerId);
        builder.Property(p => p.Steps).HasConversion(
            steps => JsonSerializer.Serialize(steps, JsonSerializerOptions.Default),
            json => JsonSerializer.Deserialize<IReadOnlyList<DunningStepTerms>>(json, JsonSerializerOptions.Default)!,
            ValueComparer.CreateDefault<IReadOnlyList<DunningStepTerms>>(favorStructuralComparisons: false));
    }
}

internal sealed class DunningStepConfiguration : IEntityTypeConfiguration<DunningStep>
{
    public void Configure(EntityTypeBuilder<DunningStep> builder)
    {
        builder.HasKey(s => new { s.InvoiceId, s.Number });
        builder.HasIndex(s => s.CustomerId);
    }
}

public static class DunningSets
{
    extension(DbContext db)
    {
        public DbSet<DunningPolicy> DunningPolicies => db.Set<DunningPolicy>();

        public DbSet<DunningStep> DunningSteps => db.Set<DunningStep>();
    }
}
