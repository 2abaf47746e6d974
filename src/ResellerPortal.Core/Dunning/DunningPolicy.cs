using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Dunning;

/// <summary>One step towards a customer that does not pay.</summary>
/// <param name="DaysOverdue">Days after the due date.</param>
/// <param name="FeeMinorUnits">Added to what is due; 0 for none.</param>
/// <param name="PausesTokens">Whether the customer's tokens are refused from then on, until the invoice is paid.</param>
public sealed record DunningStepTerms(int DaysOverdue, long FeeMinorUnits, bool PausesTokens);

/// <summary>How a reseller asks for overdue payments.</summary>
public sealed class DunningPolicy : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    public bool IsOn { get; set; }

    /// <summary>In their order; days grow from one to the next.</summary>
    public IReadOnlyList<DunningStepTerms> Steps { get; set; } = [new(3, 0, false), new(10, 0, false), new(20, 0, false)];

    /// <summary>The step that is due on a day; null where none is.</summary>
    /// <param name="taken">The days on which earlier ones were taken. A step keeps its distance to the one before, so that a policy that
    /// begins late does not take all at once.</param>
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

    /// <summary>The letter that goes with a step.</summary>
    /// <param name="number">1 for the first.</param>
    public EmailKind GetEmailKind(int number) =>
        number == 1 ? EmailKind.Reminder : number == Steps.Count ? EmailKind.FinalNotice : EmailKind.SecondReminder;
}

/// <summary>A step that was taken about an invoice.</summary>
public sealed class DunningStep : ICustomerOwned
{
    public required Guid InvoiceId { get; init; }

    /// <summary>1 for the first. Unique for an invoice, so that no two nodes take one.</summary>
    public required int Number { get; init; }

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required DateTimeOffset TakenAtUtc { get; init; }

    public required long FeeMinorUnits { get; init; }

    public required bool PausesTokens { get; init; }

    /// <summary>When the pause ended; null while it lasts or where there is none.</summary>
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
