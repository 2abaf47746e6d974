using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Says that an entry of the history is about a token, so that the token's own history is found without reading texts.</summary>
[AllowedWrites(RowWrites.Insert, ByCustomers = RowWrites.Insert)]
public sealed class TokenEvent : ICustomerOwned
{
    public required ResellerId ResellerId { get; init; }

    public required CustomerId CustomerId { get; init; }

    public required Guid TokenId { get; init; }

    public required Guid AuditEntryId { get; init; }

    /// <summary>The instant of the entry, by which the history is divided into months.</summary>
    public required DateTimeOffset AtUtc { get; init; }
}

internal sealed class TokenEventConfiguration : IEntityTypeConfiguration<TokenEvent>
{
    public void Configure(EntityTypeBuilder<TokenEvent> builder) => builder.HasKey(e => new { e.ResellerId, e.TokenId, e.AuditEntryId });
}

internal static class TokenAudit
{
    /// <summary>Adds an entry about a token to the history; see <see cref="AuditTrail"/>.</summary>
    public static void AuditToken(this DbContext db, Actor actor, DateTimeOffset atUtc, string action, string subject, ApiToken token) =>
        db.TokenEvents.Add(new TokenEvent
        {
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            AuditEntryId = db.Audit(actor, atUtc, action, subject, token.ResellerId, token.CustomerId).Id,
            AtUtc = atUtc,
        });
}
