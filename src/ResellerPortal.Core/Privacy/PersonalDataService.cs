using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Privacy;

/// <summary>The stored personal data of a customer's members, as an export file. JSON keys are the property names.</summary>
public sealed record CustomerData(
    string Name,
    string Email,
    PostalAddress Address,
    string? VatId,
    IReadOnlyList<PersonData> People,
    IReadOnlyList<AuditData> History,
    IReadOnlyList<EmailData> Emails,
    IReadOnlyList<SupportSessionData> SupportSessions);

public sealed record PersonData(string Email, string Role, DateTimeOffset SinceUtc, IReadOnlyList<SessionData> Sessions);

public sealed record SessionData(DateTimeOffset StartedAtUtc, DateTimeOffset SeenAtUtc, string IpAddress, string UserAgent, string Method);

public sealed record AuditData(DateTimeOffset AtUtc, string Actor, string? IpAddress, string Event, string Details);

public sealed record EmailData(DateTimeOffset AtUtc, string To, string Subject, string Text);

public sealed record SupportSessionData(DateTimeOffset StartedAtUtc, DateTimeOffset EndsAtUtc, string Actor, string Reason);

/// <summary>Exports and erases personal data. Ledger entries, invoices and documents are kept as tax law requires.</summary>
public sealed class PersonalDataService(
    PortalDatabase database,
    UserDirectory users,
    AuditSealingWorker sealing,
    TimeProvider clock)
{
    private static readonly TenantScope Scope = TenantScope.CrossTenants("erasing users, whose accounts belong to no tenant");

    /// <summary>
    /// Exports everything that names a customer's members. The events are those of its own members, not the reseller's.
    /// Refused: no such customer.
    /// </summary>
    public async Task<Outcome<CustomerData>> ExportAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Kind == ScopeKind.Customer ? Permission.MyMembersManage : Permission.PrivacyManage);
        await using var db = database.Open(actor.Scope);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var members = await db.Members.AsNoTracking().Where(m => m.CustomerId == customerId).ToListAsync(cancellationToken);
        var ids = members.ConvertAll(m => m.UserId);
        var accounts = await users.ListAsync(ids, cancellationToken);
        var sessions = await users.ListSessionsAsync(ids, cancellationToken);
        var entries = await db.AuditEntries.AsNoTracking()
            .Where(a => a.CustomerId == customerId && a.UserId != null && ids.Contains(a.UserId.Value))
            .OrderBy(a => a.AtUtc)
            .ToListAsync(cancellationToken);
        var emails = await db.OutboxEmails.AsNoTracking()
            .Where(d => d.CustomerId == customerId)
            .OrderBy(d => d.QueuedAtUtc)
            .ToListAsync(cancellationToken);
        var supportSessions = await db.SupportSessions.AsNoTracking()
            .Where(v => v.CustomerId == customerId)
            .OrderBy(v => v.StartedAtUtc)
            .ToListAsync(cancellationToken);
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.PrivacyManage,
            $"exported the personal data of {customer.Name}",
            customer.ResellerId,
            customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        return new CustomerData(
            customer.Name,
            customer.Email,
            customer.Address,
            customer.VatId,
            [
                .. members.Select(m => new PersonData(
                    accounts[m.UserId].Email,
                    m.Role.ToString(),
                    m.CreatedAtUtc,
                    [
                        .. sessions[m.UserId].Select(
                            s => new SessionData(s.StartedAtUtc, s.SeenAtUtc, s.Address, s.Agent, s.Method.ToString())),
                    ])),
            ],
            [.. entries.Select(a => new AuditData(a.AtUtc, a.ActorName, a.FromAddress, a.Action, a.Subject))],
            [.. emails.Select(e => new EmailData(e.QueuedAtUtc, e.To ?? customer.Email, e.Subject, e.Text))],
            [.. supportSessions.Select(v => new SupportSessionData(v.StartedAtUtc, v.EndsAtUtc, v.StaffName, v.Reason))]);
    }

    /// <summary>
    /// Erases the personal data of a customer's members after its contract has ended: members and their accounts, contact and address,
    /// emails, and names in the history. Ledger entries, invoices and documents are unchanged.
    /// Refused: no such customer; the contract has not ended.
    /// </summary>
    public async Task<Outcome<Customer>> EraseAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PrivacyManage);
        await sealing.SealAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await using var db = database.Open(Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Customers.SingleOrDefaultAsync(
            c => c.Id == customerId && c.ResellerId == actor.Reseller, cancellationToken) is not { } customer)
        {
            return Refusal.NotFound("customer");
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == customer.ResellerId, cancellationToken);
        if (customer.ErasedAtUtc is not null)
        {
            return customer;
        }

        if (customer.ContractEndsAtUtc(reseller.Zone) is not { } ended || ended > now)
        {
            return Refusal.Because("End the customer's contract first. Personal data can be erased from the day after its last day.");
        }

        var pseudonym = $"Erased customer {customer.Id.Value.ToString("N")[^8..]}";
        List<(string, string)> ofCustomer = [(customer.Name, pseudonym), (customer.Email, pseudonym)];
        List<Guid> erased = [];
        foreach (var member in await db.Members.Where(m => m.CustomerId == customerId).ToListAsync(cancellationToken))
        {
            var user = await db.Users.SingleAsync(u => u.Id == member.UserId, cancellationToken);
            if (!await db.Members.AnyAsync(m => m.UserId == user.Id && m.Id != member.Id, cancellationToken))
            {
                await AuditEraser.ReplaceUserAsync(
                    db, user.Id, user.Email!, UserAccountService.CreatePseudonym(user.Id), customer.ResellerId, cancellationToken);
                erased.Add(user.Id);
                db.Users.Remove(user);
            }

            db.Members.Remove(member);
        }

        customer.Name = pseudonym;
        customer.Email = "erased@invalid.example";
        customer.Address = new PostalAddress("", "", "", customer.Address.Country);
        (customer.VatId, customer.BuyerReference, customer.TaxExemptionReason, customer.ErasedAtUtc) = (null, null, null, now);
        await db.SaveChangesAsync(cancellationToken);
        await db.Invitations.Where(i => i.CustomerId == customerId).ExecuteDeleteAsync(cancellationToken);
        await db.OutboxEmails.Where(e => e.UserId != null && erased.Contains(e.UserId.Value)).ExecuteDeleteAsync(cancellationToken);
        await db.OutboxEmails.Where(e => e.CustomerId == customerId).ExecuteUpdateAsync(
            set => set
                .SetProperty(e => e.To, "(erased)")
                .SetProperty(e => e.Subject, "(erased)")
                .SetProperty(e => e.Text, "")
                .SetProperty(e => e.Error, (string?)null)
                .SetProperty(e => e.NextAttemptAtUtc, (DateTimeOffset?)null),
            cancellationToken);
        await db.ApiTokens.Where(t => t.CustomerId == customerId && t.RevokedAtUtc == null).ExecuteUpdateAsync(
            set => set.SetProperty(t => t.RevokedAtUtc, now), cancellationToken);
        await AuditEraser.ReplaceAsync(db, customerId, ofCustomer, cancellationToken);
        await AuditEraser.DropChangesAsync(db, customerId, cancellationToken);
        db.ChangeTracker.Clear();
        db.Audit(actor, now, Permission.PrivacyManage, $"erased the personal data of {pseudonym}", customer.ResellerId, customer.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return customer;
    }
}
