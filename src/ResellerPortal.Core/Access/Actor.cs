using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Access;

/// <summary>
/// Who performs an operation, in which tenant and with which permissions. Every service method takes one and checks it first.
/// </summary>
public sealed class Actor
{
    private readonly Func<string, bool> _allows;

    private Actor(string name, Guid? userId, TenantScope scope, Func<string, bool> allows, string? fromAddress) =>
        (Name, UserId, Scope, _allows, FromAddress) = (name, userId, scope, allows, fromAddress);

    /// <summary>As written to the audit history.</summary>
    public string Name { get; }

    public Guid? UserId { get; }

    public TenantScope Scope { get; }

    /// <summary>The network address of the person's request; null for the portal itself.</summary>
    public string? FromAddress { get; }

    /// <summary>Whether the membership is blocked until the person signs in with two factors, as its reseller requires.</summary>
    public bool NeedsSecondFactor { get; private init; }

    /// <summary>Whether the membership is blocked because its reseller is being moved to another database, or was.</summary>
    public bool IsMoving { get; private init; }

    /// <summary>When a support session ends; null for a member.</summary>
    public DateTimeOffset? SupportSessionEndsAtUtc { get; private init; }

    /// <summary>A signed-in member.</summary>
    public static Actor ForMember(Member member, string name, string? fromAddress = null) =>
        new(name, member.UserId, GetScope(member), permission => RolePermissions.Allows(member.Role, permission), fromAddress);

    /// <summary>A member without the required second factor, who may do nothing.</summary>
    public static Actor WithoutSecondFactor(Member member, string name, string? fromAddress) =>
        new(name, member.UserId, GetScope(member), _ => false, fromAddress) { NeedsSecondFactor = true };

    /// <summary>A member of a reseller that is being moved to another database, or of its customers, who may do nothing here.</summary>
    public static Actor DuringMove(Member member, string name, string? fromAddress) =>
        new(name, member.UserId, GetScope(member), _ => false, fromAddress) { IsMoving = true };

    /// <summary>A member of the operator or reseller in a support session, with read-only access to a customer's pages.</summary>
    public static Actor ForSupportSession(
        ResellerId reseller,
        CustomerId customer,
        Guid userId,
        string name,
        DateTimeOffset endsAtUtc,
        string? fromAddress) =>
        new(
            name,
            userId,
            TenantScope.ForCustomer(reseller, customer),
            permission => permission == Permission.MyView,
            fromAddress)
        { SupportSessionEndsAtUtc = endsAtUtc };

    /// <summary>The portal itself: a job, a command or the demonstration data. Allowed everything within its scope.</summary>
    public static Actor Portal(string job, TenantScope scope) => new(job, null, scope, _ => true, null);

    private static TenantScope GetScope(Member member) => (member.ResellerId, member.CustomerId) switch
    {
        (null, _) => TenantScope.CrossTenants("operator member"),
        ({ } reseller, null) => TenantScope.ForReseller(reseller),
        ({ } reseller, { } customer) => TenantScope.ForCustomer(reseller, customer),
    };

    public bool May(string permission) => _allows(permission);

    /// <exception cref="PermissionDeniedException">The actor lacks the permission.</exception>
    public void Demand(string permission)
    {
        if (!May(permission))
        {
            throw new PermissionDeniedException(permission);
        }
    }

    /// <summary>The actor's reseller.</summary>
    public ResellerId Reseller =>
        Scope.Reseller ?? throw new InvalidOperationException("This operation requires a membership at a reseller.");
}

/// <summary>The actor lacks a permission. Hosts answer "forbidden".</summary>
public sealed class PermissionDeniedException(string permission)
    : Exception($"You don't have permission for this ({permission}). Ask the account's owner for access.");
