using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Accounts;

/// <summary>A member of the operator or reseller views a customer's pages, for a reason and a limited time.</summary>
public sealed class SupportSession : ICustomerOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid UserId { get; init; }

    public required string StaffName { get; set; }

    public required string Reason { get; init; }

    public required DateTimeOffset StartedAtUtc { get; init; }

    public required DateTimeOffset EndsAtUtc { get; init; }

    public DateTimeOffset? EndedAtUtc { get; set; }
}

internal sealed class SupportSessionConfiguration : IEntityTypeConfiguration<SupportSession>
{
    public void Configure(EntityTypeBuilder<SupportSession> builder)
    {
        builder.Property(v => v.StaffName).HasMaxLength(256);
        builder.Property(v => v.Reason).HasMaxLength(300);
        builder.HasIndex(v => new { v.CustomerId, v.StartedAtUtc });
        builder.HasOne<Customer>().WithMany().HasForeignKey(v => v.CustomerId).OnDelete(DeleteBehavior.Restrict);
    }
}

/// <summary>Starts and ends support sessions. The customer can see who viewed its pages, when and why.</summary>
public sealed class SupportSessionService(PortalDatabase database, TimeProvider clock)
{
    public const int MaxMinutes = 120;

    /// <summary>
    /// Starts a read-only session at a customer, recorded with its reason.
    /// Refused: no reason; a duration out of range; no such customer.
    /// </summary>
    public async Task<Outcome<SupportSession>> StartAsync(
        Actor actor,
        CustomerId customerId,
        string reason,
        int minutes,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.CustomersSupport);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 300 || !DocumentText.IsClean(reason))
        {
            return Refusal.Because("Enter a reason of up to 300 characters; the customer can read it.", nameof(reason));
        }

        if (minutes is < 5 or > MaxMinutes)
        {
            return Refusal.Because($"Choose a duration of 5 to {MaxMinutes} minutes.", nameof(minutes));
        }

        await using var db = database.Open(actor.Scope);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var now = clock.GetUtcNow();
        var supportSession = new SupportSession
        {
            ResellerId = customer.ResellerId,
            CustomerId = customer.Id,
            UserId = actor.UserId ?? throw new InvalidOperationException("Only a signed-in user can start a support session."),
            StaffName = actor.Name,
            Reason = reason.Trim(),
            StartedAtUtc = now,
            EndsAtUtc = now.AddMinutes(minutes),
        };
        db.SupportSessions.Add(supportSession);
        db.Audit(
            actor,
            now,
            Permission.CustomersSupport,
            $"started a support session at {customer.Name} for {minutes} minutes: {supportSession.Reason}",
            customer.ResellerId,
            customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        return supportSession;
    }

    /// <summary>Ends a session early. Idempotent.</summary>
    public async Task EndAsync(Guid supportSessionId, Guid userId, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(TenantScope.CrossTenants("ending a support session from the customer's pages"));
        await db.SupportSessions.Where(v => v.Id == supportSessionId && v.UserId == userId && v.EndedAtUtc == null && v.EndsAtUtc > now)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.EndedAtUtc, now), cancellationToken);
    }

    /// <summary>The name of the support session's customer.</summary>
    public async Task<string> FindCustomerAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        return await db.Customers.Where(c => c.Id == actor.Scope.Customer).Select(c => c.Name).SingleAsync(cancellationToken);
    }

    /// <summary>Lists the newest 50 support sessions of a customer.</summary>
    public async Task<IReadOnlyList<SupportSession>> ListAsync(
        Actor actor,
        CustomerId customer,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Kind == ScopeKind.Customer ? Permission.MyView : Permission.ResellerView);
        await using var db = database.Open(actor.Scope);
        return await db.SupportSessions.AsNoTracking()
            .Where(v => v.CustomerId == customer)
            .OrderByDescending(v => v.StartedAtUtc)
            .Take(50)
            .ToListAsync(cancellationToken);
    }
}
