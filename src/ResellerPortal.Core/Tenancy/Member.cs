using Microsoft.AspNetCore.Identity;

namespace ResellerPortal.Core.Tenancy;

/// <summary>A person who signs in. What the person may do comes from seats alone.</summary>
public sealed class PortalUser : IdentityUser<Guid>
{
    /// <summary>How often wrong passwords closed the account in a row; each time it rests twice as long.</summary>
    public int LockoutRounds { get; set; }
}

/// <summary>The roles of all seats. What each may do stands in <c>RolePermissions</c>.</summary>
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

/// <summary>A user's seat at the operator (no reseller), a reseller, or a customer.</summary>
public sealed class Member : IOwnedAtAnyLevel, IAudited
{
    public MemberId Id { get; init; } = MemberId.New();

    public required Guid UserId { get; init; }

    public ResellerId? ResellerId { get; init; }

    public CustomerId? CustomerId { get; init; }

    public required Role Role { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }
}
