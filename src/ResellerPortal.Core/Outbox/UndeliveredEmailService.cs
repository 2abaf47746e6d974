using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Outbox;

/// <summary>An email that the mail server has not accepted.</summary>
/// <param name="To">The address it goes to: its own, or the one that the customer or reseller has now.</param>
public sealed record UndeliveredEmail(
    Guid Id,
    EmailKind Kind,
    string To,
    string? CustomerName,
    string? ResellerName,
    DateTimeOffset QueuedAtUtc,
    DateTimeOffset? NextAttemptAtUtc,
    string Error);

/// <summary>Shows undelivered emails to those who can correct the address, and sends them again.</summary>
public sealed class UndeliveredEmailService(PortalDatabase database, TimeProvider clock)
{
    private const int MaxShown = 100;

    /// <summary>How long an undelivered email is shown.</summary>
    private static readonly TimeSpan Shown = TimeSpan.FromDays(30);

    /// <summary>Whether the actor can correct addresses.</summary>
    public static bool IsFor(Actor actor) => actor.May(GetPermission(actor));

    /// <summary>
    /// Lists the emails of the last 30 days that were refused, newest first: a reseller's own and those to its customers; for the operator,
    /// those to resellers and to users.
    /// </summary>
    public async Task<IReadOnlyList<UndeliveredEmail>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        Demand(actor);
        var since = clock.GetUtcNow() - Shown;
        await using var db = database.Open(actor.Scope);
        var (customers, resellers) = (db.Set<Customer>(), db.Set<Reseller>());
        return await Undelivered(db, actor)
            .AsNoTracking()
            .Where(e => e.QueuedAtUtc > since)
            .OrderByDescending(e => e.QueuedAtUtc)
            .Take(MaxShown)
            .Select(e => new UndeliveredEmail(
                e.Id,
                e.Kind,
                e.To
                    ?? customers.Where(c => c.Id == e.CustomerId).Select(c => c.Email).FirstOrDefault()
                    ?? resellers.Where(r => r.Id == e.ResellerId).Select(r => r.Email).FirstOrDefault()
                    ?? "",
                customers.Where(c => c.Id == e.CustomerId).Select(c => c.Name).FirstOrDefault(),
                resellers.Where(r => r.Id == e.ResellerId).Select(r => r.Name).FirstOrDefault(),
                e.QueuedAtUtc,
                e.NextAttemptAtUtc,
                e.Error!))
            .ToListAsync(cancellationToken);
    }

    /// <summary>How many emails of the last 30 days were refused.</summary>
    public async Task<int> CountAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        Demand(actor);
        var since = clock.GetUtcNow() - Shown;
        await using var db = database.Open(actor.Scope);
        return await Undelivered(db, actor).CountAsync(e => e.QueuedAtUtc > since, cancellationToken);
    }

    /// <summary>
    /// Sends an email again at once, to the address that the customer or reseller has now.
    /// Refused: no such email, or it was delivered.
    /// </summary>
    public async Task<Outcome<OutboxEmail>> SendAgainAsync(Actor actor, Guid id, CancellationToken cancellationToken = default)
    {
        var permission = Demand(actor);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        if (await Undelivered(db, actor).SingleOrDefaultAsync(e => e.Id == id, cancellationToken) is not { } email)
        {
            return Refusal.NotFound("undelivered email");
        }

        (email.NextAttemptAtUtc, email.ExpiresAtUtc, email.Attempts) = (now, null, 0);
        db.Audit(
            actor,
            now,
            permission,
            $"sent the email of {email.QueuedAtUtc:yyyy-MM-dd HH:mm} again",
            email.ResellerId,
            email.CustomerId);
        await db.SaveChangesAsync(cancellationToken);
        return email;
    }

    private static IQueryable<OutboxEmail> Undelivered(PortalDbContext db, Actor actor) => db.OutboxEmails
        .Where(e => e.SentAtUtc == null && e.Error != null && (actor.Scope.Reseller != null || e.CustomerId == null));

    /// <returns>The permission used.</returns>
    private static string Demand(Actor actor)
    {
        var permission = GetPermission(actor);
        actor.Demand(permission);
        return permission;
    }

    /// <summary>The permission of those who can correct addresses; no customer has it.</summary>
    private static string GetPermission(Actor actor) =>
        actor.Scope.Kind == ScopeKind.AllTenants ? Permission.ResellersManage : Permission.CustomersManage;
}
