using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Auditing;

public static class AuditTrail
{
    extension(DbContext db)
    {
        public DbSet<AuditEntry> AuditEntries => db.Set<AuditEntry>();

        public DbSet<HistoryChain> HistoryChains => db.Set<HistoryChain>();

        /// <summary>
        /// Adds an entry to the current unit of work, so that it is saved or lost with the change. It includes the changes tracked so far,
        /// so call it last.
        /// </summary>
        /// <returns>The entry, to refer to it.</returns>
        public AuditEntry Audit(
            Actor actor,
            DateTimeOffset atUtc,
            string action,
            string subject,
            ResellerId? reseller,
            CustomerId? customer = null) =>
            db.AuditEntries.Add(new AuditEntry
            {
                Chain = reseller?.Value ?? Guid.Empty,
                ResellerId = reseller,
                CustomerId = customer,
                AtUtc = atUtc,
                UserId = actor.UserId,
                ActorName = actor.Name.Truncate(AuditEntry.MaxActorName),
                FromAddress = actor.FromAddress,
                Action = action,
                Subject = subject.Truncate(AuditEntry.MaxSubject),
                Changes = FieldChanges.Capture(db, customer),
            }).Entity;
    }
}
