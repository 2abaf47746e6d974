using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Access;

/// <summary>Who acts, in which tenant and with which rights. Every service method takes one and asks it first.</summary>
public sealed class Actor
{
    private readonly Func<string, bool> _allows;

    private Actor(string name, Guid? userId, TenantScope scope, Func<string, bool> allows) =>
        (Name, UserId, Scope, _allows) = (name, userId, scope, allows);

    /// <summary>As written into the audit log.</summary>
    public string Name { get; }

    public Guid? UserId { get; }

    public TenantScope Scope { get; }

    /// <summary>A person in a seat.</summary>
    public static Actor InSeat(Member seat, string name)
    {
        var scope = (seat.ResellerId, seat.CustomerId) switch
        {
            (null, _) => TenantScope.CrossTenants("operator's seat"),
            ({ } reseller, null) => TenantScope.Of(reseller),
            ({ } reseller, { } customer) => TenantScope.Of(reseller, customer),
        };
        return new Actor(name, seat.UserId, scope, permission => RolePermissions.Allows(seat.Role, permission));
    }

    /// <summary>The portal itself: a job, a command or the demonstration data. Allowed everything inside its scope.</summary>
    public static Actor Portal(string job, TenantScope scope) => new(job, null, scope, _ => true);

    public bool May(string permission) => _allows(permission);

    /// <exception cref="PermissionDeniedException">The seat does not carry the permission.</exception>
    public void Demand(string permission)
    {
        if (!May(permission))
        {
            throw new PermissionDeniedException(permission);
        }
    }

    /// <summary>The reseller whose books this act writes.</summary>
    public ResellerId Reseller => Scope.Reseller ?? throw new InvalidOperationException("This act needs a seat at a reseller.");
}

/// <summary>The seat lost or never had the permission. Hosts answer "not allowed".</summary>
public sealed class PermissionDeniedException(string permission) : Exception($"Your seat does not allow this ({permission}). Ask the owner of the account for it.");
