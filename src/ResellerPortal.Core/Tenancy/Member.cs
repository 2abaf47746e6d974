using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ResellerPortal.Core.Tenancy;

/// <summary>A person who can sign in. Permissions come from memberships only.</summary>
public sealed class PortalUser : IdentityUser<Guid>
{
    /// <summary>Consecutive lockouts caused by wrong passwords; each one lasts twice as long.</summary>
    public int LockoutRounds { get; set; }

    /// <summary>
    /// The time step (30 seconds, RFC 6238) of the last authenticator code that was accepted; codes of this step and before are used up.
    /// </summary>
    public long? AuthenticatorStep { get; private set; }
}

internal sealed class PortalUserConfiguration : IEntityTypeConfiguration<PortalUser>
{
    /// <summary>Only a conditional update moves the time step, so that saving a user read earlier cannot move it back.</summary>
    public void Configure(EntityTypeBuilder<PortalUser> builder) =>
        builder.Property(u => u.AuthenticatorStep).Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
}

/// <summary>The roles of all memberships. <c>RolePermissions</c> defines what each may do.</summary>
public enum Role
{
    OperatorAdmin,
    OperatorSupport,
    ResellerOwner,
    ResellerBilling,
    ResellerSupport,
    ResellerViewer,
    CustomerAdmin,
    CustomerViewer,
}

/// <summary>A user's membership at the operator (no reseller), a reseller or a customer.</summary>
[AllowedWrites(RowWrites.All, ByCustomers = RowWrites.Update | RowWrites.Delete)]
public sealed class Member : IOwnedAtAnyLevel, IAudited
{
    public MemberId Id { get; init; } = MemberId.New();

    public required Guid UserId { get; init; }

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required Role Role { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }
}
